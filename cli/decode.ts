import { FileSink, loadNodeKernels, openFile } from "../codec/hosts/node/index.ts";
import {
  type ByteSource,
  InputError,
  type Kernels,
  type MpegContainer,
  openMpeg,
  StreamDecoder,
  splitPictures,
  UnsupportedError,
  videoBytes,
  writeY4mHeader,
  Y4M_PICTURE_HEADER,
} from "../codec/index.ts";
import { type Command, parse, requiredText } from "./options.ts";
import { createProgress, printResult } from "./output.ts";

export const decode: Command = {
  usage: "cmix decode INPUT(.m1v|.mpg|.ts) --out FILE.y4m [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, { out: "string", json: "boolean" });
    const input = positionals[0] ?? "";
    const out = requiredText(values, "out", "the file to write");
    const source = await openFile(input);
    const progress = createProgress("decoded");
    let sink: FileSink | undefined;
    try {
      const kernels = await loadNodeKernels();
      const container = await findMpeg1(input, source, kernels);
      const decoder = new StreamDecoder(kernels);
      const target = await FileSink.open(out);
      sink = target;
      const started = performance.now();
      let frames = 0;
      const write = async (picture: Uint8Array): Promise<void> => {
        if (frames === 0) await target.write(writeY4mHeader(decoder.format()));
        await target.write(Y4M_PICTURE_HEADER);
        await target.write(picture);
        frames += 1;
        progress.show(frames);
      };
      for await (const unit of splitPictures(videoBytes(source, container))) {
        signal.throwIfAborted();
        const picture = decoder.decode(unit);
        if (picture !== undefined) await write(picture);
      }
      const last = decoder.flush();
      if (last !== undefined) await write(last);
      if (frames === 0) throw new InputError(`${input}: no picture found; is it an MPEG-1 video stream?`);
      await target.close();
      const seconds = (performance.now() - started) / 1000;
      progress.end();
      printResult(values.json === true, {
        source: source.size,
        path: out,
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

async function findMpeg1(input: string, source: ByteSource, kernels: Kernels): Promise<MpegContainer> {
  const found = await openMpeg(source);
  if (found === undefined)
    throw new InputError(
      `${input}: no MPEG video sequence header at its start; it has to be an MPEG-1 video, program or transport stream`,
    );
  if (kernels.bound.readStreamHeader(found.context)[5] === 2)
    throw new UnsupportedError(
      `${input}: MPEG-2 video, and decode knows MPEG-1 only: divide it as it is (cmix divide --method mpeg), or decode it by another program (ffmpeg -i ${input} out.y4m)`,
    );
  return found.container;
}
