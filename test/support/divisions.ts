/** Divisions in memory. */
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { CaptionTrack } from "../../codec/captions/caption-track.ts";
import { type DividedSegment, type DivisionSinks, DivisionWriter } from "../../codec/division/division-writer.ts";
import type { DivisionDescription } from "../../codec/division/new-headers.ts";
import { checkPair } from "../../codec/division/pairing.ts";
import type { UnfinishedDivision } from "../../codec/division/unfinished.ts";
import type { SegmentHead } from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../codec/methods/codec-worker.ts";
import type { BPictures } from "../../codec/methods/compress/compress-types.ts";
import { combineVideo, divideVideo } from "../../codec/methods/divide-video.ts";
import type { DivisionJob, MethodSettings, VideoDivision } from "../../codec/methods/method.ts";
import type { SourceMedia, SourcePacket, SourcePicture } from "../../codec/pictures/source-picture.ts";
import { WorkerPool } from "../../codec/pool/worker-pool.ts";
import { createProtection } from "../../codec/protect/create-protection.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { sourcePicture } from "./compress.ts";
import { createRandom } from "./fills.ts";
import type { Clip } from "./y4m.ts";

export interface Division {
  main: Uint8Array;
  slave: Uint8Array;
}

export type ProtectionName = "sealed" | "patent";

/** A pool of one "worker" that runs on the caller's thread. */
export function poolHere(kernels: Kernels): WorkerPool<CodecWorkerApi> {
  const api = createCodecWorkerApi(kernels, (value) => value);
  return new WorkerPool(1, () => ({ api, terminate: () => {} }));
}

export type DivideOptions = Omit<DivisionJob, "source" | "openMedia" | "settings"> & MethodSettings;

function jobOf(options: DivideOptions): Omit<DivisionJob, "source" | "openMedia"> {
  const { bitplane, planeCode, quality, bitrateKbits, gopPictures, bPictures, recompress, ...job } = options;
  const given = Object.entries({ bitplane, planeCode, quality, bitrateKbits, gopPictures, bPictures, recompress });
  return { ...job, settings: Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

/** A file through a method that keeps it as it is. */
export const divideFile = (
  kernels: Kernels,
  method: "mpeg" | "samples",
  bytes: Uint8Array,
  options: DivideOptions,
  sinks: DivisionSinks,
  unfinished?: UnfinishedDivision,
): Promise<VideoDivision> =>
  divideVideo(method, { ...jobOf(options), source: sourceFromBytes(bytes) }, sinks, poolHere(kernels), unfinished);

/** Pictures, and sound where there is some, through method `compress`. */
export const dividePictures = (
  kernels: Kernels,
  media: SourceMedia,
  options: DivideOptions,
  sinks: DivisionSinks,
): Promise<VideoDivision> =>
  divideVideo(
    "compress",
    { ...jobOf(options), source: sourceFromBytes(new Uint8Array()), openMedia: async () => media },
    sinks,
    poolHere(kernels),
  );

/** What main and slave give together; uncompressed pictures of method `compress`. */
export async function combineDivision(kernels: Kernels, { main, slave }: Division): Promise<Uint8Array> {
  const sink = new MemorySink();
  await combineVideo(
    await MainReader.open(sourceFromBytes(main)),
    await SlaveReader.open(sourceFromBytes(slave)),
    sink,
    { pool: poolHere(kernels), kernels: async () => kernels },
    { form: "y4m" },
  );
  return sink.bytes();
}

/** A clip at 25 pictures a second through method `compress`, with sound where packets are given. */
export async function divideClip(
  kernels: Kernels,
  clip: Clip,
  options: {
    protection: ProtectionName;
    bitplane: "gray" | "binary";
    planeCode?: "read" | "adaptive";
    quality: number;
    gopPictures: number;
    bPictures?: BPictures;
    sound?: SourcePacket[];
  },
): Promise<Division> {
  async function* pictures(): AsyncGenerator<SourcePicture> {
    for (const [i, data] of clip.pictures.entries()) yield sourcePicture(clip, data.slice(), i * 40_000);
  }
  async function* packets(): AsyncGenerator<SourcePacket> {
    yield* options.sound ?? [];
  }
  const { sound, ...settings } = options;
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  await dividePictures(
    kernels,
    {
      video: { width: clip.width, height: clip.height, frameRate: [25, 1] },
      pictures: pictures(),
      ...(sound === undefined ? {} : { audio: { codec: "opus", sampleRate: 48_000, channels: 2, packets: packets() } }),
    },
    { ...settings, title: clip.name, mainName: "clip.cmx", slaveName: "clip.cms" },
    sinks,
  );
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}

export function description(protection: ProtectionName): DivisionDescription {
  return {
    method: "compress",
    protection,
    parameters: { bitplane: "gray", planeCode: "read" },
    tracks: [
      {
        id: 0,
        kind: "video",
        codec: "cmix-mpeg1",
        width: 176,
        height: 144,
        frameRate: [25, 1],
        pixelAspect: [1, 1],
        rotation: 0,
        mirrored: false,
        matrix: "bt601",
        fullRange: false,
      },
      { id: 1, kind: "audio", codec: "opus", sampleRate: 48_000, channels: 2, description: Uint8Array.of(1, 2, 3) },
    ],
    title: "A walk along the bay",
    copyright: "2026 The walker",
    ageLimit: 12,
    genre: "travel",
    service: "https://example.org/",
    player: "https://example.org/watch",
    mainName: "walk.cmx",
    slaveName: "walk.cms",
    poster: { type: "image/png", data: Uint8Array.of(0x89, 0x50, 0x4e, 0x47) },
  };
}

/** Segments of random bytes, sound and pictures by turns, one of them empty on each side. */
export function randomSegments(count: number, seed: number): DividedSegment[] {
  const random = createRandom(seed);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, random);
  return Array.from({ length: count }, (_, i) => ({
    layer: 0,
    track: i & 1,
    key: (i & 2) === 0,
    structure: false,
    startMicroseconds: (i >> 1) * 1_000_000 + 7,
    durationMicroseconds: 1_000_000,
    pictures: 25 + i,
    publicBytes: bytes(i === 2 ? 0 : 100 + (random() % 200)),
    withheld: bytes(i === 3 ? 0 : 16 + (random() % 50)),
  }));
}

export async function writeDivision(
  segments: DividedSegment[],
  protection: ProtectionName,
  captions: readonly CaptionTrack[] = [],
): Promise<Division> {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const writer = await DivisionWriter.open({ ...description(protection), captions }, sinks);
  for (const segment of segments) await writer.add(segment);
  await writer.finish();
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}

/** Every segment of a main and a slave, opened as a player does it: pair, trailers, checksums and seals are all checked. */
export async function openDivision({
  main: mainBytes,
  slave: slaveBytes,
}: Division): Promise<{ head: SegmentHead; publicBytes: Uint8Array; withheld: Uint8Array }[]> {
  const main = await MainReader.open(sourceFromBytes(mainBytes));
  const slave = await SlaveReader.open(sourceFromBytes(slaveBytes));
  checkPair(main, slave.header, slave.trailer);
  const context = { mainId: main.header.id, headerHash: main.headerHash };
  const protection = await createProtection(main.header.protection, context, slave.header.secret);
  const opened = [];
  for (let number = 0; number < main.index.length; number++) {
    const { head, payload, tag } = await main.readSegment(number);
    const withheld = (await slave.readSegment(number)).payload;
    opened.push({ head, publicBytes: await protection.open(head, payload, tag, withheld), withheld });
  }
  return opened;
}

/** The error that a promise ends in; undefined where it ends well. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
