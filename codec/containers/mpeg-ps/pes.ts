/** Heads of PES packets (ISO/IEC 11172-1 2.4.3.3, 13818-1 2.4.3.6), which program and transport streams share. */

export const isVideoStream = (code: number): boolean => code >= 0xe0 && code <= 0xef;

/** Bytes of a PES packet before its payload. */
export function pesHeadBytes(bytes: Uint8Array, at: number): number {
  let i = at + 6;
  if (((bytes[i] ?? 0) & 0xc0) === 0x80) return 9 + (bytes[at + 8] ?? 0);
  while (bytes[i] === 0xff && i < at + 22) i++;
  if (((bytes[i] ?? 0) & 0xc0) === 0x40) i += 2;
  const mark = (bytes[i] ?? 0) >> 4;
  return i + (mark === 2 ? 5 : mark === 3 ? 10 : 1) - at;
}
