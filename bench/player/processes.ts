/** What Chromium's processes use, by kind: the page's and its workers' is `renderer`, painting on the screen `GPU`. */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright";
import { cpuMilliseconds } from "../server/pinned-process.ts";

export interface ProcessUse {
  cpuMilliseconds: number;
  /** Resident memory. */
  bytes: number;
}

export async function processUse(browser: Browser): Promise<Record<string, ProcessUse>> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const use: Record<string, ProcessUse> = {};
  for (const { type, id } of processInfo) {
    const sum = use[type] ?? { cpuMilliseconds: 0, bytes: 0 };
    const pages = Number((await readFile(`/proc/${id}/statm`, "utf8")).split(" ")[1]);
    use[type] = { cpuMilliseconds: sum.cpuMilliseconds + (await cpuMilliseconds(id)), bytes: sum.bytes + pages * 4096 };
  }
  return use;
}

/** CPU time between two looks, milliseconds by kind of process. */
export function cpuBetween(
  before: Record<string, ProcessUse>,
  after: Record<string, ProcessUse>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([type, use]) => [
      type,
      Math.round(use.cpuMilliseconds - (before[type]?.cpuMilliseconds ?? 0)),
    ]),
  );
}
