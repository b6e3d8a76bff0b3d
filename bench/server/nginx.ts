/** What the delivery of slaves is compared with: nginx, which serves files to as many viewers, a range of them a second. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../measure.ts";
import { cpuMilliseconds, spawnServer } from "./pinned-process.ts";
import { RawClient } from "./raw-client.ts";

const FILE_SECONDS = 600;
const MEASURED_SECONDS = 10;
const NGINX = "/usr/sbin/nginx";

export interface ServedFiles {
  viewers: number;
  requests: number;
  /** CPU time of nginx for an answer. */
  microsecondsEach: number;
  /** Milliseconds from a request to its answer's end. */
  p50: number;
  p99: number;
}

interface Counts {
  times: number[];
  failed: number;
  isOver: boolean;
}

/** @returns undefined where nginx is not installed, which it says */
export async function measureNginx(viewers: number, bytesPerSecond: number): Promise<ServedFiles | undefined> {
  if (!existsSync(NGINX)) {
    console.log(`  NOT MEASURED beside nginx: ${NGINX} is missing; apt-get install nginx-light`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "cmix-nginx-"));
  const clients: RawClient[] = [];
  let master: ChildProcess | undefined;
  try {
    await writeFile(join(folder, "file"), Buffer.alloc(FILE_SECONDS * bytesPerSecond, 0x55), { mode: 0o644 });
    const port = await freePort();
    await writeFile(join(folder, "nginx.conf"), configuration(folder, port));
    const args = ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")];
    master = spawnServer(NGINX, args, { stdio: ["ignore", "inherit", "inherit"] });
    const worker = await workerOf(master.pid ?? 0);
    const counts: Counts = { times: [], failed: 0, isOver: false };
    for (let i = 0; i < viewers; i++) {
      const client = new RawClient(port);
      clients.push(client);
      void watch(client, bytesPerSecond, counts);
    }
    await pause(3); // all are connected and at their own moment of the second
    counts.times.length = 0;
    const before = await cpuMilliseconds(worker);
    await pause(MEASURED_SECONDS);
    const cpu = (await cpuMilliseconds(worker)) - before;
    counts.isOver = true;
    if (counts.failed > 0) throw new Error(`nginx refused ${counts.failed} requests`);
    const times = counts.times.sort((a, b) => a - b);
    const p99 = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
    return { viewers, requests: times.length, microsecondsEach: (cpu * 1000) / times.length, p50: median(times), p99 };
  } finally {
    for (const client of clients) client.close();
    if (master?.kill()) await once(master, "exit");
    await rm(folder, { recursive: true, force: true });
  }
}

/** A range request each second. */
async function watch(client: RawClient, bytesPerSecond: number, counts: Counts): Promise<void> {
  let at = performance.now() + Math.random() * 1000;
  for (let second = Math.floor(Math.random() * FILE_SECONDS); ; second = (second + 1) % FILE_SECONDS) {
    await pause(Math.max(0, at - performance.now()) / 1000);
    if (counts.isOver) return;
    const first = second * bytesPerSecond;
    const range = `Range: bytes=${first}-${first + bytesPerSecond - 1}\r\n`;
    const answer = await client.request("GET", "/file", range);
    if (answer.status === 206 && answer.bytes === bytesPerSecond) counts.times.push(answer.milliseconds);
    else counts.failed += 1;
    at += 1000;
  }
}

function configuration(folder: string, port: number): string {
  return `${process.getuid?.() === 0 ? "user root;" : ""} daemon off; worker_processes 1; worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid; events { worker_connections 10000; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; keepalive_timeout 600;
  server { listen 127.0.0.1:${port} backlog=4096; root ${folder}; } }\n`;
}

/** Waits until the worker is there. */
async function workerOf(master: number): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    await pause(0.1);
    const worker = Number((await readFile(`/proc/${master}/task/${master}/children`, "utf8")).trim().split(" ")[0]);
    if (worker > 0) return worker;
  }
  throw new Error("nginx started no worker");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
