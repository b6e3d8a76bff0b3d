/** Heads of PES packets (ISO/IEC 11172-1 2.4.3.3, 13818-1 2.4.3.6), which program and transport streams share. */

export const isVideoStream = (code: number): boolean => code >= 0xe0 && code <= 0xef;

/** Longest head of a PES packet. */
export const PES_HEAD_MAX_BYTES = 6 + 3 + 255;

/** Presentation time that the PES packet at `at` tells, 90 kHz modulo 2³³; undefined where it tells none. */
export function readPesTime(bytes: Uint8Array, at: number): number | undefined {
  let i = at + 6;
  if (((bytes[i] ?? 0) & 0xc0) === 0x80) {
    if (((bytes[at + 7] ?? 0) & 0x80) === 0 || (bytes[at + 8] ?? 0) < 5) return undefined;
    i = at + 9;
  } else {
    while (bytes[i] === 0xff && i < at + 22) i++;
    if (((bytes[i] ?? 0) & 0xc0) === 0x40) i += 2;
    const mark = (bytes[i] ?? 0) >> 4;
    if (mark !== 2 && mark !== 3) return undefined;
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(i, i + 5);
  return ((a >> 1) & 7) * 2 ** 30 + ((b << 22) | ((c >> 1) << 15) | (d << 7) | (e >> 1));
}

/** The presentation time of the PES packet whose payload begins at `payload`; undefined where none begins there, or tells none. */
export function pesTimeBefore(bytes: Uint8Array, payload: number): number | undefined {
  for (let at = payload - 7; at >= Math.max(0, payload - PES_HEAD_MAX_BYTES); at--)
    if (
      bytes[at] === 0 &&
      bytes[at + 1] === 0 &&
      bytes[at + 2] === 1 &&
      isVideoStream(bytes[at + 3] ?? 0) &&
      at + pesHeadBytes(bytes, at) === payload
    )
      return readPesTime(bytes, at);
  return undefined;
}

/** Bytes of a PES packet before its payload. */
export function pesHeadBytes(bytes: Uint8Array, at: number): number {
  let i = at + 6;
  if (((bytes[i] ?? 0) & 0xc0) === 0x80) return 9 + (bytes[at + 8] ?? 0);
  while (bytes[i] === 0xff && i < at + 22) i++;
  if (((bytes[i] ?? 0) & 0xc0) === 0x40) i += 2;
  const mark = (bytes[i] ?? 0) >> 4;
  return i + (mark === 2 ? 5 : mark === 3 ? 10 : 1) - at;
}
