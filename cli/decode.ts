import { FileSink, loadNodeKernels, openFile } from "../codec/hosts/node/index.ts";
import {
  concatBytes,
  InputError,
  MpegDecoder,
  type MpegPicture,
  openMpeg,
  tightPicture,
  UnsupportedError,
  videoBytes,
  writeY4mHeader,
  Y4M_PICTURE_HEADER,
} from "../codec/index.ts";
import { type Command, parse, requiredText } from "./options.ts";
import { createProgress, printResult } from "./output.ts";

/** Bytes that are decoded at once. */
const BATCH_BYTES = 1 << 18;

export const decode: Command = {
  usage: "cmix decode INPUT(.m1v|.m2v|.mpg|.vob|.ts|.m2ts) --out FILE.y4m [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, { out: "string", json: "boolean" });
    const input = positionals[0] ?? "";
    const out = requiredText(values, "out", "the file to write");
    const source = await openFile(input);
    const progress = createProgress("decoded");
    let sink: FileSink | undefined;
    try {
      const kernels = await loadNodeKernels();
      const found = await openMpeg(source);
      if (found === undefined)
        throw new InputError(
          `${input}: no MPEG video sequence header at its start; it has to be an MPEG-1 or MPEG-2 video, program or transport stream`,
        );
      const decoder = new MpegDecoder(kernels);
      const target = await FileSink.open(out);
      sink = target;
      const started = performance.now();
      let frames = 0;
      let first: Pick<MpegPicture, "width" | "height" | "chroma"> | undefined;
      let tight: Uint8Array<ArrayBuffer> | undefined;
      for await (const pictures of decodeAll(decoder, videoBytes(source, found.container), signal)) {
        for (const picture of pictures) {
          if (first === undefined) await target.write(headerOf(picture));
          first ??= picture;
          if (picture.width !== first.width || picture.height !== first.height || picture.chroma !== first.chroma)
            throw new UnsupportedError(
              `${input}: picture ${frames} is ${sizeOf(picture)}, the first is ${sizeOf(first)}, and a .y4m file holds one size: decode the parts one by one`,
              { picture: frames },
            );
          await target.write(Y4M_PICTURE_HEADER);
          tight = tightPicture(picture, tight);
          await target.write(tight);
          frames += 1;
          progress.show(frames);
        }
      }
      if (frames === 0) {
        const [, width, height] = kernels.bound.readStreamHeader(found.context);
        throw new InputError(
          `${input}: no picture of its ${width}x${height} pixels can be decoded: it is damaged or cut`,
        );
      }
      await target.close();
      const seconds = (performance.now() - started) / 1000;
      progress.end();
      printResult(values.json === true, {
        source: source.size,
        path: out,
        standard: kernels.bound.readStreamHeader(found.context)[5] === 2 ? "MPEG-2" : "MPEG-1",
        frames,
        seconds: Number(seconds.toFixed(3)),
        fps: Number((frames / seconds).toFixed(1)),
      });
    } catch (error) {
      await sink?.abort();
      throw error;
    } finally {
      progress.end();
      await source.close();
    }
  },
};

/** Pictures in display order, by batches of bytes. */
async function* decodeAll(
  decoder: MpegDecoder,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Iterable<MpegPicture>> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    batch.push(piece);
    bytes += piece.length;
    if (bytes < BATCH_BYTES) continue;
    yield decoder.decode(concatBytes(...batch));
    batch = [];
    bytes = 0;
  }
  yield decoder.decode(concatBytes(...batch));
  yield decoder.end();
}

function headerOf({ width, height, chroma, sequence, progressive, topFieldFirst }: MpegPicture): Uint8Array {
  const { frameRate, pixelAspect, mpeg2 } = sequence;
  const samples = chroma === "420" ? (mpeg2 ? "420mpeg2" : "420jpeg") : chroma;
  const interlace = progressive ? "p" : topFieldFirst ? "t" : "b";
  return writeY4mHeader(
    { width, height, frameRate: [...frameRate], pixelAspect: [...pixelAspect], fullRange: false },
    { samples, interlace },
  );
}

const sizeOf = ({ width, height, chroma }: Pick<MpegPicture, "width" | "height" | "chroma">): string =>
  `${width}x${height} 4:${chroma[1]}:${chroma[2]}`;
