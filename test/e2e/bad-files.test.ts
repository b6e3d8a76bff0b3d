/** Watch with files that are no main, or a damaged one: a clear message, and no hang (row P3). */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { mediaFiles, nameOf } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { ROOT } from "../support/tree.ts";
import { sendFile } from "../support/upload.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { CLIPS, makeClip } from "./support/clips.ts";
import { chooseFile, pressPlay, waitForState, withPage } from "./support/pages.ts";

const run = promisify(execFile);
const SCENE = join(ROOT, "samples/scene.cmx");
const FORGED = "SIGN IN AGAIN AT EVIL.EXAMPLE";

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
});

afterAll(async () => {
  await app?.close();
});

/** A copy of a main with a bit changed in the middle of the payload of the segment at `share` of them. */
async function damageSegment(path: string, share: number): Promise<string> {
  const bytes = new Uint8Array(await readFile(path));
  const { index } = await MainReader.open(sourceFromBytes(bytes));
  const entry = index[Math.floor(index.length * share)];
  if (entry === undefined) throw new Error("the main has no segments");
  const place = entry.offsetBytes + 48 + (entry.length >> 1);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  const damaged = join(app.dataDir, `damaged-${share}.cmx`);
  await writeFile(damaged, bytes);
  return damaged;
}

const cmix = async (...args: string[]) =>
  JSON.parse((await run(process.execPath, [join(ROOT, "dist/node/cli/cmix.js"), ...args, "--json"])).stdout);

const divideOnly = (source: string, folder: string): Promise<{ mainPath: string; slavePath: string }> =>
  cmix("divide", source, "--out", join(app.dataDir, folder), "--method", "samples");

/** Divides a clip by method `samples`; the service gets its slave. @returns the main's path */
async function divideClip(): Promise<string> {
  const { mainPath, slavePath } = await divideOnly(await makeClip(app.dataDir, CLIPS.H264, 4), ".");
  const { id } = await cmix("inspect", slavePath);
  expect((await sendFile(app.url, "slave", id, await readFile(slavePath), await app.administrator())).status).toBe(201);
  return mainPath;
}

/** The sample's main with another title of the same length, and every checksum that needs no secret made anew. */
async function forgeTitle(): Promise<string> {
  const bytes = new Uint8Array(await readFile(SCENE));
  const view = new DataView(bytes.buffer);
  const headerEnd = 16 + view.getUint32(12);
  const { title } = (await MainReader.open(sourceFromBytes(bytes))).header;
  const at = Buffer.from(bytes).indexOf(title, 16);
  expect(at).toBeLessThan(headerEnd);
  bytes.set(Buffer.from(FORGED.slice(0, title.length).padEnd(title.length)), at);
  const trailer = bytes.length - view.getUint32(bytes.length - 12);
  const cbor = bytes.subarray(trailer + 16, trailer + 16 + view.getUint32(trailer + 4));
  const headerHash = createHash("sha256").update(bytes.subarray(0, headerEnd)).digest();
  bytes.set(createHash("sha256").update(headerHash).update(cbor).digest().subarray(0, 8), trailer + 8);
  const path = join(app.dataDir, "forged.cmx");
  await writeFile(path, bytes);
  return path;
}

async function expectDamage(page: Page, main: string): Promise<void> {
  await chooseFile(page, main);
  await waitForState(page, "ready");
  await pressPlay(page);
  await waitForState(page, "error");
  expect(await page.getByRole("alert").innerText()).toMatch(
    /not a whole \.cmx file[\s\S]*segment \d+[\s\S]*(fetch|again)/,
  );
  await page.getByRole("button", { name: "Try again" }).waitFor();
}

describe("Watch", () => {
  it("S5: shows nothing of a main whose header was changed, and no CM for it", async () => {
    await withPage(app, "/watch", async ({ page }) => {
      const asked: string[] = [];
      page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
      await chooseFile(page, await forgeTitle());
      const alert = page.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/header was changed after the division/);
      expect(await page.getByText(FORGED.slice(0, 7)).count()).toBe(0);
      expect(asked.filter((line) => line.startsWith("POST /api/plays"))).toEqual([]);
      await chooseFile(page, SCENE);
      await waitForState(page, "ready");
      expect(await page.getByText("Not verified").count()).toBe(0);
    });
  });

  it("marks a main that the service does not know", async () => {
    const { mainPath } = await divideOnly(await makeClip(app.dataDir, CLIPS.H264, 2), "unknown");
    await withPage(app, "/watch", async ({ page }) => {
      await chooseFile(page, mainPath);
      await waitForState(page, "ready");
      await page.getByText("Not verified: this service could not say").waitFor();
    });
  });

  it("P3: says of each file that is no whole main what it is and what to do, and opens a good one afterwards", async () => {
    const whole = await readFile(SCENE);
    const files = new Map<string, Buffer>([
      ["empty", Buffer.alloc(0)],
      ["zeros", Buffer.alloc(5000)],
      ["slave", await readFile(join(ROOT, "samples/scene.cms"))],
      ["cut in its header", whole.subarray(0, 300)],
      ["cut in the middle", whole.subarray(0, whole.length >> 1)],
      ["cut in its trailer", whole.subarray(0, whole.length - 100)],
      ["changed at its end", Buffer.concat([whole.subarray(0, -5), Buffer.from("hello")])],
    ]);
    const paths: string[] = [];
    for (const [name, bytes] of files) {
      paths.push(join(app.dataDir, `${name}.cmx`));
      await writeFile(paths.at(-1) as string, bytes);
    }
    // All of them go through the reader in test/format/bad-files.test.ts.
    const broken = [...ownFiles("broken"), ...mediaFiles("broken")].filter((_, i) => i % 10 === 0);
    for (const path of broken) {
      paths.push(join(app.dataDir, `${nameOf(path)}.cmx`));
      await copyFile(path, paths.at(-1) as string);
    }
    await withPage(app, "/watch", async ({ page }) => {
      for (const path of paths) {
        await chooseFile(page, path);
        await page.waitForFunction(
          () => document.querySelector('[role="alert"]')?.textContent?.includes("not a whole .cmx file"),
          undefined,
          { timeout: 30_000 },
        );
        expect(await page.getByRole("alert").innerText()).toMatch(/main file|slave file/);
        await chooseFile(page, SCENE);
        // Both at once: the stage may be ready with the good one of before.
        await page.waitForFunction(
          () =>
            document.querySelector('[role="alert"]') === null &&
            document.querySelector('.stage[data-state="ready"]') !== null,
        );
      }
    });
  });

  it("P3: names the damaged segment of a main that plays up to there, by compress and by samples", async () => {
    const divided = await divideClip();
    await withPage(app, "/watch", async ({ page }) => {
      await expectDamage(page, await damageSegment(SCENE, 0.1));
      await expectDamage(page, await damageSegment(divided, 0.5));
    });
  });
});
