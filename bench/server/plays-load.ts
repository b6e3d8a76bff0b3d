/** How many plays at once one server process carries: each fetches a 1 s segment a second, with tickets, ledger and SQLite. */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { median, type Ratio, ROOT } from "../measure.ts";
import { makeLoadData, SEGMENT_BYTES } from "./load-data.ts";
import { measureNginx, type ServedFiles } from "./nginx.ts";
import { cpuMilliseconds, machineTime, spawnServer } from "./pinned-process.ts";
import { headerOf, RawClient } from "./raw-client.ts";

const COUNTS = (process.env.CMIX_BENCH_PLAYS ?? "250,500,1000,1500,2000,2500,3000,4000,5000").split(",").map(Number);
/** Each number of plays is measured in that many stretches, of which the one with the median p99 counts: a virtual machine is stopped now and then. */
const STRETCHES = 5;
const STRETCH_SECONDS = 5;
/** A whole video's, 1.5 Mbit/s. */
const VIDEO_BYTES_PER_SECOND = 187_500;
/** Beyond this nobody would call it served. */
const LIMIT_MILLISECONDS = 100;
/** Opened at the same time, while the others play on. */
const OPENING = 8;

interface Step {
  plays: number;
  requests: number;
  failed: number;
  p50: number;
  p99: number;
  serverShare: number;
  microsecondsEach: number;
  /** Of the machine's time, what its host gave to other machines (Linux: steal). */
  stolenShare: number;
}

