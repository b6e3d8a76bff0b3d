/** A division whose page goes away in the middle: the Studio goes on with it, or discards it. */
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MainReader } from "../../codec/format/main-file.ts";
import { FileSource } from "../../server/file-source.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { startApp, storedFiles, type TestApp } from "./support/app.ts";
import { combinedHash, makeLongFile, makeLongMpeg, nextSlave, saveMain, sha256Of } from "./support/long-files.ts";
import { chooseFile, chooseMethod, waitForProgress, withPage } from "./support/pages.ts";

/** A few seconds of work. */
const SOURCE_BYTES = 64 << 20;
/** What is written straight to a chosen file stays there from 128 MiB on. */
const LONG_SOURCE_BYTES = 170 << 20;
/** 40 s, a few seconds of work too. */
const COMPRESSED_BYTES = 3_600_000;
const CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n夜明けの湾\n";

let app: TestApp;
let source: string;

beforeAll(async () => {
  app = await startApp();
  source = join(app.dataDir, "long film.mp4");
  await makeLongFile(source, SOURCE_BYTES);
});

afterAll(async () => {
  await app?.close();
});

const divide = (page: Page) => page.getByRole("button", { name: "Divide", exact: true }).click();
const unfinished = (page: Page) => page.getByRole("region", { name: "long film" });

/** Bytes of the main in the OPFS, and the first bytes of its header, which hold its random id. */
const storedMain = (page: Page): Promise<{ bytes: number; start: number[] }> =>
  page.evaluate(async () => {
    const divisions = await (await navigator.storage.getDirectory()).getDirectoryHandle("cmix-divisions");
    const folders = divisions as unknown as { values(): AsyncIterable<FileSystemDirectoryHandle> };
    for await (const folder of folders.values()) {
      const file = await (await folder.getFileHandle("main.cmx")).getFile();
      return { bytes: file.size, start: [...new Uint8Array(await file.slice(0, 200).arrayBuffer())] };
    }
    return { bytes: 0, start: [] };
  });

async function expectWhole(main: string, slave: string, ofSource = source): Promise<void> {
  const out = join(app.dataDir, "combined.mp4");
  expect(await combinedHash(main, slave, out)).toBe(await sha256Of(ofSource));
  await rm(out);
}

