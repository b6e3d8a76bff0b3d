/**
 * One measured lap of one coder, in a process of its own, so that it can be held on one core:
 * `node lap.js TASK INPUT QUALITY OUTPUT BPICTURES` prints a {@link Lap}. CPU time is of the steady state, after a warm-up that compiles the code.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { readY4m, type Y4mHeader } from "../../codec/containers/y4m/y4m.ts";
import { openFile } from "../../codec/hosts/node/files.ts";
import { loadNodeKernels } from "../../codec/hosts/node/kernels.ts";
import { CompressDecoder } from "../../codec/methods/compress/compress-decoder.ts";
import { DisplayOrder } from "../../codec/methods/compress/display-order.ts";
import { PictureEncoder } from "../../codec/methods/compress/picture-encoder.ts";
import { PictureBuffers } from "../../codec/pictures/picture-buffers.ts";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";

export interface Lap {
  pictures: number;
  /** Of this process, all threads. */
  cpuSeconds: number;
  /** Of the stream; of main and slave parts together. */
  bytes: number;
  slaveBytes: number;
  /** PSNR over all samples against the input, where the lap's own decoder gave the pictures. */
  decibels?: number;
}

export const GOP_PICTURES = 30;
const WARM_UP_PICTURES = 30;
const SEQUENCE_END = new Uint8Array([0, 0, 1, 0xb7]);

interface Clip {
  header: Y4mHeader;
  pictures: SourcePicture[];
}

