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
  return readTimeStamp(bytes, i);
}

/** A time of 33 bits with markers between them. */
export function readTimeStamp(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) >> 1) & 7;
  const middle = ((bytes[at + 1] ?? 0) << 7) | ((bytes[at + 2] ?? 0) >> 1);
  const low = ((bytes[at + 3] ?? 0) << 7) | ((bytes[at + 4] ?? 0) >> 1);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** Times are counted modulo this. */
const CLOCK_WRAP = 2 ** 33;

/** A step of the clock, the shorter way round: forward, or back below 0. @param ticks 90 kHz, modulo 2³³ */
export function clockStep(ticks: number): number {
  const step = ((ticks % CLOCK_WRAP) + CLOCK_WRAP) % CLOCK_WRAP;
  return step >= CLOCK_WRAP / 2 ? step - CLOCK_WRAP : step;
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