describe("Studio, after its page was loaded again in the middle of a division", () => {
  it("goes on with the same file, keeps what was finished and the captions, and the pair gives the source back", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, source);
      await page.locator(".caption-fields input[type=file]").setInputFiles({
        name: "long film.ja.vtt",
        mimeType: "text/vtt",
        buffer: Buffer.from(CAPTIONS),
      });
      await page.locator(".caption-fields li").waitFor();
      await divide(page);
      await waitForProgress(page, 30);
      expect(await page.locator(".progress-line").innerText()).toMatch(
        /[\d.]+ MB of 67\.\d MB[\s\S]*\d+(\.\d)? MB\/s · \d+:\d\d left/,
      );
      await page.reload();

      const card = unfinished(page);
      await card.getByRole("heading", { name: "Not finished: long film" }).waitFor();
      const before = await storedMain(page);
      expect(before.bytes).toBeGreaterThan(0.25 * SOURCE_BYTES);
      const share = Number(/([\d.]+) % of long film.mp4 \(67\.\d MB\) is divided/.exec(await card.innerText())?.[1]);
      expect(share).toBeGreaterThan(25);

      // Another file in its place is refused.
      await card.locator('input[type="file"]').setInputFiles(join(ROOT, "samples/scene.mp4"));
      await card.getByText("This is not the same file, or it was changed since: long film.mp4, 67").waitFor();

      const slave = nextSlave(app, page);
      await card.locator('input[type="file"]').setInputFiles(source);
      await page.getByText("Dividing", { exact: true }).waitFor();
      await page.waitForFunction(
        () => Number(document.querySelector<HTMLProgressElement>(".dividing progress")?.value) > 0,
      );
      const first = await page.locator(".dividing progress").evaluate((bar: HTMLProgressElement) => bar.value);
      expect(first).toBeGreaterThan(25);

      const main = join(app.dataDir, "resumed.cmx");
      await saveMain(page, main);
      expect((await storedMain(page)).start).toEqual(before.start); // the same division, not another one
      await expectWhole(main, await slave);
      const { size } = await stat(main);
      expect(await (await MainReader.open(new FileSource(main, size))).readCaptions(0)).toBe(CAPTIONS);
      await page.getByText("The service holds the slave").waitFor();

      // Sent and saved: nothing is offered any more.
      await page.reload();
      await page.getByText("Drop a video here").waitFor();
      expect(await unfinished(page).count()).toBe(0);
    });
  });

  it("discards it, and nothing is left", async () => {
    await withPage(app, "/studio", async ({ page, context }) => {
      await chooseFile(page, source);
      await divide(page);
      await waitForProgress(page, 10);
      // Another tab leaves what is under way here alone.
      const other = await context.newPage();
      await other.goto("/studio");
      await other.getByText("Drop a video here").waitFor();
      expect(await unfinished(other).count()).toBe(0);
      await other.close();
      expect(await page.getByText("Dividing", { exact: true }).count()).toBe(1);

      await page.reload();
      await unfinished(page).getByRole("button", { name: "Discard" }).click();
      await unfinished(page).waitFor({ state: "detached" });
      expect(await storedFiles(page)).toEqual([]);
      await page.reload();
      await page.getByText("Drop a video here").waitFor();
      expect(await unfinished(page).count()).toBe(0);
    });
  });

  /** Divides, loads the page anew at `percent`, goes on, and keeps the `.cmx`. @returns the share that was there at once */
  async function interrupt(page: Page, file: string, percent: number, main: string): Promise<number> {
    await waitForProgress(page, percent);
    await page.reload();
    const card = unfinished(page);
    await card.getByRole("heading", { name: "Not finished: long film" }).waitFor();
    const before = await storedMain(page);
    await card.locator('input[type="file"]').setInputFiles(file);
    await page.waitForFunction(
      () => Number(document.querySelector<HTMLProgressElement>(".dividing progress")?.value) > 0,
    );
    const first = await page.locator(".dividing progress").evaluate((bar: HTMLProgressElement) => bar.value);
    await saveMain(page, main);
    expect((await storedMain(page)).start).toEqual(before.start); // the same division, not another one
    return first;
  }

  /** Bytes are compared for each place of a cut in test/format/unfinished-methods.test.ts. */
  const BY_GROUPS: [string, () => Promise<void>][] = [
    [
      "MPEG-2 at a group of pictures, and the pair gives the source back",
      async () => {
        const file = join(app.dataDir, "long film.ts");
        await makeLongMpeg(file, 20);
        await withPage(app, "/studio", async ({ page }) => {
          await chooseFile(page, file);
          await divide(page);
          const main = join(app.dataDir, "resumed mpeg.cmx");
          const slave = nextSlave(app, page);
          expect(await interrupt(page, file, 50, main)).toBeGreaterThan(25);
          await expectWhole(main, await slave, file);
        });
      },
    ],
    [
      "compressing at a group of pictures, and gives the pictures of an unbroken division",
      async () => {
        const short = join(app.dataDir, "short", "long film.mp4");
        await mkdir(join(app.dataDir, "short"));
        await makeLongFile(short, COMPRESSED_BYTES);
        const hashes: string[] = [];
        for (const isInterrupted of [true, false])
          await withPage(app, "/studio", async ({ page }) => {
            await chooseFile(page, short);
            await chooseMethod(page, "Compress and divide");
            await divide(page);
            const main = join(app.dataDir, "compressed.cmx");
            const slave = nextSlave(app, page);
            if (isInterrupted) expect(await interrupt(page, short, 60, main)).toBeGreaterThan(20);
            else await saveMain(page, main);
            const out = join(app.dataDir, "compressed.mkv");
            hashes.push(await combinedHash(main, await slave, out));
            await rm(out);
          });
        expect(hashes[0]).toBe(hashes[1]);
      },
    ],
  ];
  it.each(sampleOf(BY_GROUPS, 1))("goes on with %s", (_name, run) => run());

  it("offers a division again that was finished but not saved", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, join(ROOT, "samples/scene.mp4"));
      await divide(page);
      await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
      await page.reload();
      const card = page.getByRole("region", { name: "scene" });
      await card.getByRole("heading", { name: "Divided: scene" }).waitFor();
      const slave = nextSlave(app, page);
      await card.getByRole("button", { name: "Send and save" }).click();
      const main = join(app.dataDir, "late.cmx");
      await saveMain(page, main);
      const out = join(app.dataDir, "late.mp4");
      expect(await combinedHash(main, await slave, out)).toBe(await sha256Of(join(ROOT, "samples/scene.mp4")));
    });
  });
});

