import { open } from "node:fs/promises";
import { splitPictures } from "../codec/containers/elementary-stream.ts";
import { writeY4mHeader, Y4M_PICTURE_HEADER } from "../codec/containers/y4m.ts";
import { InputError, UnsupportedError } from "../codec/errors.ts";
import { StreamDecoder } from "../codec/methods/stream-decoder.ts";
import { FileSink, fileChunks, fileSize } from "./files.ts";
import { loadNodeKernels } from "./node-kernels.ts";
import { type Command, parse, requiredText } from "./options.ts";
import { createProgress, printResult } from "./output.ts";

/** A sequence header lies within this much of the start of any stream made for playing. */
const PROBE_BYTES = 1 << 20;

export const decode: Command = {
  usage: "cmix decode INPUT.m1v --out FILE.y4m [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, { out: "string", json: "boolean" });
    const input = positionals[0] ?? "";
    const out = requiredText(values, "out", "the file to write");
    const source = await fileSize(input);
    const kernels = await loadNodeKernels();
    const start = await firstBytes(input);
    refuseOthers(input, kernels.bound.readStreamHeader(start), start);

    const progress = createProgress("decoded");
    const decoder = new StreamDecoder(kernels);
    const sink = await FileSink.open(out);
    try {
      const started = performance.now();
      let frames = 0;
      const write = async (picture: Uint8Array): Promise<void> => {
        if (frames === 0) await sink.write(writeY4mHeader(decoder.format()));
        await sink.write(Y4M_PICTURE_HEADER);
        await sink.write(picture);
        frames += 1;
        progress.show(frames);
      };
      for await (const unit of splitPictures(fileChunks(input))) {
        signal.throwIfAborted();
        const picture = decoder.decode(unit);
        if (picture !== undefined) await write(picture);
      }
      const last = decoder.flush();
      if (last !== undefined) await write(last);
      if (frames === 0) throw new InputError(`${input}: no picture found; is it an MPEG-1 video stream?`);
      await sink.close();
      const seconds = (performance.now() - started) / 1000;
      progress.end();
      printResult(values.json === true, {
        source,
        path: out,
        frames,
        seconds: Number(seconds.toFixed(3)),
        fps: Number((frames / seconds).toFixed(1)),
      });
    } catch (error) {
      await sink.abort();
      throw error;
    } finally {
      progress.end();
    }
  },
};

async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const bytes = new Uint8Array(PROBE_BYTES);
    const { bytesRead } = await handle.read(bytes, 0, PROBE_BYTES, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function refuseOthers(input: string, header: Int32Array, start: Uint8Array): void {
  if (start[0] === 0 && start[1] === 0 && start[2] === 1 && start[3] === 0xba) {
    throw new UnsupportedError(
      `${input}: a program stream; this version decodes plain MPEG-1 video: take the video out first (ffmpeg -c copy out.m1v)`,
    );
  }
  if (start[0] === 0x47 && header.length === 0)
    throw new UnsupportedError(
      `${input}: a transport stream; this version decodes plain MPEG-1 video: take the video out first (ffmpeg -c copy out.m1v)`,
    );
  if (header.length === 0)
    throw new InputError(
      `${input}: no MPEG video sequence header in the first ${PROBE_BYTES} bytes; is it an MPEG-1 video stream?`,
    );
  if (header[5] === 2) throw new UnsupportedError(`${input}: MPEG-2 video; this version decodes MPEG-1 only`);
}
