/** Parts that not everybody sees: hidden in the Studio, played by an ordinary viewer, given back by the pair (restriction patent, Fig. 6). */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AREA_PRESETS,
  createSigningKey,
  MainReader,
  type MarkRule,
  markModules,
  SlaveReader,
  sign,
  signMarkRecord,
  sourceFromBytes,
  toHex,
  USUAL_RULE,
  writeMark,
} from "../../codec/index.ts";
import { sendJson, TestAccounts } from "../server/test-accounts.ts";
import { psnr } from "../support/quality.ts";
import { ROOT } from "../support/tree.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { screenshot, startApp, type TestApp } from "./support/app.ts";
import { combinedHash, nextSlave, saveMain, sha256Of } from "./support/long-files.ts";
import { chooseFile, chooseMethod, playThroughCm, pressPause, waitForPicture, withPage } from "./support/pages.ts";
import { type Rgba, shownPicture, sourcePicture } from "./support/pictures.ts";

const CLI = join(ROOT, "dist/node/cli/cmix.js");
const SCENE = join(ROOT, "samples/scene.mp4");
const FRAME_SECONDS = 1 / 30;
const HIDDEN = { from: 2, to: 4 };
/** Of the lower third; black is 16 in video, and compression leaves a little. */
const BLACK_MOST = 24;

/** All pictures of a still or a video, as ffmpeg decodes them. */
const decodedRgba = (input: Uint8Array): Uint8Array =>
  execFileSync("ffmpeg", ["-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgba", "-"], {
    input,
    maxBuffer: 1 << 30,
  });

let app: TestApp;
let accounts: TestAccounts;
let main: string;
let slave: string;

const divide = (page: Page) => page.getByRole("button", { name: "Divide", exact: true }).click();
const part = (page: Page) => page.getByRole("listitem", { name: "Part 1" });

/** Chooses the scene to be compressed, with one part. */
async function chooseWithPart(page: Page, { from, to }: { from: number; to: number }): Promise<void> {
  await chooseFile(page, SCENE);
  await page.getByRole("button", { name: "Add a part" }).click();
  await chooseMethod(page, "Compress and divide");
  await part(page).getByLabel("From, in seconds").fill(String(from));
  await part(page).getByLabel("To, in seconds").fill(String(to));
}

beforeAll(async () => {
  app = await startApp(1);
  accounts = new TestAccounts(app);
});
afterAll(async () => {
  await app?.close();
});

/** The picture at this whole second of the ten, in the paused player. */
async function pictureAt(page: Page, seconds: number): Promise<Rgba> {
  await page.keyboard.press(String(seconds));
  await waitForPicture(page, seconds, FRAME_SECONDS);
  return shownPicture(page);
}

/** A premium member, until `end`. */
async function member(): Promise<{ headers: Record<string, string>; end: () => Promise<void> }> {
  const { accountId } = await accounts.account("viewer");
  const headers = await accounts.as("viewer");
  const asAdministrator = await app.administrator();
  const at = `${app.url}/api/admin/accounts/${accountId}`;
  const once = { ...asAdministrator, "Idempotency-Key": crypto.randomUUID() };
  const granted = await sendJson(`${at}/grants`, "POST", { days: 1, points: 5 }, once);
  expect(granted.ok).toBe(true);
  const { periods } = (await granted.json()) as { periods: { number: number }[] };
  const newest = Math.max(...periods.map(({ number }) => number));
  return {
    headers,
    end: async () => {
      const ended = await sendJson(`${at}/periods/${newest}`, "DELETE", undefined, asAdministrator);
      expect(ended.ok).toBe(true);
    },
  };
}

async function signIn(page: Page, headers: Record<string, string>): Promise<void> {
  const [name = "", value = ""] = (headers.Cookie ?? "").split("=");
  await page.context().addCookies([{ name, value, url: app.url, httpOnly: true, sameSite: "Lax" }]);
  await page.reload();
}

/** Rows of a picture from one share of its height to another. */
function rows({ width, height, data }: Rgba, from: number, to: number): Uint8Array {
  return data.subarray(Math.round(from * height) * width * 4, Math.round(to * height) * width * 4);
}

/** Of red, green and blue. */
const brightest = (rgba: Uint8Array): number =>
  rgba.reduce((most, value, i) => (i % 4 < 3 && value > most ? value : most), 0);