describe("Studio with files of the File System Access API", () => {
  /** Pickers cannot be driven: in their place are ones that give files of the OPFS, which are of the same classes. */
  async function usePickers(context: BrowserContext): Promise<void> {
    await context.addInitScript(() => {
      const file = async (name: string, create: boolean) =>
        (await navigator.storage.getDirectory()).getFileHandle(name, { create });
      Object.assign(globalThis, {
        showOpenFilePicker: async () => [await file("long film.mp4", false)],
        showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => file(suggestedName, true),
      });
    });
  }

  /** Lays the source where the picker finds it. */
  async function laySource(page: Page, path = source): Promise<void> {
    await page.evaluate(() => {
      const input = Object.assign(document.createElement("input"), { type: "file", id: "lay" });
      document.body.append(input);
    });
    await page.setInputFiles("#lay", path);
    await page.evaluate(async () => {
      const file = document.querySelector<HTMLInputElement>("#lay")?.files?.[0];
      const handle = await (await navigator.storage.getDirectory()).getFileHandle("long film.mp4", { create: true });
      await file?.stream().pipeTo(await handle.createWritable());
      document.querySelector("#lay")?.remove();
    });
  }

  it("writes straight to the chosen file, and goes on by itself after the page was closed", async () => {
    const longer = join(app.dataDir, "longer film.mp4");
    await makeLongFile(longer, LONG_SOURCE_BYTES);
    await withPage(app, "/studio", async ({ page: first, context }) => {
      await usePickers(context);
      await first.reload();
      await laySource(first, longer);
      await first.getByRole("button", { name: "Choose a file" }).click();
      await first.getByRole("button", { name: "Straight to a file …" }).click();
      await waitForProgress(first, 80);
      await first.close();

      const page = await context.newPage();
      await page.goto("/studio");
      const card = unfinished(page);
      await card.getByText(/was being divided into long film\.cmx/).waitFor();
      const slave = nextSlave(app, page);
      await card.getByRole("button", { name: "Go on" }).click();
      await page.waitForFunction(
        () => Number(document.querySelector<HTMLProgressElement>(".dividing progress")?.value) > 0,
      );
      const at = await page.locator(".dividing progress").evaluate((bar: HTMLProgressElement) => bar.value);
      expect(at).toBeGreaterThan(70); // 128 MiB of 170 MiB
      await page.getByText("The .cmx is written to long film.cmx.").waitFor({ timeout: 120_000 });
      expect(await page.getByRole("link", { name: "Save .cmx" }).count()).toBe(0);

      const main = join(app.dataDir, "straight.cmx");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.evaluate(async () => {
          const handle = await (await navigator.storage.getDirectory()).getFileHandle("long film.cmx");
          const link = Object.assign(document.createElement("a"), { download: "x" });
          link.href = URL.createObjectURL(await handle.getFile());
          link.click();
        }),
      ]);
      await download.saveAs(main);
      expect((await stat(main)).size).toBeGreaterThan(0.9 * LONG_SOURCE_BYTES);
      await expectWhole(main, await slave, longer);
    });
  });

  it("keeps the handle of a dropped file, and takes the file itself where the browser's question is not answered", async () => {
    await withPage(app, "/studio", async ({ page, context }) => {
      const box = await page.locator(".drop-zone").boundingBox();
      const devtools = await context.newCDPSession(page);
      const data = { items: [], files: [source], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const)
        await devtools.send("Input.dispatchDragEvent", { type, x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 40, data });
      await page.getByLabel("Title").waitFor();
      await divide(page);
      await waitForProgress(page, 20);
      // A handle is permitted for a while after its page went; later the browser asks, and here nobody answers.
      await page.addInitScript(() =>
        Object.assign(FileSystemHandle.prototype, {
          queryPermission: async () => "prompt",
          requestPermission: () => new Promise(() => {}),
        }),
      );
      await page.reload();
      const card = unfinished(page);
      await card.getByRole("button", { name: "Go on" }).waitFor();
      expect(await card.locator(".drop-zone").count()).toBe(0);
      await card.getByRole("button", { name: "Go on" }).click();
      await card.locator('input[type="file"]').setInputFiles(source);
      await page.getByRole("heading", { name: "Divided", exact: true }).waitFor({ timeout: 120_000 });
    });
  });

  it("cancelled, leaves neither the chosen file nor anything else", async () => {
    await withPage(app, "/studio", async ({ page, context }) => {
      await usePickers(context);
      await page.reload();
      await laySource(page);
      await page.getByRole("button", { name: "Choose a file" }).click();
      await page.getByRole("button", { name: "Straight to a file …" }).click();
      await waitForProgress(page, 40);
      expect((await storedFiles(page)).sort()).toEqual(expect.arrayContaining(["long film.cmx", "long film.mp4"]));
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled. Nothing was kept or sent.").waitFor();
      expect(await storedFiles(page)).toEqual(["long film.mp4"]);
      expect(await unfinished(page).count()).toBe(0);
    });
  });
});
