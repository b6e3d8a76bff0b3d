/** YUV4MPEG2, the plain container of uncompressed pictures that most video tools read and write. */
import { emptyFileError, InputError, UnsupportedError } from "../../errors.ts";
import type { PictureBuffers } from "../../pictures/picture-buffers.ts";
import type { SourcePicture } from "../../pictures/source-picture.ts";

export interface Y4mHeader {
  width: number;
  height: number;
  frameRate: [number, number];
  pixelAspect: [number, number];
  fullRange: boolean;
}

/** What is written of pictures that are not progressive 4:2:0, as MPEG-1 and JPEG have it. */
export interface Y4mSampling {
  /** C420jpeg: chrominance between the columns; C420mpeg2: on the left ones. */
  samples: "420jpeg" | "420mpeg2" | "422" | "444";
  /** Progressive, or which field comes first: top, bottom. */
  interlace: "p" | "t" | "b";
}

/** 4:2:0 with 8 bits a sample; the names differ in where chrominance samples sit. */
const SUPPORTED_SAMPLES = new Set(["420", "420jpeg", "420mpeg2", "420paldv"]);
const LINE_MAX_BYTES = 1024;
const NEWLINE = 10;
const text = new TextDecoder("latin1");
const PICTURE_MAX_SAMPLES = 16384 * 16384;

/** A file that is read into buffers which are there already. */
export interface Y4mSource {
  /** Bytes in all. */
  readonly size: number;
  /** Fills `target` from `offset` on; the caller keeps inside `size`. */
  readInto(offset: number, target: Uint8Array): Promise<void>;
}

function parseHeader(line: string): Y4mHeader {
  const [magic, ...fields] = line.split(" ");
  if (magic !== "YUV4MPEG2")
    throw new InputError("not a YUV4MPEG2 (.y4m) file: its first word is missing; convert the video to .y4m first", {
      offsetBytes: 0,
    });
  const field = (letter: string): string | undefined => fields.find((text) => text.startsWith(letter))?.slice(1);
  const width = Number(field("W"));
  const height = Number(field("H"));
  if (
    !Number.isInteger(width) ||
    !Number.isInteger(height) ||
    width < 1 ||
    height < 1 ||
    width * height > PICTURE_MAX_SAMPLES
  ) {
    throw new InputError(`YUV4MPEG2 header without a usable size (W${field("W") ?? ""} H${field("H") ?? ""})`, {
      offsetBytes: 0,
    });
  }
  const ratio = (text: string | undefined, fallback: [number, number]): [number, number] => {
    const [numerator, denominator] = (text ?? "").split(":").map(Number);
    return Number.isInteger(numerator) &&
      Number.isInteger(denominator) &&
      Number(numerator) > 0 &&
      Number(denominator) > 0
      ? [Number(numerator), Number(denominator)]
      : fallback;
  };
  const samples = field("C") ?? "420";
  if (!SUPPORTED_SAMPLES.has(samples)) {
    throw new UnsupportedError(
      `samples of kind ${samples}: only 4:2:0 with 8 bits is taken; convert first (ffmpeg -pix_fmt yuv420p)`,
      { samples },
    );
  }
  const interlace = field("I");
  if (interlace !== undefined && interlace !== "p" && interlace !== "?")
    throw new UnsupportedError(`interlaced pictures (I${interlace}): deinterleave them first`, { interlace });
  return {
    width,
    height,
    frameRate: ratio(field("F"), [25, 1]),
    pixelAspect: ratio(field("A"), [1, 1]),
    fullRange: fields.includes("XCOLORRANGE=FULL"),
  };
}

/**
 * Reads a file of pictures.
 *
 * @param buffers where the pictures' buffers come from; each stays the picture's own until it is given back there
 * @returns the header at once, the pictures as they are pulled; memory holds one at a time
 * @throws {@link InputError} no such file, or it ends inside picture `details.picture`
 * @throws {@link UnsupportedError} other samples than 4:2:0 with 8 bits
 */
export async function readY4m(
  source: Y4mSource,
  buffers: PictureBuffers,
): Promise<{ header: Y4mHeader; pictures: AsyncGenerator<SourcePicture> }> {
  if (source.size === 0) throw emptyFileError();
  const start = new Uint8Array(Math.min(source.size, LINE_MAX_BYTES));
  await source.readInto(0, start);
  const end = lineEnd(start, 0);
  const header = parseHeader(text.decode(start.subarray(0, end)));
  return { header, pictures: readPictures(source, buffers, header, end + 1) };
}

/** Index of the line's last byte, the newline. */
function lineEnd(bytes: Uint8Array, offsetBytes: number): number {
  const end = bytes.subarray(0, LINE_MAX_BYTES).indexOf(NEWLINE);
  if (end >= 0) return end;
  throw new InputError(`no end of line within ${LINE_MAX_BYTES} bytes at byte ${offsetBytes}: not a YUV4MPEG2 file`, {
    offsetBytes,
  });
}

async function* readPictures(
  source: Y4mSource,
  buffers: PictureBuffers,
  { width, height, frameRate }: Y4mHeader,
  firstByte: number,
): AsyncGenerator<SourcePicture> {
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const lumaBytes = width * height;
  const chromaBytes = chromaWidth * chromaHeight;
  const pictureBytes = lumaBytes + 2 * chromaBytes;
  const timeOf = (picture: number): number => Math.round((picture * frameRate[1] * 1e6) / frameRate[0]);
  let lineBytes = Y4M_PICTURE_HEADER.length;
  let position = firstByte;
  for (let picture = 0; position < source.size; picture++) {
    // Line and samples at once; a line of another length than the one before shows itself, and is read again.
    const data = buffers.take(lineBytes + pictureBytes);
    const there = Math.min(data.length, source.size - position);
    await source.readInto(position, data.subarray(0, there));
    const line = data.subarray(0, Math.min(there, LINE_MAX_BYTES));
    if (!text.decode(line.subarray(0, 5)).startsWith("FRAME"))
      throw new InputError(`no picture ${picture} at byte ${position}: the file is damaged`, {
        picture,
        offsetBytes: position,
      });
    const found = lineEnd(line, position) + 1;
    if (found !== lineBytes) {
      lineBytes = found;
      picture -= 1;
      continue;
    }
    if (there < data.length)
      throw new InputError(`the file ends inside picture ${picture}, at byte ${source.size}; write it anew`, {
        picture,
        offsetBytes: source.size,
      });
    position += data.length;
    yield {
      timestampMicroseconds: timeOf(picture),
      durationMicroseconds: timeOf(picture + 1) - timeOf(picture),
      format: "I420",
      width,
      height,
      data,
      planes: [
        { offset: lineBytes, stride: width },
        { offset: lineBytes + lumaBytes, stride: chromaWidth },
        { offset: lineBytes + lumaBytes + chromaBytes, stride: chromaWidth },
      ],
    };
  }
}

/** What stands before each picture's planes. */
export const Y4M_PICTURE_HEADER: Uint8Array = new TextEncoder().encode("FRAME\n");

/** The first line of a .y4m file; each picture follows behind {@link Y4M_PICTURE_HEADER}. */
export function writeY4mHeader(
  header: Y4mHeader,
  { samples, interlace }: Y4mSampling = { samples: "420jpeg", interlace: "p" },
): Uint8Array {
  const { width, height, frameRate, pixelAspect, fullRange } = header;
  const range = fullRange ? " XCOLORRANGE=FULL" : "";
  return new TextEncoder().encode(
    `YUV4MPEG2 W${width} H${height} F${frameRate.join(":")} I${interlace} A${pixelAspect.join(":")} C${samples}${range}\n`,
  );
}
