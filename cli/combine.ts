import { extname } from "node:path";
import { createNodePool, FileSink, loadNodeKernels, openFile } from "../codec/hosts/node/index.ts";
import {
  type AudioTrack,
  type ByteSink,
  CompressDecoder,
  checkPair,
  combineSamples,
  createProtection,
  decodePacketList,
  MainReader,
  MatroskaWriter,
  mergeAudioPackets,
  mergerIn,
  SlaveReader,
  UnsupportedError,
  type VideoTrack,
  writeY4mHeader,
  Y4M_PICTURE_HEADER,
} from "../codec/index.ts";
import { type Command, integer, parse, requiredText } from "./options.ts";
import { createProgress, note, printResult } from "./output.ts";
import { UsageError } from "./usage-error.ts";

/** Where combined pictures and sound go. */
interface Output {
  picture(timestampMicroseconds: number, i420: Uint8Array): Promise<void>;
  sound(timestampMicroseconds: number, packet: Uint8Array): Promise<void>;
}

export const combine: Command = {
  usage: "cmix combine MAIN SLAVE --out FILE.y4m|FILE.mkv (methods mpeg and samples: any name) [--workers N] [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 2, { out: "string", workers: "string", json: "boolean" });
    const [mainPath = "", slavePath = ""] = positionals;
    const out = requiredText(values, "out", "the file to write");
    const workers = integer(values, "workers", 1, 64);
    const mainFile = await openFile(mainPath);
    const slaveFile = await openFile(slavePath);
    try {
      const main = await MainReader.open(mainFile);
      const slave = await SlaveReader.open(slaveFile);
      checkPair(main, slave.header, slave.trailer);
      const { method, protection } = main.header;
      const result =
        method !== "compress"
          ? await combineSource(main, slave, out, workers, signal)
          : await combinePictures(main, slave, mainPath, out, signal);
      printResult(values.json === true, {
        method,
        protection,
        main: mainFile.size,
        slave: slaveFile.size,
        path: out,
        ...result,
      });
    } finally {
      await Promise.all([mainFile.close(), slaveFile.close()]);
    }
  },
};

/** Decodes a division of method `compress`, picture by picture. */
async function combinePictures(
  main: MainReader,
  slave: SlaveReader,
  mainPath: string,
  out: string,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const { header } = main;
  const kind = extname(out).toLowerCase();
  if (kind !== ".y4m" && kind !== ".mkv")
    throw new UsageError(`--out ${out}: a name that ends in .y4m (pictures) or .mkv (pictures and sound) expected`);
  const video = header.tracks.find((track): track is VideoTrack => track.kind === "video");
  const audio = header.tracks.find((track): track is AudioTrack => track.kind === "audio");
  if (video === undefined)
    throw new UnsupportedError(`${mainPath}: has no video track that this version knows; use a newer one`);
  const protection = await createProtection(
    header.protection,
    { mainId: header.id, headerHash: main.headerHash },
    slave.header.secret,
  );
  const kernels = await loadNodeKernels();
  const decoder = new CompressDecoder(kernels, video, header.parameters);
  const started = performance.now();
  const progress = createProgress("combined");
  const sink = await FileSink.open(out);
  try {
    const output = kind === ".y4m" ? await y4mOutput(sink, video) : await matroskaOutput(sink, video, audio);
    if (kind === ".y4m" && audio !== undefined) note("a .y4m file carries no sound: name an .mkv file to keep it");

    let frames = 0;
    for (let number = 0; number < main.index.length; number++) {
      signal.throwIfAborted();
      const { head, payload, tag } = await main.readSegment(number);
      const withheld = (await slave.readSegment(number)).payload;
      const packets = decodePacketList(await protection.open(head, payload, tag, withheld), withheld);
      let time = head.startMicroseconds;
      const sounds = head.track === video.id ? [] : mergeAudioPackets(kernels, packets);
      for (const [i, packet] of packets.entries()) {
        if (head.track === video.id) {
          decoder.decode(packet.publicBytes, packet.withheld);
          await output.picture(time, decoder.i420());
          frames += 1;
          progress.show(frames);
        } else {
          await output.sound(time, sounds[i] ?? new Uint8Array());
        }
        time += packet.durationMicroseconds;
      }
    }
    await sink.close();
    const seconds = (performance.now() - started) / 1000;
    return {
      frames,
      segments: main.index.length,
      seconds: Number(seconds.toFixed(3)),
      fps: Number((frames / seconds).toFixed(1)),
    };
  } catch (error) {
    await sink.abort();
    throw error;
  } finally {
    progress.end();
  }
}

async function y4mOutput(sink: ByteSink, video: VideoTrack): Promise<Output> {
  await sink.write(writeY4mHeader(video));
  return {
    async picture(_time, i420) {
      await sink.write(Y4M_PICTURE_HEADER);
      await sink.write(i420);
    },
    async sound() {},
  };
}

async function matroskaOutput(sink: ByteSink, video: VideoTrack, audio: AudioTrack | undefined): Promise<Output> {
  const writer = await MatroskaWriter.open(sink, video, audio);
  return {
    picture: (time, i420) => writer.writeBlock(1, time, i420),
    sound: (time, packet) => writer.writeBlock(2, time, packet),
  };
}

/** Methods `samples` and `mpeg`: the source file as it was. */
async function combineSource(
  main: MainReader,
  slave: SlaveReader,
  out: string,
  workers: number | undefined,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const pool = createNodePool(workers ?? (main.header.method === "samples" ? 1 : undefined)); // merging samples is quicker than any disk
  try {
    const started = performance.now();
    const bytes = await combineSamples(
      main,
      slave,
      await FileSink.open(out),
      mergerIn(pool, main.header.protection === "sealed", main.header.method),
      { signal },
    );
    const seconds = (performance.now() - started) / 1000;
    const frames = main.trailer?.pictures ?? 0;
    return {
      bytes,
      frames,
      segments: main.index.length,
      seconds: Number(seconds.toFixed(3)),
      fps: Number((frames / seconds).toFixed(1)),
    };
  } finally {
    pool.close();
  }
}
