/** Pictures in files of their own, PNG and JPEG. */
import { InputError } from "../codec/index.ts";

const STILL_MAX_PIXELS = 1 << 26;
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);

/** A picture, upright. */
export interface Still {
  width: number;
  height: number;
  /** Red, green, blue and opacity. */
  rgba: Uint8Array;
}

/** Whether a file's start is a PNG's or a JPEG's. */
export async function isStill(file: {
  size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}): Promise<boolean> {
  const start = await file.read(0, Math.min(PNG.length, file.size));
  return [PNG, JPEG].some((magic) => magic.every((byte, i) => start[i] === byte));
}

/**
 * @param within made smaller, in its own shape, where it is larger
 * @throws {@link InputError} it is damaged, or has more pixels than anybody needs
 */
export async function readStill(path: string, within?: { width: number; height: number }): Promise<Still> {
  const { default: sharp } = await import("sharp"); // 300 ms, which few commands take
  const image = sharp(path, { limitInputPixels: STILL_MAX_PIXELS }).autoOrient().toColourspace("srgb").ensureAlpha();
  if (within !== undefined) image.resize({ ...within, fit: "inside", withoutEnlargement: true });
  const { data, info } = await image
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw new InputError(`${path}: no picture that can be read (${cause.message.replace(/\s+/g, " ")})`);
    });
  return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
}
