import { createNodePool, FileSink, openFile } from "../codec/hosts/node/index.ts";
import {
  averageRate,
  type BPictures,
  constantQuality,
  encodeGops,
  PictureBuffers,
  pictureRateCode,
  readY4m,
} from "../codec/index.ts";
import { type Command, integer, parse, requiredText } from "./options.ts";
import { createProgress, note, printResult } from "./output.ts";
import { UsageError } from "./usage-error.ts";

const SEQUENCE_END = Uint8Array.of(0, 0, 1, 0xb7);

export const encode: Command = {
  usage:
    "cmix encode INPUT.y4m --out FILE.m1v [--quality 1..31 | --bitrate KBITS] [--gop N] [--b-pictures 0|1|2] [--workers N] [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, {
      out: "string",
      quality: "string",
      bitrate: "string",
      gop: "string",
      "b-pictures": "string",
      workers: "string",
      json: "boolean",
    });
    const input = positionals[0] ?? "";
    const out = requiredText(values, "out", "the file to write");
    if (values.quality !== undefined && values.bitrate !== undefined)
      throw new UsageError("--quality and --bitrate exclude each other");
    const quality = integer(values, "quality", 1, 31) ?? 4;
    const bitrate = integer(values, "bitrate", 1, 1_000_000);
    const gopPictures = integer(values, "gop", 1, 10_000) ?? 30;
    const bPictures = integer(values, "b-pictures", 0, 2) as BPictures | undefined;
    const pool = createNodePool(integer(values, "workers", 1, 64));
    const progress = createProgress("encoded");
    const file = await openFile(input);
    const buffers = new PictureBuffers();
    const { header, pictures } = await readY4m(file, buffers);
    if (!pictureRateCode(header.frameRate).exact)
      note(`${header.frameRate.join("/")} pictures a second have no code in MPEG-1: the nearest is written`);
    const sink = await FileSink.open(out);
    try {
      const started = performance.now();
      const samples = (header.width * header.height * header.frameRate[0]) / header.frameRate[1];
      const gops = encodeGops(pictures, pool, {
        video: header,
        division: "none",
        gopPictures,
        bPictures,
        rate: bitrate === undefined ? constantQuality(quality) : averageRate(bitrate, samples, bPictures),
        buffers,
        signal,
        onPicture: ({ pictures: done }) => progress.show(done),
      });
      let frames = 0;
      let bytes = SEQUENCE_END.length;
      for await (const gop of gops) {
        for (const picture of gop.pictures) {
          await sink.write(picture.publicBytes);
          bytes += picture.publicBytes.length;
          frames += 1;
        }
      }
      await sink.write(SEQUENCE_END);
      await sink.close();
      const seconds = (performance.now() - started) / 1000;
      progress.end();
      printResult(values.json === true, {
        source: file.size,
        bytes,
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
      pool.close();
      await file.close();
    }
  },
};
