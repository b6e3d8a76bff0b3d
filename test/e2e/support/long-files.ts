/** Files of any length, and what becomes of them. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { FileSource } from "../../../server/file-source.ts";
import { openMasterKey } from "../../../server/security/master-key.ts";
import { openSealed } from "../../../server/storage/folder/sealed-file.ts";
import { ROOT } from "../../support/tree.ts";
import type { TestApp } from "./app.ts";

const run = promisify(execFile);

/** One MP4 of the sample scene over and over, a little over `bytes`; ffmpeg copies 300 MB a second. */
export async function makeLongFile(path: string, bytes: number): Promise<void> {
  const scene = join(ROOT, "samples/scene.mp4");
  await run("ffmpeg", ["-v", "error", "-y", "-stream_loop", "-1", "-i", scene, "-c", "copy", "-fs", `${bytes}`, path]);
}

/** A transport stream of the sample scene as MPEG-2, so many times over; 1.5 MB each. */
export async function makeLongMpeg(path: string, times: number): Promise<void> {
  const scene = join(ROOT, "samples/scene.mp4");
  const coding = ["-c:v", "mpeg2video", "-b:v", "12M", "-maxrate", "16M", "-bufsize", "4M", "-bf", "2", "-c:a", "mp2"];
  const once = `${path}.once.ts`;
  await run("ffmpeg", ["-v", "error", "-y", "-i", scene, ...coding, once]);
  await run("ffmpeg", ["-v", "error", "-y", "-stream_loop", `${times - 1}`, "-i", once, "-c", "copy", path]);
  await rm(once);
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/** A copy, in the clear, of the next slave that the page sends, once the server has it whole. */
export async function nextSlave(app: TestApp, page: Page): Promise<string> {
  const response = await page.waitForResponse(
    (answer) => answer.url().includes("/api/uploads/") && answer.request().method() === "PATCH",
    { timeout: 600_000 },
  );
  if (!response.ok()) throw new Error(`the slave was answered with ${response.status()}`);
  const { slaveId } = (await response.json()) as { slaveId: string };
  const stored = join(app.dataDir, "slaves", slaveId);
  const { key } = await openMasterKey(app.dataDir, process.env.CMIX_KEY);
  const slave = await openSealed(new FileSource(stored, (await stat(stored)).size), key);
  const copy = join(app.dataDir, `${slaveId}.cms`);
  await writeFile(copy, await slave.read(0, slave.size));
  return copy;
}

/** SHA-256 of what the command line makes of a pair. */
export async function combinedHash(main: string, slave: string, out: string): Promise<string> {
  await run("node", [join(ROOT, "dist/node/cli/cmix.js"), "combine", main, slave, "--out", out]);
  return sha256Of(out);
}

/** Keeps the `.cmx` of the finished division. */
export async function saveMain(page: Page, path: string): Promise<void> {
  const save = page.getByRole("link", { name: "Save .cmx" });
  await save.waitFor({ timeout: 600_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
  await download.saveAs(path);
}

/**
 * The most memory that any process of a browser has had, in bytes: pages and their workers are one process, the browser itself another.
 * Undefined where there is no /proc.
 */
export function peakMemory(profile: string): number | undefined {
  if (!existsSync("/proc/self/status")) return undefined;
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const status = readFileSync(`/proc/${id}/status`, "utf8");
        const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
        const command = readFileSync(`/proc/${id}/cmdline`, "utf8");
        return [{ id: Number(id), parent: field("PPid"), peak: field("VmHWM") * 1024, command }];
      } catch {
        return []; // it has ended
      }
    });
  const ours = new Set(processes.filter(({ command }) => command.includes(profile)).map(({ id }) => id));
  for (let grown = -1; grown !== ours.size; ) {
    grown = ours.size;
    for (const { id, parent } of processes) if (ours.has(parent)) ours.add(id);
  }
  return Math.max(...processes.filter(({ id }) => ours.has(id)).map(({ peak }) => peak));
}
