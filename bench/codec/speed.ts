/** Encoding with division, and combining with decoding, beside native ffmpeg, ffmpeg.wasm and jsmpeg. */
import { join } from "node:path";
import { median, type Ratio } from "../measure.ts";
import { type BenchClip, forEachClip } from "./clips.ts";
import { ffmpegDecode, ffmpegEncode, hashOf, lap, psnrOf } from "./coders.ts";
import type { Lap } from "./lap.ts";

const QUALITY = 4;
/** Ours and the peers in turns, so that a busy machine slows them alike; the medians count. */
const TURNS = 3;

const perSecond = ({ pictures, cpuSeconds }: Lap): number => pictures / cpuSeconds;
const decibels = (value: number): number => Number(value.toFixed(2));

export const benchSpeed = (): Promise<Ratio[]> => forEachClip(speedOf);

async function speedOf({ name, y4m }: BenchClip, folder: string): Promise<Ratio[]> {
  const [ours, theirs, wasm] = ["ours.m1v", "native.m1v", "wasm.m1v"].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  const undivided = await lap("encode", y4m, QUALITY, ours);
  const turns = {
    divide: await inTurns([
      () => lap("divide", y4m, QUALITY),
      () => ffmpegEncode(y4m, QUALITY, theirs),
      () => lap("ffmpegWasm", y4m, QUALITY, wasm),
    ]),
    combine: await inTurns([() => lap("combine", y4m, QUALITY), () => ffmpegDecode(ours), () => lap("jsmpeg", ours)]),
  };
  const [divided, native, core] = turns.divide;
  const [combined, decoder, jsmpeg] = turns.combine;
  const encoded = {
    ...{ file: await hashOf(y4m), threads: 1, quality: QUALITY },
    ...{ bytes: divided?.bytes, slaveBytes: divided?.slaveBytes, undividedBytes: undivided.bytes },
    psnrUndivided: decibels(await psnrOf(ours, y4m)),
  };
  const row = (what: string, peer: string, our: Lap | undefined, their: Lap | undefined, details: object): Ratio => ({
    name: `${what} ${name}`,
    peer,
    ours: our === undefined ? Number.NaN : perSecond(our),
    theirs: their === undefined ? Number.NaN : perSecond(their),
    unit: "pictures/s",
    details: { ...details },
  });
  const peer = async (their: Lap | undefined, stream: string) => ({
    ...encoded,
    ...{ peerBytes: their?.bytes, peerPsnr: decibels(await psnrOf(stream, y4m)) },
  });
  const stream = { file: await hashOf(ours), threads: 1, bytes: undivided.bytes };
  return [
    row("encode + divide", "ffmpeg mpeg1video", divided, native, await peer(native, theirs)),
    row("encode + divide", "ffmpeg.wasm", divided, core, await peer(core, wasm)),
    row("combine + decode", "ffmpeg mpeg1video", combined, decoder, stream),
    row("combine + decode", "jsmpeg wasm", combined, jsmpeg, stream),
  ];
}

/** @returns for each coder the lap of median speed */
async function inTurns(coders: (() => Promise<Lap>)[]): Promise<Lap[]> {
  const laps: Lap[][] = coders.map(() => []);
  for (let turn = 0; turn < TURNS; turn++) for (const [i, coder] of coders.entries()) laps[i]?.push(await coder());
  return laps.map((of) => {
    const speed = median(of.map(perSecond));
    return of.find((one) => perSecond(one) === speed) as Lap;
  });
}
