/**
 * Which bytes of a file are MPEG-1 or MPEG-2 video: elementary streams, program streams (ISO/IEC 11172-1, 13818-1 2.5) and transport streams
 * (13818-1 2.4). The first such stream is taken; everything else is container. Garbage is container too: nothing here throws, and a wrong answer costs size,
 * never exactness.
 */

/**
 * `es` elementary, `ps` program, `ts` transport, `m2ts` transport with four bytes before each packet, `ts204` with sixteen behind each,
 * `cdxa` a program stream in sectors of a Video CD.
 */
export type MpegContainer = "es" | "ps" | "ts" | "m2ts" | "ts204" | "cdxa";

/**
 * Told of every byte in order: `video` or not, from `from` to `to` of the bytes that were pushed.
 *
 * @param time presentation time, 90 kHz modulo 2³³, of the first picture that begins in the PES packet whose payload begins at `from`
 */
export type RunSink = (video: boolean, from: number, to: number, time?: number) => void;

export interface Demuxer {
  /** Of the video, in a transport stream; below 0 until it is found. */
  readonly pid?: number;
  /**
   * @param last no bytes follow these
   * @returns bytes dealt with; the others are to come again, with more behind them
   */
  push(bytes: Uint8Array, last: boolean, run: RunSink): number;
}
