/** `npm run bench -- [NAME …] [--compare | --record]`: every speed beside a named peer's, as a table and as JSON. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchCurves } from "./codec/curves.ts";
import { benchDeinterlace } from "./codec/deinterlace.ts";
import { benchMarks } from "./codec/marks.ts";
import { benchMpeg } from "./codec/mpeg.ts";
import { benchSpeed } from "./codec/speed.ts";
import { benchKernels } from "./kernels/kernels.ts";
import { type Ratio, type RecordedRatio, ROOT } from "./measure.ts";
import { benchSeek } from "./player/seek.ts";
import { benchSmooth } from "./player/smooth.ts";
import { benchPlaying, benchStarts } from "./player/watch.ts";
import { benchHistory } from "./server/history.ts";
import { benchLoad } from "./server/plays-load.ts";
import { benchFirstUse } from "./web/first-use.ts";

const SUITES: Record<string, () => Promise<Ratio[]>> = {
  kernels: benchKernels,
  speed: benchSpeed,
  mpeg: benchMpeg,
  deinterlace: benchDeinterlace,
  marks: benchMarks,
  curves: benchCurves,
  seek: benchSeek,
  smooth: benchSmooth,
  starts: benchStarts,
  "play-compress": () => benchPlaying("compress"),
  "play-samples": () => benchPlaying("samples"),
  "play-mpeg": () => benchPlaying("mpeg"),
  load: benchLoad,
  history: benchHistory,
  "first-use": benchFirstUse,
};
const RECORDED = join(ROOT, "bench/recorded.json");
const RESULT = join(ROOT, "dist/bench.json");
/** A ratio that lost more than this against the recorded one is named. */
const LOSS = 0.15;

const { values, positionals } = parseArgs({
  options: { compare: { type: "boolean" }, record: { type: "boolean" } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !(name in SUITES));
if (unknown !== undefined) {
  console.error(`bench: there is no "${unknown}": choose of ${Object.keys(SUITES).join(", ")}`);
  process.exit(2);
}

const ratios: Ratio[] = [];
for (const [name, suite] of Object.entries(SUITES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n${name}`);
  const found = await suite();
  for (const row of found) console.log(lineOf(row));
  ratios.push(...found);
}
await mkdir(join(ROOT, "dist"), { recursive: true });
await writeFile(RESULT, `${JSON.stringify(ratios, undefined, 1)}\n`);
console.log(`\nall figures: ${RESULT}`);
if (values.compare) await compare(ratios);
if (values.record) await record(ratios);

function lineOf({ name, peer, ours, theirs, unit, details }: Ratio): string {
  const speed = (value: number) => value.toPrecision(3);
  const said = Object.entries(details).map(([key, value]) => `${key} ${String(value)}`);
  return `  ${name.padEnd(44)} ${speed(ours)} ${unit}, ${peer} ${speed(theirs)}: ${(ours / theirs).toFixed(2)}  (${said.join("; ")})`;
}

/** Names the ratios that lost; never fails, since machines are noisy. */
async function compare(found: Ratio[]): Promise<void> {
  const recorded = await readRecorded();
  let lost = 0;
  for (const row of found) {
    const before = recorded.get(keyOf(row))?.ratio;
    const now = row.ours / row.theirs;
    if (before === undefined || now >= before * (1 - LOSS)) continue;
    lost += 1;
    console.log(`lost: ${keyOf(row)}: ${now.toFixed(2)}, recorded ${before.toFixed(2)}`);
  }
  console.log(lost === 0 ? "compared: nothing lost" : `compared: ${lost} lost more than ${LOSS * 100} %`);
}

/** Keeps what other suites recorded. */
async function record(found: Ratio[]): Promise<void> {
  const recorded = await readRecorded();
  for (const row of found) {
    const { name, peer, ours, theirs, curves } = row;
    const ratio = Number((ours / theirs).toFixed(3));
    recorded.set(keyOf(row), { name, peer, ratio, ...(curves === undefined ? {} : { curves }) });
  }
  const sorted = [...recorded.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await writeFile(RECORDED, `[\n${sorted.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
}

async function readRecorded(): Promise<Map<string, RecordedRatio>> {
  const rows = JSON.parse(await readFile(RECORDED, "utf8")) as RecordedRatio[];
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function keyOf({ name, peer }: Pick<Ratio, "name" | "peer">): string {
  return `${name} / ${peer}`;
}
