/** Numbers of 7 bits a byte, low bits first, the top bit set on all but the last byte. */
import { FormatError } from "../errors.ts";

export function writeVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

/** @throws {@link FormatError} it does not end within six bytes or where the bytes end */
export function readVarint(from: { bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 35; scale *= 128) {
    const byte = from.bytes[from.at++];
    if (byte === undefined) break;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
  throw new FormatError(
    `number at byte ${from.at} of its segment ends or breaks: the file is damaged; fetch it again`,
    {
      offsetBytes: from.at,
    },
  );
}