async function readClip(path: string): Promise<Clip> {
  const file = await openFile(path);
  const { header, pictures } = await readY4m(file, new PictureBuffers());
  const all: SourcePicture[] = [];
  for await (const picture of pictures) all.push(picture);
  await file.close();
  return { header, pictures: all };
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

type Coded = ReturnType<PictureEncoder["encode"]>;

async function encodeClip(
  clip: Clip,
  division: "none" | "gray",
  quality: number,
  bPictures = 0,
): Promise<{ lap: Lap; coded: Coded[] }> {
  const encoder = new PictureEncoder(await loadNodeKernels(), clip.header, division, "adaptive");
  const encode = (pictures: SourcePicture[]): Coded[] => {
    const all: Coded[] = [];
    for (let number = 0, length = 1; number < pictures.length; number += length) {
      const inGroup = number % GOP_PICTURES;
      length = inGroup === 0 ? 1 : Math.min(bPictures + 1, GOP_PICTURES - inGroup);
      const run = pictures.slice(number, number + length);
      all.push(...encoder.encodeRun(run, { quality, key: inGroup === 0, number }));
    }
    return all;
  };
  encode(clip.pictures.slice(0, WARM_UP_PICTURES));
  const start = cpuSeconds();
  const coded = encode(clip.pictures);
  const spent = cpuSeconds() - start;
  const sum = (part: (picture: Coded) => number) => coded.reduce((total, picture) => total + part(picture), 0);
  const slaveBytes = sum(({ withheld }) => withheld.length);
  const bytes = sum(({ publicBytes }) => publicBytes.length) + slaveBytes;
  return { lap: { pictures: coded.length, cpuSeconds: spent, bytes, slaveBytes }, coded };
}

const TASKS: Record<string, (input: string, quality: number, output: string, bPictures: number) => Promise<Lap>> = {
  /** Encodes without dividing; the stream goes to OUTPUT. */
  async encode(input, quality, output) {
    const { lap, coded } = await encodeClip(await readClip(input), "none", quality);
    await writeFile(output, Buffer.concat([...coded.map(({ publicBytes }) => publicBytes), SEQUENCE_END]));
    return lap;
  },

  async divide(input, quality) {
    return (await encodeClip(await readClip(input), "gray", quality)).lap;
  },

  /** Combines and decodes to I420 in place, what dividing INPUT gave. */
  async combine(input, quality, _output, bPictures) {
    const clip = await readClip(input);
    const { lap, coded } = await encodeClip(clip, "gray", quality, bPictures);
    const track = {
      ...clip.header,
      ...{ id: 0, kind: "video" as const, codec: "cmix-mpeg1" },
      ...{ rotation: 0 as const, mirrored: false, matrix: "bt601" as const },
    };
    const decoder = new CompressDecoder(await loadNodeKernels(), track, { bitplane: "gray", planeCode: "adaptive" });
    const decode = ({ publicBytes, withheld }: Coded) => decoder.decode(publicBytes, withheld);
    coded.slice(0, WARM_UP_PICTURES).forEach(decode);
    decoder.reset();
    const start = cpuSeconds();
    coded.forEach(decode);
    const spent = cpuSeconds() - start;
    decoder.reset();
    let squares = 0;
    let samples = 0;
    const order = new DisplayOrder<Uint8Array>(coded);
    const sources = clip.pictures.values();
    for (const picture of coded) {
      decode(picture);
      for (const shown of order.put(decoder.i420())) {
        const { data, planes } = sources.next().value as SourcePicture;
        const source = data.subarray(planes[0]?.offset);
        for (let at = 0; at < shown.length; at++) squares += ((shown[at] ?? 0) - (source[at] ?? 0)) ** 2;
        samples += shown.length;
      }
    }
    return { ...lap, cpuSeconds: spent, decibels: 10 * Math.log10((255 * 255 * samples) / squares) };
  },

  /** @ffmpeg/core on the same engine; OUTPUT gets its stream. Reading the input is measured apart and taken off. */
  async ffmpegWasm(input, quality, output) {
    const core = await loadFfmpegCore();
    core.FS.writeFile("in.y4m", await readFile(input));
    const run = (...args: string[]): number => {
      const start = cpuSeconds();
      core.exec("-i", "in.y4m", ...args);
      return cpuSeconds() - start;
    };
    const encode = [
      "-c:v",
      "mpeg1video",
      "-q:v",
      `${quality}`,
      "-g",
      `${GOP_PICTURES}`,
      "-bf",
      "0",
      "-f",
      "mpeg1video",
    ];
    run("-frames:v", `${WARM_UP_PICTURES}`, ...encode, "warm.m1v");
    const reading = run("-c:v", "wrapped_avframe", "-f", "null", "-");
    const spent = run(...encode, "out.m1v") - reading;
    const stream = core.FS.readFile("out.m1v");
    await writeFile(output, stream);
    const { pictures } = await readClip(input);
    return { pictures: pictures.length, cpuSeconds: spent, bytes: stream.length, slaveBytes: 0 };
  },

  /** jsmpeg's wasm decoder on the stream INPUT. */
  async jsmpeg(input) {
    const stream = await readFile(input);
    const module = await loadJsmpeg();
    const decodeAll = (most: number): number => {
      const decoder = new module.Decoder.MPEG1VideoWASM({
        wasmModule: module.wasm,
        videoBufferSize: stream.length,
        decodeFirstFrame: false,
      });
      decoder.write(0, [stream]);
      let pictures = 0;
      while (pictures < most && decoder.decode()) pictures += 1;
      decoder.destroy();
      return pictures;
    };
    decodeAll(WARM_UP_PICTURES);
    const start = cpuSeconds();
    const pictures = decodeAll(Number.POSITIVE_INFINITY);
    const spent = cpuSeconds() - start;
    return { pictures, cpuSeconds: spent, bytes: stream.length, slaveBytes: 0 };
  },
};

interface FfmpegCore {
  FS: { writeFile(name: string, data: Uint8Array): void; readFile(name: string): Uint8Array };
  exec(...args: string[]): number;
}

/** It is built for web workers: Node is dressed as one. */
async function loadFfmpegCore(): Promise<FfmpegCore> {
  const path = createRequire(import.meta.url).resolve("@ffmpeg/core/wasm");
  Object.assign(globalThis, { self: { location: { href: `file://${path}` } } });
  const { default: createCore } = (await import("@ffmpeg/core")) as {
    default: (options: object) => Promise<FfmpegCore>;
  };
  return createCore({ wasmBinary: await readFile(path), locateFile: (name: string) => name });
}

interface Jsmpeg {
  Decoder: {
    MPEG1VideoWASM: new (
      options: object,
    ) => { write(time: number, buffers: Uint8Array[]): void; decode(): boolean; destroy(): void };
  };
  wasm: unknown;
}

/** It is built for pages: as much of a document as it touches when it is loaded. */
async function loadJsmpeg(): Promise<Jsmpeg> {
  const element = () => ({ appendChild() {}, insertBefore() {}, style: {} });
  Object.assign(globalThis, {
    window: globalThis,
    document: {
      ...{ head: element(), body: element(), createElement: element, createTextNode: element },
      ...{ addEventListener() {}, querySelectorAll: () => [], readyState: "loading" },
    },
  });
  const { default: jsmpeg } = (await import("@cycjimmy/jsmpeg-player")) as {
    default: Jsmpeg & {
      WASMModule: new () => { loadFromBuffer(bytes: ArrayBuffer, done: () => void): void };
      WASM_BINARY_INLINED: string;
    };
  };
  const wasm = new jsmpeg.WASMModule();
  const binary = Buffer.from(jsmpeg.WASM_BINARY_INLINED, "base64");
  await new Promise<void>((done) => wasm.loadFromBuffer(new Uint8Array(binary).buffer, done));
  return { Decoder: jsmpeg.Decoder, wasm };
}

const [task = "", input = "", quality = "4", output = "", bPictures = "0"] = process.argv.slice(2);
const lap = TASKS[task];
if (lap === undefined) throw new Error(`lap: no task "${task}"`);
process.stdout.write(JSON.stringify(await lap(input, Number(quality), output, Number(bPictures))));
