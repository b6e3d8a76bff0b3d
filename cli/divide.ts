import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import {
  createNodePool,
  FileSink,
  loadNodeKernels,
  nodeRecoderOf,
  type OpenFile,
  openFile,
} from "../codec/hosts/node/index.ts";
import {
  type BPictures,
  chooseMethod,
  companionName,
  companionPage,
  divideVideo,
  InputError,
  isWebAddress,
  METHODS,
  type Method,
  openMpegMedia,
  PictureBuffers,
  pictureRateCode,
  readSourceChapters,
  readY4m,
  type SourceMedia,
  trimChapters,
  trimMedia,
  trimParts,
} from "../codec/index.ts";
import { openCaptions, trimCaptions } from "./captions.ts";
import { type Command, choice, integer, list, parse } from "./options.ts";
import { createProgress, note, printResult } from "./output.ts";
import { openParts } from "./parts.ts";
import { openTrimmed, secondsOf, trimOf } from "./trim.ts";
import { UsageError } from "./usage-error.ts";

export const divide: Command = {
  usage: `cmix divide INPUT --out DIR [--method auto|mpeg|samples|compress] [--protection sealed|patent] [--bitplane gray|binary]
              [--from SECONDS] [--to SECONDS] [--plane-code read|adaptive] [--quality 1..31 | --bitrate KBITS] [--gop N] [--b-pictures 0|1|2] [--recompress on|off] [--workers N]
              [--title T] [--copyright C] [--age-limit N] [--genre G] [--service URL] [--player URL]
              [--marks auto|none|FILE.json] [--restrict black|mosaic|picture|text] [--reverse]
              [--captions LANGUAGE[:captions]=FILE | --captions source] … [--companion] [--json]`,

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
      "b-pictures": "string",
      workers: "string",
      from: "string",
      to: "string",
      recompress: "string",
      title: "string",
      copyright: "string",
      "age-limit": "string",
      genre: "string",
      service: "string",
      player: "string",
      captions: "strings",
      marks: "string",
      restrict: "string",
      reverse: "boolean",
      companion: "boolean",
      json: "boolean",
    });
    const input = positionals[0] ?? "";
    const out = values.out;
    if (typeof out !== "string") throw new UsageError("divide needs --out DIR, the folder for main and slave");
    const names: readonly ("auto" | Method)[] = ["auto", ...Object.values(METHODS).map(({ name }) => name)];
    const asked = choice(values, "method", names, "auto");
    const protection = choice(values, "protection", ["sealed", "patent"], "sealed");
    const bitplane = choice(values, "bitplane", ["gray", "binary"], "gray");
    const planeCode = choice(values, "plane-code", ["read", "adaptive"], "adaptive");
    const recompress = choice(values, "recompress", ["on", "off"], "on") === "on";
    if (values.quality !== undefined && values.bitrate !== undefined)
      throw new UsageError("--quality and --bitrate exclude each other");
    const quality = integer(values, "quality", 1, 31) ?? 4;
    const bitrateKbits = integer(values, "bitrate", 1, 1_000_000);
    const gopPictures = integer(values, "gop", 1, 10_000) ?? 30;
    const bPictures = integer(values, "b-pictures", 0, 2) as BPictures | undefined;
    const workers = integer(values, "workers", 1, 64);
    const ageLimit = integer(values, "age-limit", 0, 120);
    const trim = trimOf(values);
    const text = (name: string): string | undefined => (typeof values[name] === "string" ? values[name] : undefined);

    const [service, player] = [text("service"), text("player")];
    const hasCompanion = values.companion === true;
    if (hasCompanion && (service ?? player) === undefined)
      throw new UsageError("--companion needs --service or --player: its page leads there");
    if (hasCompanion)
      for (const address of [service, player])
        if (address !== undefined && !isWebAddress(address))
          throw new UsageError(`--companion: ${address} does not begin with https:// or http://`);

    if ((values.marks ?? "none") !== "none" && protection === "patent")
      throw new UsageError("--marks needs --protection sealed: patent leaves hidden parts in the open");
    const file = await openFile(input);
    try {
      const wholeParts = await openParts(values, input, file, signal);
      const wholeCaptions = await openCaptions(list(values, "captions"), file);
      const method = asked === "auto" ? await chooseMethod(file) : asked;
      const name = basename(input, extname(input));
      const mainPath = join(out, `${name}.cmx`);
      const slavePath = join(out, `${name}.cms`);
      const isKept = METHODS[method].gives === "source";
      if (trim !== undefined) await mkdir(out, { recursive: true });
      const kept =
        isKept && trim !== undefined ? await openTrimmed(file, trim, `${mainPath}.trim.part`, signal) : undefined;
      const source = kept?.source ?? file;
      const taken = kept?.taken ?? trim;
      const captions = taken === undefined ? wholeCaptions : trimCaptions(wholeCaptions, taken);
      const restrictions = taken === undefined ? wholeParts : trimParts(wholeParts, taken);
      const chapters = taken && trimChapters(await readSourceChapters(file), taken);
      const pool = createNodePool(workers ?? (METHODS[method].fillsOneWorker ? 1 : undefined));
      const progress = createProgress("divided");
      let started = 0;
      const openSinks = async (): Promise<{ main: FileSink; slave: FileSink }> => {
        await mkdir(out, { recursive: true });
        const sinks = await FileSink.openPair(mainPath, slavePath);
        started = performance.now();
        return sinks;
      };
      const texts = {
        copyright: text("copyright"),
        ageLimit,
        genre: text("genre"),
        service,
        player,
      };
      try {
        const result = await divideVideo(
          method,
          {
            source,
            openMedia: async () => {
              const media = await openMedia(file, signal);
              return trim === undefined ? media : trimMedia(media, trim);
            },
            openRecoder: nodeRecoderOf(source, basename(input)),
            settings: {
              bitplane,
              planeCode,
              quality,
              gopPictures,
              recompress,
              ...(bPictures === undefined ? {} : { bPictures }),
              ...(bitrateKbits === undefined ? {} : { bitrateKbits }),
            },
            protection,
            title: text("title") ?? name,
            mainName: basename(mainPath),
            slaveName: basename(slavePath),
            captions,
            restrictions,
            ...(chapters !== undefined && { chapters }),
            ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
            signal,
            onProgress: ({ pictures }) => progress.show(pictures),
          },
          openSinks,
          pool,
        );
        const companionPath = join(out, companionName(basename(mainPath)));
        if (hasCompanion) {
          const about = {
            title: text("title") ?? name,
            copyright: text("copyright") ?? "",
            mainName: basename(mainPath),
          };
          await writeFile(`${companionPath}.part`, companionPage({ ...about, service, player }));
          await rename(`${companionPath}.part`, companionPath);
        }
        const seconds = (performance.now() - started) / 1000;
        progress.end();
        const larger = result.mainBytes + result.slaveBytes - source.size;
        if (result.substituteBytes > 0)
          note(
            `what stands in for hidden parts adds ${result.substituteBytes} bytes: both it and the truth are in the two files`,
          );
        if (larger > 0 && restrictions.length === 0)
          note(
            `main and slave together are ${larger} bytes larger than ${basename(input)}: little in it could be packed`,
          );
        if (protection === "patent")
          note("protection patent is weak: who has the main alone can guess much of what is withheld; sealed is not");
        printResult(values.json === true, {
          method,
          protection,
          source: source.size,
          ...(taken !== undefined && secondsOf(taken)),
          main: result.mainBytes,
          slave: result.slaveBytes,
          extras: result.extrasBytes,
          ...(restrictions.length > 0 && { parts: restrictions.length, substitutes: result.substituteBytes }),
          mainPath,
          slavePath,
          ...(hasCompanion && { companionPath }),
          frames: result.pictures,
          segments: result.segments,
          verbatim: result.verbatimBytes,
          seconds: Number(seconds.toFixed(3)),
          fps: Number((result.pictures / seconds).toFixed(1)),
        });
      } finally {
        progress.end();
        pool.close();
        await kept?.close();
      }
    } finally {
      await file.close();
    }
  },
};

/** What is decoded here: MPEG-1 and MPEG-2 video with its sound, and .y4m files. */
async function openMedia(file: OpenFile, signal: AbortSignal): Promise<SourceMedia> {
  const isMpeg = await METHODS.mpeg.takes(file);
  if (file.size > 0 && !isMpeg && !(await METHODS.compress.takes(file)))
    throw new InputError(
      "method compress takes .y4m files and MPEG-1 and MPEG-2 video here, and this is neither by its first bytes: convert it first",
      { offsetBytes: 0 },
    );
  const media = isMpeg ? await openMpegMedia(await loadNodeKernels(), file, { signal }) : await openPictures(file);
  const { frameRate } = media.video;
  if (!pictureRateCode(frameRate).exact)
    note(
      `${frameRate.join("/")} pictures a second have no code in MPEG-1: the nearest stands in the stream, the true times in the file`,
    );
  return media;
}

async function openPictures(file: OpenFile): Promise<SourceMedia> {
  const buffers = new PictureBuffers();
  const { header, pictures } = await readY4m(file, buffers);
  return { video: header, pictures, buffers };
}
