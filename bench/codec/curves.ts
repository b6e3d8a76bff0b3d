/** Rate and distortion, undivided and divided, beside ffmpeg's `mpeg1video`: four points a curve, BD-rate. */
import { join } from "node:path";
import type { RatePoint, Ratio } from "../measure.ts";
import { bdRate } from "./bd-rate.ts";
import { type BenchClip, forEachClip } from "./clips.ts";
import { ffmpegEncode, hashOf, lap, psnrOf } from "./coders.ts";

const QUALITIES = [2, 4, 8, 16];
const PEERS: Record<string, string[]> = {
  "ffmpeg mpeg1video": [],
  "ffmpeg mpeg1video -mbd rd -trellis 2": ["-mbd", "rd", "-trellis", "2"],
};

/** @returns as speed: how much of the peer's bytes is needed at equal PSNR, inverted, so that more is better */
export const benchCurves = (): Promise<Ratio[]> => forEachClip(curvesOf);

async function curvesOf({ name, y4m, seconds }: BenchClip, folder: string): Promise<Ratio[]> {
  const stream = join(folder, "curve.m1v");
  const file = await hashOf(y4m);
  const curve = async (point: (quality: number) => Promise<{ bytes: number; decibels: number }>) => {
    const points: RatePoint[] = [];
    for (const quality of QUALITIES) {
      const { bytes, decibels } = await point(quality);
      points.push({ kbits: Math.round((bytes * 8) / seconds / 10) / 100, decibels: Number(decibels.toFixed(3)) });
    }
    return points;
  };
  const measured = async ({ bytes }: { bytes: number }) => ({ bytes, decibels: await psnrOf(stream, y4m) });
  const undivided = await curve(async (quality) => measured(await lap("encode", y4m, quality, stream)));
  const dividedWith = (bPictures: number) =>
    curve(async (quality) => {
      const { bytes, decibels = Number.NaN } = await lap("combine", y4m, quality, "", bPictures);
      return { bytes, decibels };
    });
  const divided = await dividedWith(0);
  const row = (what: string, peer: string, ours: RatePoint[], theirs: RatePoint[]): Ratio => {
    const change = bdRate(theirs, ours);
    return {
      name: `${what} ${name}`,
      peer,
      ours: 1 / (1 + change),
      theirs: 1,
      unit: "1/bits",
      details: { bdRatePercent: Number((change * 100).toFixed(2)), ours: said(ours), theirs: said(theirs), file },
      curves: { ours, theirs },
    };
  };
  const ratios = [row("divided", "undivided", divided, undivided)];
  for (const bPictures of [1, 2])
    ratios.push(row(`divided, ${bPictures} B-pictures,`, "divided", await dividedWith(bPictures), divided));
  for (const [peer, options] of Object.entries(PEERS)) {
    const theirs = await curve(async (quality) => measured(await ffmpegEncode(y4m, quality, stream, options)));
    ratios.push(row("undivided", peer, undivided, theirs));
  }
  return ratios;
}

const said = (curve: RatePoint[]): string => curve.map(({ kbits, decibels }) => `${kbits}@${decibels}`).join(" ");
