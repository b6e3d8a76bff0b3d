/** The Studio when things do not go straight on. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { startApp, storedFiles, type TestApp } from "./support/app.ts";
import { makeLongFile } from "./support/long-files.ts";
import { chooseFile, chooseMethod, waitForProgress, withPage } from "./support/pages.ts";
import { makeLongClip } from "./support/pictures.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(async () => {
  await app?.close();
});

describe("Studio", () => {
  it("cancel in the middle of a division leaves no file and sends nothing", async () => {
    const source = join(app.dataDir, "long.mp4"); // some seconds of work
    await makeLongClip(source, 40, "854x480");
    await withPage(app, "/studio", async ({ page }) => {
      const uploads: string[] = [];
      page.on("request", (request) => {
        if (request.url().includes("/api/uploads")) uploads.push(request.url());
      });
      await chooseFile(page, source);
      await chooseMethod(page, "Compress and divide");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByText(/^\d+(\.\d)? frames\/s · \d+:\d\d left$/).waitFor({ timeout: 60_000 });
      await waitForProgress(page, 5);
      expect(await storedFiles(page)).toHaveLength(3); // main, slave and journal
      const start = Date.now();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled. Nothing was kept or sent.").waitFor();
      expect(Date.now() - start).toBeLessThan(1500);
      expect(await storedFiles(page)).toEqual([]);
      expect(uploads).toEqual([]);
      await page.getByRole("button", { name: "Divide", exact: true }).waitFor(); // and it can be tried again
    });
  });

  it("lets go of the chosen file before its address ends, with the page too", async () => {
    await withPage(app, "/studio", async ({ page, context }) => {
      await context.addInitScript(noteEndedAddresses);
      await page.reload();
      for (const name of ["scene", "house-cm"]) {
        await chooseFile(page, join(ROOT, `samples/${name}.mp4`));
        await page
          .locator(".facts")
          .getByText(name === "scene" ? "0:10" : "0:06")
          .waitFor();
        await page.locator("video.preview").waitFor();
      }
      await page.reload();
      const inUse: boolean[] = JSON.parse((await page.evaluate(() => localStorage.getItem("in use"))) ?? "[]");
      expect(inUse.length).toBeGreaterThanOrEqual(2); // the pictures to choose from have addresses too
      expect(inUse).not.toContain(true);
    });
  });

  it("S2: the slave's upload goes on by itself after a short break, and by a button after a long one", async () => {
    await withPage(app, "/studio", async ({ page, expectProblem }) => {
      expectProblem("/api/uploads");
      let broken = 0;
      await page.route("**/api/uploads/*", (route) => (broken++ < 2 ? route.abort() : route.continue()));
      await chooseFile(page, join(ROOT, "samples/scene.mp4"));
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByText("The service holds the slave").waitFor({ timeout: 60_000 });
      expect(broken).toBeGreaterThan(2);
      await page.getByRole("button", { name: "Watch it now" }).waitFor();
    });
    await withPage(app, "/studio", async ({ page, expectProblem }) => {
      expectProblem("/api/uploads");
      await page.route("**/api/uploads*", (route) => route.abort());
      await chooseFile(page, join(ROOT, "samples/scene.mp4"));
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByText("The slave did not reach the service").waitFor({ timeout: 60_000 });
      expect(await page.getByRole("button", { name: "Watch it now" }).isDisabled()).toBe(true);
      await page.unroute("**/api/uploads*");
      await page.getByRole("button", { name: "Send again" }).click();
      await page.getByText("The service holds the slave").waitFor();
      expect(await page.getByRole("button", { name: "Watch it now" }).isEnabled()).toBe(true);
    });
  });

  it("says what to do when the browser's storage is full, and leaves nothing", async () => {
    const source = join(app.dataDir, "larger than the storage.mp4");
    await makeLongFile(source, 40 << 20);
    await withPage(app, "/studio", async ({ page, context }) => {
      const devtools = await context.newCDPSession(page);
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: app.url, quotaSize: 10 << 20 });
      await chooseFile(page, source);
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page
        .getByText("The browser’s storage is full. Free some disk space, or divide straight into a file.")
        .waitFor();
      expect(await storedFiles(page)).toEqual([]);
    });
  });

  it("asks before a link leaves it in the middle of a division, and takes all files that are chosen", async () => {
    const source = join(app.dataDir, "asked.mp4");
    await makeLongClip(source, 40, "854x480");
    await withPage(app, "/studio", async ({ page }) => {
      await page.setInputFiles('input[type="file"]:not([accept^=".vtt"])', [source, join(ROOT, "samples/scene.mp4")]);
      const list = page.getByRole("region", { name: "Your videos" });
      await list.getByRole("button", { name: "scene.mp4", exact: true }).waitFor();
      await chooseMethod(page, "Compress and divide");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await waitForProgress(page, 1);
      await page.getByRole("link", { name: "Library" }).click();
      await page.getByRole("dialog", { name: "Leave the Studio?" }).waitFor();
      await page.getByRole("button", { name: "Stay here" }).click();
      expect(new URL(page.url()).pathname).toBe("/studio");
      expect(await page.getByText("Dividing", { exact: true }).count()).toBe(1);
      await page.getByRole("link", { name: "Library" }).click();
      await page.getByRole("button", { name: "Leave and stop" }).click();
      await page.waitForURL("**/");
    });
  });

  it("tells of a source that ends before its time", async () => {
    const whole = await readFile(join(ROOT, "samples/scene.mp4"));
    const cut = join(app.dataDir, "cut.mp4");
    await writeFile(cut, whole.subarray(0, Math.floor(whole.length * 0.6)));
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, cut);
      await chooseMethod(page, "Compress and divide");
      await page.getByRole("button", { name: "Divide", exact: true }).click();
      await page.getByText(/pictures come for 0:0\d only: it is cut or damaged/).waitFor({ timeout: 60_000 });
    });
  });

  it("says plainly that a file holds no video", async () => {
    const text = join(app.dataDir, "notes.mp4");
    await writeFile(text, "This is no video.\n".repeat(100));
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, text);
      expect(await page.getByRole("alert").innerText()).toMatch(/no video file/);
    });
  });
});

/** Notes of each address that ends, the last with the page, whether a video of the page, shown or not, still has it. */
function noteEndedAddresses(): void {
  const videos: HTMLVideoElement[] = [];
  const inUse: boolean[] = [];
  const create = document.createElement;
  document.createElement = function (this: Document, ...args: Parameters<typeof create>) {
    const element = create.apply(this, args);
    if (element instanceof HTMLVideoElement) videos.push(element);
    return element;
  } as typeof create;
  const revoke = URL.revokeObjectURL;
  URL.revokeObjectURL = (url) => {
    inUse.push(videos.some((video) => video.getAttribute("src") === url));
    revoke.call(URL, url);
  };
  addEventListener("unload", () => {
    if (videos.length === 0) return;
    inUse.push(videos.some((video) => video.hasAttribute("src")));
    localStorage.setItem("in use", JSON.stringify(inUse));
  });
}
