import { mkdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { createNodePool, FileSink, openFile } from "../codec/hosts/node/index.ts";
import {
  chooseMethod,
  type DivisionResult,
  divideCompress,
  divideMpeg,
  divideSamples,
  PictureBuffers,
  pictureRateCode,
  readY4m,
} from "../codec/index.ts";
import { openCaptions } from "./captions.ts";
import { type Command, choice, integer, list, parse } from "./options.ts";
import { createProgress, note, printResult } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export const divide: Command = {
  usage: `cmix divide INPUT --out DIR [--method auto|mpeg|samples|compress] [--protection sealed|patent] [--bitplane gray|binary]
              [--plane-code read|adaptive] [--quality 1..31 | --bitrate KBITS] [--gop N] [--recompress on|off] [--workers N]
              [--title T] [--copyright C] [--age-limit N] [--genre G] [--service URL] [--player URL]
              [--captions LANGUAGE[:captions]=FILE | --captions source] … [--json]`,

  async run(args, signal) {
    const { positionals, values } = parse(args, 1, {
      out: "string",
      method: "string",
      protection: "string",
      bitplane: "string",
      "plane-code": "string",
      quality: "string",
      bitrate: "string",
      gop: "string",
      workers: "string",
      recompress: "string",
      title: "string",
      copyright: "string",
      "age-limit": "string",
      genre: "string",
      service: "string",
      player: "string",
      captions: "strings",
      json: "boolean",
    });
    const input = positionals[0] ?? "";
    const out = values.out;
    if (typeof out !== "string") throw new UsageError("divide needs --out DIR, the folder for main and slave");
    const asked = choice(values, "method", ["auto", "compress", "mpeg", "samples"], "auto");
    const protection = choice(values, "protection", ["sealed", "patent"], "sealed");
    const bitplane = choice(values, "bitplane", ["gray", "binary"], "gray");
    const planeCode = choice(values, "plane-code", ["read", "adaptive"], "adaptive");
    const recompress = choice(values, "recompress", ["on", "off"], "on") === "on";
    if (values.quality !== undefined && values.bitrate !== undefined)
      throw new UsageError("--quality and --bitrate exclude each other");
    const quality = integer(values, "quality", 1, 31) ?? 4;
    const bitrateKbits = integer(values, "bitrate", 1, 1_000_000);
    const gopPictures = integer(values, "gop", 1, 10_000) ?? 30;
    const workers = integer(values, "workers", 1, 64);
    const ageLimit = integer(values, "age-limit", 0, 120);
    const text = (name: string): string | undefined => (typeof values[name] === "string" ? values[name] : undefined);

    const file = await openFile(input);
    try {
      const captions = await openCaptions(list(values, "captions"), file);
      const method = asked === "auto" ? await chooseMethod(file) : asked;
      const buffers = new PictureBuffers();
      const y4m = method === "compress" ? await readY4m(file, buffers) : undefined;
      if (y4m !== undefined && !pictureRateCode(y4m.header.frameRate).exact) {
        note(
          `${y4m.header.frameRate.join("/")} pictures a second have no code in MPEG-1: the nearest stands in the stream, the true times in the file`,
        );
      }
      const name = basename(input, extname(input));
      const mainPath = join(out, `${name}.cmx`);
      const slavePath = join(out, `${name}.cms`);
      await mkdir(out, { recursive: true });

      // Cutting runs at 1.4 GB/s: for `samples` a second worker costs memory and brings nothing.
      const pool = createNodePool(workers ?? (method === "samples" ? 1 : undefined));
      const progress = createProgress("divided");
      const sinks = { main: await FileSink.open(mainPath), slave: await FileSink.open(slavePath) };
      try {
        const started = performance.now();
        const optional = {
          copyright: text("copyright"),
          ageLimit,
          genre: text("genre"),
          service: text("service"),
          player: text("player"),
        };
        const common = {
          protection,
          title: text("title") ?? name,
          mainName: basename(mainPath),
          slaveName: basename(slavePath),
          captions,
          signal,
          onProgress: ({ pictures: done }: { pictures: number }) => progress.show(done),
          ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
        };
        let result: DivisionResult;
        let verbatim = 0;
        if (method === "mpeg") {
          const divided = await divideMpeg(file, { ...common, recompress }, sinks, pool);
          verbatim = divided.verbatimBytes;
          result = divided;
        } else if (y4m === undefined) result = await divideSamples(file, common, sinks, pool);
        else
          result = await divideCompress(
            { video: { ...y4m.header }, pictures: y4m.pictures, buffers },
            {
              ...common,
              bitplane,
              planeCode,
              quality,
              gopPictures,
              ...(bitrateKbits === undefined ? {} : { bitrateKbits }),
            },
            sinks,
            pool,
          );
        const seconds = (performance.now() - started) / 1000;
        progress.end();
        printResult(values.json === true, {
          method,
          protection,
          source: file.size,
          main: result.mainBytes,
          slave: result.slaveBytes,
          extras: result.extrasBytes,
          mainPath,
          slavePath,
          frames: result.pictures,
          segments: result.segments,
          verbatim,
          seconds: Number(seconds.toFixed(3)),
          fps: Number((result.pictures / seconds).toFixed(1)),
        });
      } catch (error) {
        await Promise.all([sinks.main.abort(), sinks.slave.abort()]);
        throw error;
      } finally {
        progress.end();
        pool.close();
      }
    } finally {
      await file.close();
    }
  },
};
