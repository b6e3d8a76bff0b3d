/** Kernels and codec, measured in the visitor's browser. */
import * as Comlink from "comlink";
import { type KernelExports, timeKernels } from "../../../../bench/kernels/kernel-cases.ts";
import { fetchKernels } from "../../../../codec/hosts/browser/index.ts";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import {
  CompressDecoder,
  type Kernels,
  PictureEncoder,
  type SourcePicture,
  type VideoTrack,
} from "../../../../codec/index.ts";
import checkUrl from "../../../../dist/wasm/check.wasm?url";
import type { BenchScene, BenchWorkerApi, CodecPoint } from "../protocol/bench-api.ts";

const SCENE: BenchScene = { width: 640, height: 360, pictures: 60, framesPerSecond: 30 };
const GOP_PICTURES = 30;
const QUALITIES = [2, 4, 8, 16];

const TRACK: VideoTrack = {
  id: 0,
  kind: "video",
  codec: "cmix-mpeg1",
  width: SCENE.width,
  height: SCENE.height,
  frameRate: [SCENE.framesPerSecond, 1],
  pixelAspect: [1, 1],
  rotation: 0,
  mirrored: false,
  matrix: "bt601",
  fullRange: false,
};

type Coded = ReturnType<PictureEncoder["encode"]>;

interface Run {
  divide: number;
  combine: number;
  kbits: number;
  decibels: number;
  slaveShare: number;
}

const api: BenchWorkerApi = {
  async scene() {
    return SCENE;
  },

  async runKernels(onKernel) {
    const { raw, memory } = await fetchKernels(checkUrl);
    for (const times of timeKernels(raw as unknown as KernelExports, memory)) await onKernel(times);
  },

  async runCodec(onPoint) {
    const kernels = await fetchKernels();
    const pictures = Array.from({ length: SCENE.pictures }, (_, number) => paintPicture(number));
    runOnce(kernels, pictures, "gray", 4); // compiles
    for (const quality of QUALITIES) {
      const divided = runOnce(kernels, pictures, "gray", quality);
      const undivided = runOnce(kernels, pictures, "none", quality);
      const point: CodecPoint = {
        quality,
        divide: divided.divide,
        combine: divided.combine,
        dividedKbits: divided.kbits,
        undividedKbits: undivided.kbits,
        dividedDecibels: divided.decibels,
        undividedDecibels: undivided.decibels,
        slaveShare: divided.slaveShare,
      };
      await onPoint(point);
    }
  },
};

function runOnce(kernels: Kernels, pictures: SourcePicture[], division: "none" | "gray", quality: number): Run {
  const encoder = new PictureEncoder(kernels, TRACK, division, "adaptive");
  const coded: Coded[] = [];
  let squares = 0;
  let spent = 0;
  for (const [number, picture] of pictures.entries()) {
    const start = performance.now();
    coded.push(encoder.encode(picture, { quality, key: number % GOP_PICTURES === 0, number }));
    spent += performance.now() - start;
    squares += squaredError(encoder.reconstruction(), picture.data);
  }
  encoder.close();
  const sum = (part: (picture: Coded) => Uint8Array) => coded.reduce((bytes, one) => bytes + part(one).length, 0);
  const slaveBytes = sum(({ withheld }) => withheld);
  const bytes = sum(({ publicBytes }) => publicBytes) + slaveBytes;
  return {
    divide: (pictures.length * 1000) / spent,
    combine: division === "none" ? 0 : combineSpeed(kernels, coded),
    kbits: (bytes * 8 * SCENE.framesPerSecond) / pictures.length / 1000,
    decibels: 10 * Math.log10((255 * 255 * pictures.length * (pictures[0]?.data.length ?? 0)) / squares),
    slaveShare: slaveBytes / bytes,
  };
}

function combineSpeed(kernels: Kernels, coded: Coded[]): number {
  const decoder = new CompressDecoder(kernels, TRACK, { bitplane: "gray", planeCode: "adaptive" });
  const start = performance.now();
  for (const { publicBytes, withheld } of coded) decoder.decode(publicBytes, withheld);
  const spent = performance.now() - start;
  decoder.close();
  return (coded.length * 1000) / spent;
}

function squaredError(a: Uint8Array, b: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return squares;
}

/** A textured ground that pans, a disc and a bar that move over it, and a little grain. */
function paintPicture(number: number): SourcePicture {
  const { width, height, framesPerSecond } = SCENE;
  const [chromaWidth, chromaHeight] = [width / 2, height / 2];
  const data = new Uint8ClampedArray(width * height + 2 * chromaWidth * chromaHeight);
  let grain = 1 + number;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      grain = (Math.imul(grain, 1664525) + 1013904223) >>> 0;
      const ground = 110 + 60 * Math.sin((x - number * 1.5) / 37) + 24 * Math.cos((y + number / 2) / 19);
      const texture = 9 * Math.sin((x - number * 1.5) * 1.1) * Math.cos((y + number / 2) * 0.9);
      const disc = (x - 90 - 4 * number) ** 2 + (y - 150) ** 2 < 4900 ? 80 : 0;
      const bar = Math.abs(x + y - 500 + 2 * number) < 14 ? -60 : 0;
      data[at++] = ground + texture + disc + bar + (grain >>> 30) - 1.5;
    }
  }
  for (const phase of [1, 3])
    for (let y = 0; y < chromaHeight; y++)
      for (let x = 0; x < chromaWidth; x++) data[at++] = 128 + 45 * Math.sin((x + 2 * y) / 31 + phase + number / 40);
  const luma = width * height;
  return {
    timestampMicroseconds: Math.round((number * 1e6) / framesPerSecond),
    durationMicroseconds: Math.round(1e6 / framesPerSecond),
    format: "I420",
    width,
    height,
    data: new Uint8Array(data.buffer),
    planes: [
      { offset: 0, stride: width },
      { offset: luma, stride: chromaWidth },
      { offset: luma + chromaWidth * chromaHeight, stride: chromaWidth },
    ],
  };
}

installErrorTransfer();
Comlink.expose(api);
