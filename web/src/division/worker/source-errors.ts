/** What a file that cannot be read is said to be, with what to do. */
import { type CmixError, InputError, UnsupportedError } from "../../../../codec/page.ts";

export function notDecodedError(hasDecoder: boolean, codec = "unknown codec"): CmixError {
  if (hasDecoder)
    return new InputError("no picture of this file can be decoded: it is cut or damaged; choose another one", {
      codec,
      reason: "undecodedPicture",
    });
  return new UnsupportedError(
    `this browser has no decoder for the video (${codec}): convert it to H.264, or try another browser`,
    { codec, reason: "noDecoder" },
  );
}
