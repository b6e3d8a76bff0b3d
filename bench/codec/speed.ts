/** Encoding with division at equal PSNR, and combining with decoding, beside native ffmpeg, ffmpeg.wasm and jsmpeg. */
import { join } from "node:path";
import { median, type Ratio } from "../measure.ts";
import { type BenchClip, forEachClip } from "./clips.ts";
import { ffmpegDecode, ffmpegEncode, hashOf, lap, psnrOf } from "./coders.ts";
import type { Lap } from "./lap.ts";

const QUALITY = 4;
/** Ours and the peers in turns, so that a busy machine slows them alike; the medians count. */
const TURNS = 3;

const perSecond = ({ pictures, cpuSeconds }: Lap): number => pictures / cpuSeconds;
const rounded = (value: number): number => Number(value.toFixed(2));

export const benchSpeed = (): Promise<Ratio[]> => forEachClip(speedOf);

async function speedOf({ name, y4m }: BenchClip, folder: string): Promise<Ratio[]> {
  const [ours, theirs, wasm] = ["ours.m1v", "native.m1v", "wasm.m1v"].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  const undivided = await lap("encode", y4m, QUALITY, ours);
  const { decibels: wanted = Number.NaN } = await lap("combine", y4m, QUALITY);
  const { finer, coarser, share, peerDecibels } = await bracket(y4m, theirs, wanted);
  const [divided, ...peers] = await inTurns([
    () => lap("divide", y4m, QUALITY),
    () => ffmpegEncode(y4m, finer, theirs),
    () => ffmpegEncode(y4m, coarser, theirs),
    () => lap("ffmpegWasm", y4m, finer, wasm),
    () => lap("ffmpegWasm", y4m, coarser, wasm),
  ]);
  const [combined, decoder, jsmpeg] = await inTurns([
    () => lap("combine", y4m, QUALITY),
    () => ffmpegDecode(ours),
    () => lap("jsmpeg", ours),
  ]);
  const encoded = {
    ...{ file: await hashOf(y4m), threads: 1, quality: QUALITY, psnr: rounded(wanted) },
    ...{ bytes: divided?.bytes, slaveBytes: divided?.slaveBytes, undividedBytes: undivided.bytes },
    ...{ peerQuality: rounded(finer + share), peerPsnrs: peerDecibels.map(rounded) },
  };
  const stream = { file: await hashOf(ours), threads: 1, bytes: undivided.bytes };
  const row = (what: string, peer: string, our: Lap | undefined, their: Lap, details: object): Ratio => ({
    name: `${what} ${name}`,
    peer,
    ours: our === undefined ? Number.NaN : perSecond(our),
    theirs: perSecond(their),
    unit: "pictures/s",
    details: { ...details },
  });
  const [native, core] = [peers.slice(0, 2), peers.slice(2)].map((pair) => between(pair as [Lap, Lap], share)) as [
    Lap,
    Lap,
  ];
  return [
    row("encode + divide", "ffmpeg mpeg1video", divided, native, { ...encoded, peerBytes: native.bytes }),
    row("encode + divide", "ffmpeg.wasm", divided, core, { ...encoded, peerBytes: core.bytes }),
    row("combine + decode", "ffmpeg mpeg1video", combined, decoder as Lap, stream),
    row("combine + decode", "jsmpeg wasm", combined, jsmpeg as Lap, stream),
  ];
}

interface Bracket {
  /** Quantiser scales one apart. */
  finer: number;
  coarser: number;
  /** How far from the finer to the coarser one equal PSNR lies. */
  share: number;
  peerDecibels: [number, number];
}

/** The two quantiser scales of ffmpeg between which it has the PSNR that is wanted: it knows whole ones only. */
async function bracket(y4m: string, output: string, wanted: number): Promise<Bracket> {
  const decibelsAt = async (quality: number) => {
    await ffmpegEncode(y4m, quality, output);
    return psnrOf(output, y4m);
  };
  let finer = QUALITY;
  let above = await decibelsAt(finer);
  let below = await decibelsAt(finer + 1);
  while (below > wanted && finer < 30) {
    finer += 1;
    above = below;
    below = await decibelsAt(finer + 1);
  }
  const share = (above - wanted) / (above - below);
  return { finer, coarser: finer + 1, share, peerDecibels: [above, below] };
}

/** What a coder would take and give between two scales. */
function between([finer, coarser]: [Lap, Lap], share: number): Lap {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return {
    pictures: finer.pictures,
    cpuSeconds: mix(finer.cpuSeconds, coarser.cpuSeconds),
    bytes: Math.round(mix(finer.bytes, coarser.bytes)),
    slaveBytes: 0,
  };
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
