/** Servers that are measured: on a core of their own where that is asked for, and what they have worked so far. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** Server and load keep to a core each where the machine has taskset. */
const SERVER_CORE = process.env.CMIX_BENCH_CORE;
/** Linux counts CPU time in these. */
const TICK_MILLISECONDS = 10;

export function spawnServer(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return SERVER_CORE !== undefined && existsSync("/usr/bin/taskset")
    ? spawn("taskset", ["-c", SERVER_CORE, command, ...args], options)
    : spawn(command, args, options);
}

/** CPU time of a process, its own and the system's for it. */
export async function cpuMilliseconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MILLISECONDS;
}

/** Time of all cores since the machine started, in Linux's ticks, and how much of it its host gave to others. */
export async function machineTime(): Promise<{ all: number; stolen: number }> {
  const line = (await readFile("/proc/stat", "utf8")).split("\n")[0] ?? "";
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, of) => sum + of, 0), stolen: ticks[7] ?? 0 };
}