/** How near the rows are to the source's, in dB. */
async function likeness(shown: Rgba, from: number, to: number): Promise<number> {
  const number = Math.round(shown.timeSeconds / FRAME_SECONDS);
  const source = { ...shown, data: await sourcePicture(SCENE, number, shown) };
  return psnr(rows(shown, from, to), rows(source, from, to));
}

/** The scene with marks in it. @param marks each with where ffmpeg lays it, from which picture to which */
async function withMarks(...marks: { text: string; place: string; pictures: string }[]): Promise<string> {
  const marked = join(app.dataDir, "marked.mp4");
  const codes = marks.map(({ text }, i) => {
    const { size, dark } = markModules(text);
    const path = join(app.dataDir, `mark-${i}.pgm`);
    const pixels = dark.map((one) => (one === 1 ? 0 : 255));
    writeFileSync(path, Buffer.concat([Buffer.from(`P5 ${size} ${size} 255\n`), pixels]));
    return ["-i", path];
  });
  const laid = marks.map(
    ({ place, pictures }, i) =>
      `[${i + 1}]scale=iw*3:-1:flags=neighbor[code${i}];[${i === 0 ? "0" : `v${i - 1}`}][code${i}]overlay=${place}:enable='between(n,${pictures})'[v${i}]`,
  );
  const mapped = ["-filter_complex", laid.join(";"), "-map", `[v${marks.length - 1}]`, "-map", "0:a", "-c:a", "copy"];
  execFileSync("ffmpeg", ["-v", "error", "-i", SCENE, ...codes.flat(), ...mapped, "-crf", "28", marked]);
  return marked;
}

/** A record of a mark that says this, signed by a rights holder's key and kept by the service. @returns its id */
async function keepRecord(service: string, rule: MarkRule): Promise<string> {
  const headers = await app.administrator();
  const session = await (await fetch(`${app.url}/api/session`, { headers })).json();
  const { accountId } = (session as { account: { accountId: string } }).account;
  const key = await createSigningKey();
  const proof = toHex(await sign("cmix/mark", new TextEncoder().encode(accountId), key.privateKey));
  const publicKey = toHex(key.publicKey);
  const made = { publicKey, holder: "Bay Films", proof };
  expect((await sendJson(`${app.url}/api/rights-keys`, "POST", made, headers)).status).toBe(201);
  const id = toHex(crypto.getRandomValues(new Uint8Array(8)));
  const validUntilSeconds = Math.round(Date.now() / 1000) + 3600;
  const record = await signMarkRecord({ id, service, holder: "Bay Films", validUntilSeconds, rule }, key);
  const signed = Buffer.from(record).toString("base64");
  expect((await sendJson(`${app.url}/api/mark-records`, "POST", { signed }, headers)).status).toBe(201);
  return id;
}

