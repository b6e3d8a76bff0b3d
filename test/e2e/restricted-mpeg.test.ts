/** A part of an MPEG file that is kept as it is: hidden in the Studio, played by an ordinary viewer and by a premium member (R4). */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sendJson, TestAccounts } from "../server/test-accounts.ts";
import { ROOT } from "../support/tree.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { combinedHash, nextSlave, saveMain, sha256Of } from "./support/long-files.ts";
import { chooseFile, playThroughCm, pressPause, waitForPicture, withPage } from "./support/pages.ts";
import { type Rgba, shownPicture } from "./support/pictures.ts";

const HIDDEN = { from: 2, to: 4 };
/** Black is 16 in video, and compression leaves a little. */
const BLACK_MOST = 24;

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(async () => {
  await app?.close();
});

/** Brightest of red, green and blue in the lower rows of the picture at this whole second of the ten. */
async function brightestBelow(page: Page, seconds: number): Promise<number> {
  await page.keyboard.press(String(seconds));
  await waitForPicture(page, seconds, 1 / 30);
  const { width, height, data }: Rgba = await shownPicture(page);
  const rows = data.subarray(Math.round(0.7 * height) * width * 4, Math.round(0.99 * height) * width * 4);
  return rows.reduce((most, value, i) => (i % 4 < 3 && value > most ? value : most), 0);
}

it("R4 an MPEG file comes back byte for byte; who may not see the part sees it covered, a member as it is", async () => {
  const source = join(app.dataDir, "scene.ts");
  const main = join(app.dataDir, "scene.cmx");
  const coded = ["-c:v", "mpeg2video", "-q:v", "4", "-g", "15", "-bf", "2", "-c:a", "mp2"];
  execFileSync("ffmpeg", ["-v", "error", "-y", "-i", join(ROOT, "samples/scene.mp4"), ...coded, source]);
  let slave = "";
  await withPage(app, "/studio", async ({ page }) => {
    await chooseFile(page, source);
    await page.getByRole("button", { name: "Add a part" }).click();
    const part = page.getByRole("listitem", { name: "Part 1" });
    await part.getByLabel("From, in seconds").fill(String(HIDDEN.from));
    await part.getByLabel("To, in seconds").fill(String(HIDDEN.to));
    await part.getByRole("combobox", { name: /^Area/ }).selectOption("Lower third");
    await part.getByRole("combobox", { name: /^Sound/ }).selectOption("Silent");
    expect(await page.getByLabel("Keep as it is").isChecked()).toBe(true);
    expect(await page.getByText("Choose to compress it.").count()).toBe(0);
    const sent = nextSlave(app, page);
    await page.getByRole("button", { name: "Divide", exact: true }).click();
    await saveMain(page, main);
    slave = await sent;
  });
  expect(await combinedHash(main, slave, join(app.dataDir, "again.ts"))).toBe(await sha256Of(source));

  const accounts = new TestAccounts(app);
  const { accountId } = await accounts.account("viewer");
  const member = await accounts.as("viewer");
  const once = { ...(await app.administrator()), "Idempotency-Key": crypto.randomUUID() };
  expect((await sendJson(`${app.url}/api/admin/accounts/${accountId}/grants`, "POST", { days: 1 }, once)).ok).toBe(
    true,
  );
  for (const isMember of [false, true])
    await withPage(
      app,
      "/watch",
      async ({ page }) => {
        if (isMember) {
          const [name = "", value = ""] = (member.Cookie ?? "").split("=");
          await page.context().addCookies([{ name, value, url: app.url, httpOnly: true, sameSite: "Lax" }]);
          await page.reload();
        }
        await chooseFile(page, main);
        await playThroughCm(page);
        await pressPause(page);
        for (const seconds of [1, HIDDEN.from, 3, HIDDEN.to])
          expect((await brightestBelow(page, seconds)) < BLACK_MOST, `member ${isMember}, at ${seconds} s`).toBe(
            !isMember && seconds >= HIDDEN.from && seconds < HIDDEN.to,
          );
      },
      { isSignedIn: false },
    );
});
