/** Rate and distortion, undivided and divided, beside ffmpeg's `mpeg1video`: four points a curve, BD-rate. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ratio } from "../measure.ts";
import { bdRate, type RatePoint } from "./bd-rate.ts";
import { type BenchClip, benchClips } from "./clips.ts";
import { ffmpegEncode, hashOf, lap, psnrOf } from "./coders.ts";

const QUALITIES = [2, 4, 8, 16];
const PEERS: Record<string, string[]> = {
  "ffmpeg mpeg1video": [],
  "ffmpeg mpeg1video -mbd rd -trellis 2": ["-mbd", "rd", "-trellis", "2"],
};

/** @returns as speed: how much of the peer's bytes is needed at equal PSNR, inverted, so that more is better */
export async function benchCurves(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-bench-"));
  try {
    const ratios: Ratio[] = [];
    for (const clip of await benchClips(folder)) ratios.push(...(await curvesOf(clip, folder)));
    return ratios;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function curvesOf({ name, y4m }: BenchClip, folder: string): Promise<Ratio[]> {
  const stream = join(folder, "curve.m1v");
  const ours: RatePoint[] = [];
  const divided: RatePoint[] = [];
  for (const quality of QUALITIES) {
    const { bytes } = await lap("encode", y4m, quality, stream);
    ours.push({ bytes, decibels: await psnrOf(stream, y4m) });
    divided.push(await dividedPoint(y4m, quality));
  }
  const ratios: Ratio[] = [];
  const row = (what: string, peer: string, curve: RatePoint[], reference: RatePoint[], file: string): Ratio => {
    const change = bdRate(reference, curve);
    return {
      name: `${what} ${name}`,
      peer,
      ours: 1 / (1 + change),
      theirs: 1,
      unit: "1/bytes",
      details: { bdRatePercent: Number((change * 100).toFixed(2)), ours: said(curve), theirs: said(reference), file },
    };
  };
  const file = await hashOf(y4m);
  for (const [peer, options] of Object.entries(PEERS)) {
    const theirs: RatePoint[] = [];
    for (const quality of QUALITIES) {
      const { bytes } = await ffmpegEncode(y4m, quality, stream, options);
      theirs.push({ bytes, decibels: await psnrOf(stream, y4m) });
    }
    ratios.push(row("size undivided", peer, ours, theirs, file));
  }
  ratios.push(row("size divided (main + slave)", "undivided", divided, ours, file));
  return ratios;
}

async function dividedPoint(y4m: string, quality: number): Promise<RatePoint> {
  const { bytes, decibels } = await lap("combine", y4m, quality);
  if (decibels === undefined) throw new Error("the lap told no PSNR");
  return { bytes, decibels };
}

const said = (curve: RatePoint[]): string =>
  curve.map(({ bytes, decibels }) => `${bytes}@${decibels.toFixed(2)}`).join(" ");
