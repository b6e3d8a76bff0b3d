/** Text samples: 3GPP TS 26.245 5.17, and QuickTime's, which begin alike. */
import { viewOf } from "../../bytes/bytes.ts";

/** Up to the first NUL, behind which some writers leave what stood there before. */
export const utf8 = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
};

/** What a sample says: a length, that much text, then boxes of styles. */
export function timedText(sample: Uint8Array): string {
  if (sample.length < 2) return "";
  const text = sample.subarray(2, 2 + viewOf(sample).getUint16(0));
  const isWide = (text[0] === 0xfe && text[1] === 0xff) || (text[0] === 0xff && text[1] === 0xfe);
  return isWide ? new TextDecoder(text[0] === 0xfe ? "utf-16be" : "utf-16le").decode(text) : utf8(text);
}
