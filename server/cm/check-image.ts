/** Is this really a JPEG, PNG or BMP image? Sizes are read from the header, then all of it is decoded. */
import { decode as decodeBmp } from "bmp-ts";
import { decode as decodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { FormatError, UnsupportedError } from "../../codec/index.ts";
import type { CmType } from "./cm-types.ts";

/** A little more than 4K; decoded it has 4 bytes a pixel. */
export const IMAGE_MAX_PIXELS = 4096 * 2304;
/** What the JPEG decoder may use: its components stand beside the picture. */
const JPEG_MAX_MEGABYTES = 256;

export interface ImageFacts {
  type: CmType;
  width: number;
  height: number;
}

type Format = Omit<ImageFacts, "width" | "height"> & {
  isIt: (view: DataView) => boolean;
  size: (view: DataView) => { width: number; height: number } | undefined;
  decode: (bytes: Buffer) => { width: number; height: number };
};

const FORMATS: readonly Format[] = [
  {
    type: "image/jpeg",
    isIt: (view) => view.getUint16(0) === 0xffd8,
    size: jpegSize,
    decode: (bytes) =>
      decodeJpeg(bytes, {
        useTArray: true,
        tolerantDecoding: false,
        maxResolutionInMP: IMAGE_MAX_PIXELS / 1e6,
        maxMemoryUsageInMB: JPEG_MAX_MEGABYTES,
      }),
  },
  {
    type: "image/png",
    isIt: (view) => view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a,
    size: (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }), // IHDR is the first chunk
    decode: (bytes) => PNG.sync.read(bytes),
  },
  {
    type: "image/bmp",
    isIt: (view) => view.getUint16(0) === 0x424d,
    size: (view) => ({ width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }), // negative: top line first
    decode: (bytes) => decodeBmp(bytes),
  },
];

/**
 * @throws {@link UnsupportedError} it has more than {@link IMAGE_MAX_PIXELS} pixels
 * @throws {@link FormatError} it is damaged
 * @returns undefined where it is none of the three formats
 */
export function checkImage(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length < 32) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const format = FORMATS.find(({ isIt }) => isIt(view));
  if (format === undefined) return undefined;
  const size = format.size(view);
  if (size === undefined || size.width < 1 || size.height < 1)
    throw new FormatError(`${format.type}: its header tells no size: the file is damaged`);
  if (size.width * size.height > IMAGE_MAX_PIXELS)
    throw new UnsupportedError(
      `${format.type} of ${size.width} x ${size.height}: at most ${IMAGE_MAX_PIXELS} pixels are taken; make it smaller`,
      { width: size.width, height: size.height },
    );
  let decoded: { width: number; height: number };
  try {
    decoded = format.decode(bytes);
  } catch (cause) {
    throw new FormatError(`${format.type} cannot be decoded (${(cause as Error).message}): save it again`);
  }
  const { width, height } = decoded;
  if (width !== size.width || Math.abs(height) !== size.height)
    throw new FormatError(`${format.type}: its header tells another size than its picture has: the file is damaged`);
  return { type: format.type, width, height: size.height };
}

/** From the first frame header (ITU-T T.81, B.2.2); undefined where there is none. */
function jpegSize(view: DataView): { width: number; height: number } | undefined {
  for (let offset = 2; offset + 9 <= view.byteLength; ) {
    if (view.getUint8(offset) !== 0xff) return undefined;
    const marker = view.getUint8(offset + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(offset + 5), width: view.getUint16(offset + 7) };
    offset += marker === 0xff ? 1 : 2 + view.getUint16(offset + 2); // fill bytes before a marker
  }
  return undefined;
}
