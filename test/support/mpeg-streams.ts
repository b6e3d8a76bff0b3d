/** Streams of the writer that decoders are held against. */
import { type PictureSettings, picture, type Size, Writer } from "./mpeg-writer.ts";

/** Large enough for macroblocks whose vectors stay in the picture. */
const ROOMY: Size = { columns: 6, rows: 12 };

/**
 * MPEG-2, or MPEG-1, of which every decoder makes the same pictures. Frames and pairs of fields of all
 * types; the seed chooses their settings, too.
 */
export function writeTame(
  seed: number,
  chroma: 1 | 2 | 3 | "mpeg1",
): { bytes: Uint8Array; width: number; height: number } {
  const bit = (n: number): boolean => ((seed >> n) & 1) === 1;
  const settings = (i: number): Partial<PictureSettings> => ({
    fCode: 1,
    concealment: bit(i & 1),
    precision: (seed + i) & 3,
    intraTable: bit((i + 1) & 1) ? 1 : 0,
    alternate: bit(1 + (i & 1)),
    nonLinear: bit(2),
    topFirst: bit(0),
  });
  const first = bit(0) ? 1 : 2;
  const second = bit(0) ? 2 : 1;
  const mpeg2 = chroma !== "mpeg1";
  const types = [1, 2, 3, 3, 2, 3, 1, 2] as const;
  const pictures = types.flatMap((type, i) => {
    if (!mpeg2) return [picture(type, { fCode: 1, progressive: true })];
    if (i % 3 === seed % 3) return [picture(type, settings(i))];
    if (i % 3 === (seed + 1) % 3) return [picture(type, { ...settings(i), progressive: true })];
    // The very first of all is no pair of I and P: ffmpeg passes over a P-picture before there is a whole frame.
    const next = type === 1 && i > 0 ? 2 : type;
    return [picture(type, { ...settings(i), structure: first }), picture(next, { ...settings(i), structure: second })];
  });
  const writer = new Writer(seed, mpeg2, mpeg2 ? chroma : 1, ROOMY, true);
  return { bytes: writer.stream(pictures), width: ROOMY.columns * 16, height: ROOMY.rows * 16 };
}

/** D-pictures of one macroblock each. @param means of its blocks: four of Y, Cb, Cr; 0 to 255 */
export function writeDcPictures(means: readonly (readonly number[])[]): Uint8Array {
  return new Writer(0, false, 1, { columns: 1, rows: 1 }).dcStream(means);
}