describe("parts that not everybody sees", () => {
  it("R2 R3 R4: are set and looked at in the Studio, and both renditions are kept", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseWithPart(page, HIDDEN);
      await part(page).getByRole("combobox", { name: /^Area/ }).selectOption("Lower third");
      await part(page)
        .getByRole("combobox", { name: /^Sound/ })
        .selectOption("Silent");
      await page.getByText("Hidden for 0:02 of 0:10").waitFor();
      expect(await page.locator(".hidden-areas rect").count()).toBe(0);
      await part(page).getByRole("button", { name: "Look at it" }).click();
      await page.locator(".hidden-areas rect").waitFor();
      const [stage, area] = await Promise.all(
        [".preview", ".hidden-areas rect"].map((one) => page.locator(one).boundingBox()),
      );
      expect((area?.y ?? 0) - (stage?.y ?? 0)).toBeCloseTo(0.666 * (stage?.height ?? 0), -1);
      await expectAccessible(page);
      await screenshot(page, "studio-restricted");
      const sent = nextSlave(app, page);
      await divide(page);
      main = join(app.dataDir, "hidden.cmx");
      await saveMain(page, main);
      slave = await sent;
    });
    await combinedHash(main, slave, join(app.dataDir, "truth.mkv"));
  });

  it("R1 R2: marks in the video are found to the picture, and become parts that can be changed and taken out", async () => {
    const service = "https://cmix.example";
    const recordId = await keepRecord(service, { ...USUAL_RULE, area: AREA_PRESETS["left-half"].area });
    const unsigned = { ...USUAL_RULE, viewers: "signed-in" } as const;
    const marked = await withMarks(
      { text: writeMark({ service, recordId }), place: "W-w-8:8", pictures: "75,119" },
      { text: writeMark({ service, rule: unsigned }), place: "8:8", pictures: "180,209" },
    );
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, marked);
      const look = async (found: string): Promise<void> => {
        await page.getByRole("button", { name: "Look for marks in the video" }).click();
        await page.getByText(found).waitFor({ timeout: 60_000 });
      };
      await look("Marks found: 2. Parts that they hide: 2.");
      expect(await part(page).getByLabel("From, in seconds").inputValue()).toBe("2.5");
      expect(Number(await part(page).getByLabel("To, in seconds").inputValue())).toBeCloseTo(
        4 + USUAL_RULE.holdSeconds,
        1,
      );
      expect(await part(page).getByRole("combobox", { name: /^Area/ }).inputValue()).toBe("left-half");
      await part(page).getByRole("button", { name: "Look at it" }).click();
      await screenshot(page, "studio-marks");
      await page.getByLabel("Only marks that a rights holder of this service has signed").check();
      await look("Marks found: 1. Parts that they hide: 1.");
      await page.getByText("Marks that do not count here:").waitFor();
      await part(page).getByRole("button", { name: "Take out part 1" }).click();
      expect(await part(page).count()).toBe(0);
    });
  });

  it("R2: a mark is drawn into the times that the creator chooses, and is found there again", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseWithPart(page, { from: 2, to: 3 });
      await part(page).getByRole("combobox", { name: /^How/ }).selectOption("mark");
      await part(page)
        .getByRole("combobox", { name: /^Place of the mark/ })
        .selectOption("Bottom left");
      await part(page)
        .getByRole("combobox", { name: /^Seen by/ })
        .selectOption("Everybody who is signed in");
      const sent = nextSlave(app, page);
      await divide(page);
      const drawn = join(app.dataDir, "drawn.cmx");
      await saveMain(page, drawn);
      const film = join(app.dataDir, "drawn.y4m");
      await combinedHash(drawn, await sent, film);
      const { marks } = JSON.parse(execFileSync("node", [CLI, "marks", film, "--json"], { encoding: "utf8" }));
      expect(marks).toEqual([
        expect.objectContaining({ firstPicture: 60, lastPicture: 89, state: "counts", viewers: "signed-in" }),
      ]);
      expect(marks[0].seenAt.x).toBeLessThan(100);
      expect(marks[0].seenAt.y).toBeGreaterThan(600);
    });
  });

  it("R3 R4: what is shown in the clear and on the seek bar covers it too", async () => {
    await withPage(app, "/studio", async ({ page }) => {
      await chooseWithPart(page, { from: 0, to: 10 });
      const sent = nextSlave(app, page);
      await divide(page);
      const dark = join(app.dataDir, "dark.cmx");
      await saveMain(page, dark);
      const { header } = await MainReader.open(sourceFromBytes(new Uint8Array(readFileSync(dark))));
      const { storyboard } = (await SlaveReader.open(sourceFromBytes(new Uint8Array(readFileSync(await sent))))).header;
      const teaser = await page.locator(".studio-teaser video").evaluate(async (video: HTMLVideoElement) => {
        const bytes = new Uint8Array(await (await fetch(video.src)).arrayBuffer());
        return [...bytes];
      });
      for (const bytes of [header.poster?.data, storyboard?.data, Uint8Array.from(teaser)]) {
        expect(bytes?.length).toBeGreaterThan(100);
        expect(brightest(decodedRgba(bytes as Uint8Array))).toBeLessThan(BLACK_MOST);
      }
    });
  });

  it("R3 R4: an ordinary viewer sees the area covered, and all else as it is, exactly from the part's end on", async () => {
    await withPage(
      app,
      "/watch",
      async ({ page }) => {
        await chooseFile(page, main);
        await playThroughCm(page);
        await pressPause(page);
        for (const seconds of [HIDDEN.from, 3]) {
          const hidden = await pictureAt(page, seconds);
          expect(brightest(rows(hidden, 0.7, 0.99))).toBeLessThan(BLACK_MOST);
          expect(await likeness(hidden, 0, 0.6)).toBeGreaterThan(30);
        }
        await screenshot(page, "watch-restricted");
        for (const seconds of [HIDDEN.from - 1, HIDDEN.to])
          expect(await likeness(await pictureAt(page, seconds), 0, 1)).toBeGreaterThan(30);
      },
      { isSignedIn: false },
    );
  });

  it("R4: a file that is kept as it is has hidden parts too, and is the file to the byte for who sees all of it", async () => {
    const kept = join(app.dataDir, "kept.cmx");
    let keptSlave = "";
    await withPage(app, "/studio", async ({ page }) => {
      await chooseFile(page, SCENE);
      await page.getByRole("button", { name: "Add a part" }).click();
      await page.getByText("Who sees everything gets the file to the byte.").waitFor();
      await part(page).getByLabel("From, in seconds").fill(String(HIDDEN.from));
      await part(page).getByLabel("To, in seconds").fill(String(HIDDEN.to));
      await part(page).getByRole("combobox", { name: /^Area/ }).selectOption("Lower third");
      await part(page)
        .getByRole("combobox", { name: /^Sound/ })
        .selectOption("Silent");
      await screenshot(page, "studio-restricted-kept");
      const sent = nextSlave(app, page);
      await divide(page);
      await saveMain(page, kept);
      keptSlave = await sent;
    });
    expect(await combinedHash(kept, keptSlave, join(app.dataDir, "kept.mp4"))).toBe(await sha256Of(SCENE));
    const visit = async (page: Page): Promise<void> => {
      await chooseFile(page, kept);
      await playThroughCm(page);
      await pressPause(page);
    };
    await withPage(
      app,
      "/watch",
      async ({ page }) => {
        await visit(page);
        for (const seconds of [HIDDEN.from, 3]) {
          const hidden = await pictureAt(page, seconds);
          expect(brightest(rows(hidden, 0.7, 0.99))).toBeLessThan(BLACK_MOST);
          expect(await likeness(hidden, 0, 0.6)).toBeGreaterThan(30);
        }
        for (const seconds of [HIDDEN.from - 1, HIDDEN.to])
          expect(await likeness(await pictureAt(page, seconds), 0, 1)).toBeGreaterThan(30);
        await screenshot(page, "watch-kept-ordinary");
      },
      { isSignedIn: false },
    );
    const { headers, end } = await member();
    await withPage(
      app,
      "/watch",
      async ({ page }) => {
        await signIn(page, headers);
        await visit(page);
        for (const seconds of [3, HIDDEN.to, HIDDEN.from - 1])
          expect(await likeness(await pictureAt(page, seconds), 0, 1)).toBeGreaterThan(30);
        await screenshot(page, "watch-kept-premium");
      },
      { isSignedIn: false },
    );
    await end();
  });

  it("R4: a premium member beside an ordinary viewer sees the same main as it is, until the membership ends; then buys it", async () => {
    const { headers, end } = await member();
    const rules = { perCm: 0, perDayMost: 0, prices: { video: 5, day: null, month: null }, statusFrom: null };
    const asAdministrator = await app.administrator();
    expect((await sendJson(`${app.url}/api/admin/point-rules`, "PUT", rules, asAdministrator)).ok).toBe(true);
    const visit = async (page: Page): Promise<void> => {
      await chooseFile(page, main);
      await playThroughCm(page);
      await pressPause(page);
    };
    const isHidden = async (page: Page, seconds: number): Promise<boolean> =>
      brightest(rows(await pictureAt(page, seconds), 0.7, 0.99)) < BLACK_MOST;
    await withPage(
      app,
      "/watch",
      async ({ page: ordinary }) => {
        await visit(ordinary);
        await withPage(
          app,
          "/watch",
          async ({ page }) => {
            await signIn(page, headers);
            await visit(page);
            const shown = await pictureAt(page, 3);
            expect(await likeness(shown, 0, 1)).toBeGreaterThan(30);
            await screenshot(page, "watch-premium");
            expect(await isHidden(ordinary, 3)).toBe(true);
            await screenshot(ordinary, "watch-ordinary");
          },
          { isSignedIn: false },
        );
      },
      { isSignedIn: false },
    );
    await end();
    await withPage(
      app,
      "/watch",
      async ({ page }) => {
        await signIn(page, headers);
        await visit(page);
        expect(await isHidden(page, 3)).toBe(true);
        const offer = page.getByRole("region", { name: "Premium membership" });
        await offer.getByRole("button", { name: "This video for 5 points" }).click();
        await offer.getByText("You see the parts for premium members").waitFor();
      },
      { isSignedIn: false },
    );
    await withPage(
      app,
      "/watch",
      async ({ page }) => {
        await signIn(page, headers);
        await visit(page);
        expect(await isHidden(page, 3)).toBe(false);
      },
      { isSignedIn: false },
    );
  });
});
