/** Heads of PES packets (ISO/IEC 11172-1 2.4.3.3, 13818-1 2.4.3.6), which program and transport streams share. */

export const isVideoStream = (code: number): boolean => code >= 0xe0 && code <= 0xef;

/** Longest head of a PES packet. */
export const PES_HEAD_MAX_BYTES = 6 + 3 + 255;

/** Presentation time that the PES packet at `at` tells, 90 kHz modulo 2³³; undefined where it tells none. */
export function readPesTime(bytes: Uint8Array, at: number): number | undefined {
  return readPesTimes(bytes, at).shown;
}

/** When the picture, or sound, is shown that begins in a PES packet, and when it is decoded; 90 kHz modulo 2³³. */
export interface PesTimes {
  shown: number | undefined;
  /** Undefined where the packet does not say: as soon as it is shown. */
  decoded: number | undefined;
}

/** The times that the PES packet at `at` tells. */
export function readPesTimes(bytes: Uint8Array, at: number): PesTimes {
  let i = at + 6;
  let marks: number;
  if (isMpeg2Pes(bytes, at)) {
    const flags = (bytes[at + 7] ?? 0) >> 6;
    const room = bytes[at + 8] ?? 0;
    marks = flags < 2 || room < 5 ? 0 : flags === 2 || room < 10 ? 2 : 3;
    i = at + 9;
  } else {
    while (bytes[i] === 0xff && i < at + 22) i++;
    if (((bytes[i] ?? 0) & 0xc0) === 0x40) i += 2;
    marks = (bytes[i] ?? 0) >> 4;
  }
  return {
    shown: marks === 2 || marks === 3 ? readTimeStamp(bytes, i) : undefined,
    decoded: marks === 3 ? readTimeStamp(bytes, i + 5) : undefined,
  };
}

/** Whether a PES packet's head is MPEG-2's. */
export const isMpeg2Pes = (bytes: Uint8Array, at: number): boolean => ((bytes[at + 6] ?? 0) & 0xc0) === 0x80;

/** @param marks what stands before its first bits: 2 shown alone, 3 shown, 1 decoded behind that */
function timeStamp(marks: number, ticks: number): number[] {
  const high = Math.floor(ticks / 2 ** 30);
  const [middle, low] = [Math.floor(ticks / 2 ** 15) & 0x7fff, ticks % 2 ** 15];
  return [(marks << 4) | (high << 1) | 1, middle >> 7, ((middle & 127) << 1) | 1, low >> 7, ((low & 127) << 1) | 1];
}

/**
 * Head of a PES packet.
 *
 * @param stream       stream_id
 * @param payloadBytes undefined: as many as follow, in a transport stream
 */
export function writePesHead(
  stream: number,
  payloadBytes: number | undefined,
  { shown, decoded }: PesTimes,
  mpeg2: boolean,
): Uint8Array {
  const hasBoth = shown !== undefined && decoded !== undefined && shown !== decoded;
  const times =
    shown === undefined ? [] : hasBoth ? [...timeStamp(3, shown), ...timeStamp(1, decoded)] : timeStamp(2, shown);
  const flags = shown === undefined ? 0 : hasBoth ? 0xc0 : 0x80;
  const rest = mpeg2 ? [0x80, flags, times.length, ...times] : times.length > 0 ? times : [0x0f];
  const length = payloadBytes === undefined ? 0 : rest.length + payloadBytes;
  return Uint8Array.of(0, 0, 1, stream, length >> 8, length & 255, ...rest);
}

/** A time of 33 bits with markers between them. */
export function readTimeStamp(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) >> 1) & 7;
  const middle = ((bytes[at + 1] ?? 0) << 7) | ((bytes[at + 2] ?? 0) >> 1);
  const low = ((bytes[at + 3] ?? 0) << 7) | ((bytes[at + 4] ?? 0) >> 1);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** Times are counted modulo this. */
export const CLOCK_WRAP = 2 ** 33;

/** A step of the clock, the shorter way round: forward, or back below 0. @param ticks 90 kHz, modulo 2³³ */
export function clockStep(ticks: number): number {
  const step = ((ticks % CLOCK_WRAP) + CLOCK_WRAP) % CLOCK_WRAP;
  return step >= CLOCK_WRAP / 2 ? step - CLOCK_WRAP : step;
}

/** The PES packet of video whose payload begins at `payload`; undefined where none begins there. */
export function pesBefore(bytes: Uint8Array, payload: number): number | undefined {
  for (let at = payload - 7; at >= Math.max(0, payload - PES_HEAD_MAX_BYTES); at--)
    if (
      bytes[at] === 0 &&
      bytes[at + 1] === 0 &&
      bytes[at + 2] === 1 &&
      isVideoStream(bytes[at + 3] ?? 0) &&
      at + pesHeadBytes(bytes, at) === payload
    )
      return at;
  return undefined;
}

/** Bytes of a PES packet before its payload. */
export function pesHeadBytes(bytes: Uint8Array, at: number): number {
  let i = at + 6;
  if (isMpeg2Pes(bytes, at)) return 9 + (bytes[at + 8] ?? 0);
  while (bytes[i] === 0xff && i < at + 22) i++;
  if (((bytes[i] ?? 0) & 0xc0) === 0x40) i += 2;
  const mark = (bytes[i] ?? 0) >> 4;
  return i + (mark === 2 ? 5 : mark === 3 ? 10 : 1) - at;
}
