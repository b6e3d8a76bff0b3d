/** YUV4MPEG2, the plain container of uncompressed pictures that most video tools read and write. */
import { InputError, UnsupportedError } from "../errors.ts";
import type { SourcePicture } from "../methods/compress-types.ts";

export interface Y4mHeader {
  width: number;
  height: number;
  frameRate: [number, number];
  pixelAspect: [number, number];
  fullRange: boolean;
}

/** 4:2:0 with 8 bits a sample; the names differ in where chrominance samples sit. */
const SUPPORTED_SAMPLES = new Set(["420", "420jpeg", "420mpeg2", "420paldv"]);
const LINE_MAX_BYTES = 1024;
const PICTURE_MAX_SAMPLES = 16384 * 16384;

/** Pulls exact numbers of bytes out of chunks of any size. */
class ChunkReader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();
  position = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  private async refill(): Promise<boolean> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next();
      if (next.done) return false;
      this.rest = next.value;
    }
    return true;
  }

  /** Fewer bytes than asked only at the end. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length && (await this.refill())) {
      const part = this.rest.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    this.position += filled;
    return bytes.subarray(0, filled);
  }

  /** A line without its end; undefined at the end of the input. */
  async line(): Promise<string | undefined> {
    let text = "";
    while (text.length < LINE_MAX_BYTES) {
      if (!(await this.refill())) return text === "" ? undefined : text;
      const byte = this.rest[0] ?? 0;
      this.rest = this.rest.subarray(1);
      this.position += 1;
      if (byte === 10) return text;
      text += String.fromCharCode(byte);
    }
    throw new InputError(
      `no end of line within ${LINE_MAX_BYTES} bytes at byte ${this.position}: not a YUV4MPEG2 file`,
      { offsetBytes: this.position },
    );
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
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
 * Reads a stream of pictures.
 *
 * @returns the header at once, the pictures as they are pulled; memory holds one at a time
 * @throws {@link InputError} no such file, or it ends inside picture `details.picture`
 * @throws {@link UnsupportedError} other samples than 4:2:0 with 8 bits
 */
export async function readY4m(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ header: Y4mHeader; pictures: AsyncGenerator<SourcePicture> }> {
  const reader = new ChunkReader(chunks);
  const first = await reader.line();
  if (first === undefined) throw new InputError("the file is empty; choose a .y4m file", { offsetBytes: 0 });
  const header = parseHeader(first);
  return { header, pictures: readPictures(reader, header) };
}

async function* readPictures(reader: ChunkReader, header: Y4mHeader): AsyncGenerator<SourcePicture> {
  const { width, height, frameRate } = header;
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const lumaBytes = width * height;
  const chromaBytes = chromaWidth * chromaHeight;
  const timeOf = (picture: number): number => Math.round((picture * frameRate[1] * 1e6) / frameRate[0]);
  try {
    for (let picture = 0; ; picture++) {
      const line = await reader.line();
      if (line === undefined) return;
      if (!line.startsWith("FRAME"))
        throw new InputError(`no picture ${picture} at byte ${reader.position}: the file is damaged`, {
          picture,
          offsetBytes: reader.position,
        });
      const data = await reader.read(lumaBytes + 2 * chromaBytes);
      if (data.length < lumaBytes + 2 * chromaBytes)
        throw new InputError(`the file ends inside picture ${picture}, at byte ${reader.position}; write it anew`, {
          picture,
          offsetBytes: reader.position,
        });
      yield {
        timestampMicroseconds: timeOf(picture),
        durationMicroseconds: timeOf(picture + 1) - timeOf(picture),
        format: "I420",
        width,
        height,
        data,
        planes: [
          { offset: 0, stride: width },
          { offset: lumaBytes, stride: chromaWidth },
          { offset: lumaBytes + chromaBytes, stride: chromaWidth },
        ],
      };
    }
  } finally {
    await reader.close();
  }
}

const text = new TextEncoder();

export function writeY4mHeader(header: Y4mHeader): Uint8Array {
  const { width, height, frameRate, pixelAspect, fullRange } = header;
  const range = fullRange ? " XCOLORRANGE=FULL" : "";
  return text.encode(
    `YUV4MPEG2 W${width} H${height} F${frameRate.join(":")} Ip A${pixelAspect.join(":")} C420jpeg${range}\n`,
  );
}

/** What stands before each picture's planes. */
export const Y4M_PICTURE_HEADER: Uint8Array = text.encode("FRAME\n");
