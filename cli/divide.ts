import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import {
  createNodePool,
  FileSink,
  makePoster,
  makeTeaser,
  nodeRecoderOf,
  openFile,
  openSourceFile,
  pictureRate,
  type SourceFile,
} from "../codec/hosts/node/index.ts";
import {
  type BPictures,
  chooseMethod,
  companionName,
  companionPage,
  divideVideo,
  hiddenTimes,
  isWebAddress,
  METHODS,
  type Method,
  pictureRateCode,
  readSourceChapters,
  type SourceMedia,
  type Trim,
  trimChapters,
  trimMedia,
  trimParts,
} from "../codec/index.ts";
import { openCaptions, trimCaptions } from "./captions.ts";
import { type Command, choice, integer, list, parse, type Values } from "./options.ts";
import { createProgress, note, printResult } from "./output.ts";
import { openParts } from "./parts.ts";
import { openTrimmed, secondsOf, trimOf } from "./trim.ts";
import { UsageError } from "./usage-error.ts";

export const divide: Command = {
  usage: `cmix divide INPUT --out DIR [--method auto|mpeg|samples|compress] [--protection sealed|patent] [--bitplane gray|binary]
              [--from SECONDS] [--to SECONDS] [--plane-code read|adaptive] [--quality 1..31 | --bitrate KBITS] [--gop N] [--b-pictures 0|1|2] [--recompress on|off] [--workers N]
              [--title T] [--copyright C] [--age-limit N] [--genre G] [--service URL] [--player URL]
              [--marks auto|none|FILE.json] [--restrict black|mosaic|picture|text] [--restrict-picture FILE] [--restrict-text WORDS]
              [--reverse] [--without-original]
              [--poster auto|none|SECONDS] [--teaser none|SECONDS]
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
      "restrict-picture": "string",
      "restrict-text": "string",
      reverse: "boolean",
      "without-original": "boolean",
      poster: "string",
      teaser: "string",
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
    const quality = integer(values, "quality", 1, 31);
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

    const withoutOriginal = values["without-original"] === true;
    if ((values.marks ?? "none") !== "none" && protection === "patent" && !withoutOriginal)
      throw new UsageError("--marks needs --protection sealed: patent leaves hidden parts in the open");
    const poster = thumbnailOf(values, "poster", ["none", "auto"]);
    const teaser = thumbnailOf(values, "teaser", ["none"]);
    const file = await openFile(input);
    try {
      const { parts: wholeParts, overlays } = await openParts(values, input, file, signal);
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
      const decoded =
        !isKept || poster !== "none" || teaser !== "none" ? await openSourceFile(file, input, signal) : undefined;
      const rate = decoded && pictureRate(decoded, { quality, bitrateKbits });
      const thumbnails = { hidden: await hiddenTimes(file, wholeParts), ...(taken && secondsOf(taken)), signal };
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
        const picture =
          decoded === undefined || poster === "none"
            ? undefined
            : await makePoster(decoded, poster === "auto" ? undefined : poster, thumbnails);
        const result = await divideVideo(
          method,
          {
            source,
            ...(!isKept && decoded !== undefined && { openMedia: async () => openMedia(decoded, trim, rate) }),
            openRecoder: nodeRecoderOf(source, basename(input)),
            settings: {
              bitplane,
              planeCode,
              gopPictures,
              recompress,
              ...(bPictures === undefined ? {} : { bPictures }),
              ...rate,
            },
            protection,
            title: text("title") ?? name,
            mainName: basename(mainPath),
            slaveName: basename(slavePath),
            captions,
            restrictions,
            overlays,
            withoutOriginal,
            ...(picture !== undefined && { poster: picture }),
            ...(chapters !== undefined && { chapters }),
            ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
            signal,
            onProgress: ({ pictures }) => progress.show(pictures),
          },
          openSinks,
          pool,
        );
        const short =
          decoded === undefined || teaser === "none" ? undefined : await makeTeaser(decoded, teaser, thumbnails);
        const teaserPath = join(out, `${name}.teaser.${short?.type === "video/webm" ? "webm" : "mp4"}`);
        if (short !== undefined) await writeWhole(teaserPath, short.data);
        const companionPath = join(out, companionName(basename(mainPath)));
        if (hasCompanion) {
          const about = {
            title: text("title") ?? name,
            copyright: text("copyright") ?? "",
            mainName: basename(mainPath),
          };
          await writeWhole(companionPath, companionPage({ ...about, service, player }));
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
          ...(short !== undefined && { teaserPath }),
          ...(!isKept && rate !== undefined && "bitrateKbits" in rate && { bitrate: rate.bitrateKbits }),
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
        decoded?.close();
        await kept?.close();
      }
    } finally {
      await file.close();
    }
  },
};

/** Decoded pictures and sound of the part that is divided, with notes on what becomes of them. */
function openMedia(
  { media, belowSource, leavesSoundOut }: SourceFile,
  trim: Trim | undefined,
  rate: ReturnType<typeof pictureRate> | undefined,
): SourceMedia {
  const { frameRate } = media.video;
  if (!pictureRateCode(frameRate).exact)
    note(
      `${frameRate.join("/")} pictures a second have no code in MPEG-1: the nearest stands in the stream, the true times in the file`,
    );
  if (leavesSoundOut) note("the sound has a coding that does not go along: main and slave are without it");
  if (
    belowSource?.isCoarse &&
    rate !== undefined &&
    "bitrateKbits" in rate &&
    rate.bitrateKbits === belowSource.kilobits
  )
    note(
      `at ${belowSource.kilobits} kbit/s, below the source's own rate, blocks will show: --quality 4 keeps more and takes more`,
    );
  return trim === undefined ? media : trimMedia(media, trim);
}

/** Seconds, or one of the words that are allowed; the first of them where the option is not given. */
function thumbnailOf<Word extends string>(
  values: Values,
  name: string,
  words: readonly [Word, ...Word[]],
): Word | number {
  const value = values[name];
  const word = value === undefined ? words[0] : words.find((one) => one === value);
  if (word !== undefined) return word;
  if (!/^\d+(\.\d+)?$/.test(String(value)))
    throw new UsageError(`--${name} ${value}: ${words.join(", ")} or a number of seconds such as 12.5 expected`);
  return Number(value);
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