export async function benchLoad(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-load-"));
  const plays: LoadPlay[] = [];
  let server: ChildProcess | undefined;
  try {
    const mainId = await makeLoadData(join(folder, "data"));
    const started = await startCmix(join(folder, "data"), ["--plays-per-hour", "1000000000"]);
    server = started.process;
    const steps: Step[] = [];
    for (const count of COUNTS) {
      await openPlays(plays, count, started.port, mainId);
      const stretches: Step[] = [];
      while (stretches.length < STRETCHES) stretches.push(await measure(plays, server.pid ?? 0));
      stretches.sort((a, b) => a.p99 - b.p99);
      const step = stretches[Math.floor(STRETCHES / 2)] as Step;
      steps.push(step);
      console.log(
        `  ${step.plays} plays: ${step.requests} answers in ${STRETCH_SECONDS} s, ${step.failed} failed, p50 ${step.p50.toFixed(1)} ms, p99 ${stretches.map(({ p99 }) => p99.toFixed(1)).join(", ")} ms, server ${(step.serverShare * 100).toFixed(0)} % of a core, ${step.microsecondsEach.toFixed(0)} us each, ${(step.stolenShare * 100).toFixed(1)} % of the machine taken by others`,
      );
      if (step.p99 > LIMIT_MILLISECONDS || step.failed > 0) break;
    }
    for (const play of plays.splice(0)) play.close();
    const viewers = COUNTS[0] ?? 0;
    const same = steps.find((step) => step.plays === viewers);
    return [
      ...ratiosOf(steps),
      ...besideWhole(same, await measureNginx(viewers, VIDEO_BYTES_PER_SECOND)),
      ...besideSmall(same, await measureNginx(viewers, SEGMENT_BYTES)),
    ];
  } finally {
    for (const play of plays) play.close();
    server?.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts `cmix serve` on a data folder. @param options more of it */
export async function startCmix(
  dataDir: string,
  options: readonly string[],
): Promise<{ process: ChildProcess; port: number }> {
  // With node --cpu-prof both programs are profiled.
  const cli = [join(ROOT, "dist/node/cli/cmix.js"), "serve", "--port", "0", "--data", dataDir];
  const args = [...process.execArgv, ...cli, "--connections", "100000", ...options];
  const child = spawnServer(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  if (child.stderr === null) throw new Error("the server's log is not read");
  const lines = createInterface({ input: child.stderr });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const { event, url } = JSON.parse(line) as { event: string; url?: string };
      if (event === "listening" && url !== undefined) resolve(url);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  lines.close();
  child.stderr.resume(); // what the server logs goes nowhere, as fast as it comes
  return { process: child, port: Number(new URL(url).port) };
}

/** One viewer. */
class LoadPlay {
  readonly times: number[] = [];
  failed = 0;
  private readonly client: RawClient;
  private cookie = "";
  private playId = "";
  private ticket = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: number) {
    this.client = new RawClient(port);
  }

  async open(mainId: string): Promise<void> {
    const answer = await this.client.request("POST", "/api/plays", "", JSON.stringify({ mainIds: [mainId] }));
    if (answer.status !== 201) throw new Error(`play: ${answer.status} ${answer.text}`);
    const { playId, place } = JSON.parse(answer.text) as { playId: string; place: { ticket: string } };
    this.cookie = `Cookie: ${headerOf(answer, "set-cookie").split(";")[0]}\r\n`;
    [this.playId, this.ticket] = [playId, place.ticket];
    const cm = await this.client.request("GET", `/api/plays/${playId}/cm`, this.cookie);
    const secretTicket = headerOf(cm, "cmix-ticket");
    // The CM is watched beside the first segments, which the allowance before its end covers.
    this.timer = setTimeout(() => void this.unlock(secretTicket), 3100 + Math.random() * 900);
  }

  private async unlock(ticket: string): Promise<void> {
    const { status } = await this.client.request(
      "POST",
      `/api/plays/${this.playId}/secret`,
      `${this.cookie}Cmix-Ticket: ${ticket}\r\n`,
    );
    if (status !== 200) this.failed += 1;
    void this.play(performance.now() + Math.random() * 1000);
  }

  private play(at: number): void {
    this.timer = setTimeout(
      async () => {
        try {
          const answer = await this.client.request(
            "GET",
            `/api/plays/${this.playId}/units?most=1`,
            `${this.cookie}Cmix-Ticket: ${this.ticket}\r\n`,
          );
          this.times.push(answer.milliseconds);
          if (answer.status === 200) this.ticket = headerOf(answer, "cmix-ticket");
          else this.failed += 1;
        } catch {
          this.failed += 1;
          return;
        }
        this.play(at + 1000);
      },
      Math.max(0, at - performance.now()),
    );
  }

  close(): void {
    clearTimeout(this.timer);
    this.client.close();
  }
}

async function openPlays(plays: LoadPlay[], count: number, port: number, mainId: string): Promise<void> {
  let opening = plays.length;
  const open = async () => {
    while (opening < count) {
      opening += 1;
      const play = new LoadPlay(port);
      plays.push(play);
      await play.open(mainId);
    }
  };
  await Promise.all(Array.from({ length: OPENING }, open));
  await new Promise((resolve) => setTimeout(resolve, 6000)); // all CMs are over, all play
}

async function measure(plays: readonly LoadPlay[], pid: number): Promise<Step> {
  for (const play of plays) [play.times.length, play.failed] = [0, 0];
  const [before, machineBefore, start] = [await cpuMilliseconds(pid), await machineTime(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, STRETCH_SECONDS * 1000));
  const [cpu, elapsed] = [(await cpuMilliseconds(pid)) - before, performance.now() - start];
  const machine = await machineTime();
  const times = plays.flatMap((play) => play.times).sort((a, b) => a - b);
  return {
    plays: plays.length,
    requests: times.length,
    failed: plays.reduce((sum, { failed }) => sum + failed, 0),
    p50: median(times),
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    serverShare: cpu / elapsed,
    microsecondsEach: (cpu * 1000) / times.length,
    stolenShare: (machine.stolen - machineBefore.stolen) / (machine.all - machineBefore.all),
  };
}

/** The plays carried, beside the target of 2,000. */
function ratiosOf(steps: readonly Step[]): Ratio[] {
  const good = steps.filter(({ p99, failed }) => p99 <= LIMIT_MILLISECONDS && failed === 0).at(-1);
  const smooth = steps.filter(({ p99, failed }) => p99 <= 25 && failed === 0).at(-1);
  const shown = good ?? steps.at(-1);
  const details = {
    p99AtMost25: smooth?.plays ?? 0,
    p50: shown?.p50.toFixed(1),
    p99: shown?.p99.toFixed(1),
    microsecondsEach: shown?.microsecondsEach.toFixed(0),
  };
  return [{ name: "plays at once", peer: "target 2000", ours: good?.plays ?? 0, theirs: 2000, unit: "plays", details }];
}

/** The work for a second of a viewer, beside that of a whole video. */
function besideWhole(step: Step | undefined, whole: ServedFiles | undefined): Ratio[] {
  if (step === undefined || whole === undefined) return [];
  const [peer, details] = ["nginx, whole videos", { viewers: whole.viewers, answers: whole.requests }];
  const [cpu, bytes] = ["CPU of a viewer second", "bytes of a viewer second"];
  return [
    { name: cpu, peer, ours: step.microsecondsEach, theirs: whole.microsecondsEach, unit: "us", details },
    { name: bytes, peer, ours: SEGMENT_BYTES, theirs: VIDEO_BYTES_PER_SECOND, unit: "B", details },
  ];
}

/** How long an answer takes, beside as large a piece of a file: what machine and load generator take of it. */
function besideSmall(step: Step | undefined, small: ServedFiles | undefined): Ratio[] {
  if (step === undefined || small === undefined) return [];
  const [peer, details] = ["nginx, pieces of that size", { viewers: small.viewers, answers: small.requests }];
  return [
    { name: "median of an answer", peer, ours: step.p50, theirs: small.p50, unit: "ms", details },
    { name: "99th percentile of an answer", peer, ours: step.p99, theirs: small.p99, unit: "ms", details },
  ];
}
