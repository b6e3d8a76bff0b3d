/** P3: the window by keys alone, full screen, what the system's media controls show, and a narrow screen. */
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { playThroughCm, position, pressPlay, seekBar, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp(2);
});

afterAll(() => app?.close());

const volume = (page: Page): Promise<string> => page.getByLabel("Volume", { exact: true }).inputValue();

it("P3 P4: keys play, seek, mute and fill the screen as in other players, and move nothing in a CM", async () => {
  await withPage(app, "/", async ({ page }) => {
    await page.getByRole("link", { name: "Watch Bay" }).click();
    await waitForState(page, "ready");
    await pressPlay(page);
    await waitForState(page, "cm");
    for (const key of ["l", "5", "End", "k", "Space"]) await page.keyboard.press(key);
    expect(await page.locator(".stage").getAttribute("data-state")).toBe("cm");
    expect(await page.evaluate(() => document.querySelector("video")?.paused)).toBe(false);
    await expectAccessible(page);

    await waitForState(page, "playing");
    await page.keyboard.press("k");
    await waitForState(page, "paused");
    await page.keyboard.press("5");
    const middle = await position(page);
    expect(middle).toBeCloseTo(5, 0);
    await page.keyboard.press("ArrowLeft");
    expect(await position(page)).toBeCloseTo(Math.max(0, middle - 5), 1);
    await page.keyboard.press("l");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowRight");
    expect(await position(page)).toBeCloseTo(5, 0);
    expect(await page.evaluate(() => navigator.mediaSession.metadata?.title)).toMatch(/sample/);
    await page.keyboard.press("p");
    expect(await position(page)).toBe(0);

    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await volume(page)).toBe("0.9");
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "Unmute" }).waitFor();
    await page.keyboard.press("End"); // paused it stays, also at the end
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Leave full screen" }).waitFor();
    await page.keyboard.press("f");
    await page.getByRole("button", { name: "Full screen", exact: true }).waitFor();

    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await expectAccessible(page);

    // Words typed beside the video are no keys of the player.
    await page.getByText("Your data", { exact: true }).click();
    await page.getByLabel("Genres of video you like").pressSequentially("km");
    expect(await page.locator(".stage").getAttribute("data-state")).toBe("paused");
    await page.keyboard.press("Escape"); // closes what the field offers
    await page.getByRole("button", { name: "Unmute" }).click();

    await page.reload();
    await waitForState(page, "ready");
    expect(await volume(page)).toBe("0.9");
  });
});

const CAPTIONS = `1
00:00:00,000 --> 00:00:20,000
<b>The</b> bay at dawn

2
00:00:30,000 --> 00:00:40,000
Later
`;

it("P3: speed, captions, pictures over the seek bar and a small window, none of which helps against a CM", async () => {
  await withPage(app, "/", async ({ page, context }) => {
    await page.getByRole("link", { name: "Watch Bay" }).click();
    await playThroughCm(page);

    // ---- Speed: media time against the page's, in any half second ----
    for (let i = 0; i < 4; i++) await page.keyboard.press(">");
    expect(await page.getByLabel("Speed").inputValue()).toBe("2");
    await page.keyboard.press("Home");
    await page.waitForFunction(
      () => {
        const bar = document.querySelector<HTMLInputElement>("input.seek");
        const seen = globalThis as unknown as { since?: [number, number] };
        const now: [number, number] = [performance.now() / 1000, Number(bar?.value)];
        seen.since ??= now;
        const [seconds, media] = [now[0] - seen.since[0], now[1] - seen.since[1]];
        if (seconds < 0.5) return false;
        seen.since = now;
        return media / seconds > 1.6 && media / seconds < 2.4;
      },
      undefined,
      { polling: 50 },
    );
    await page.keyboard.press("<");
    expect(await page.getByLabel("Speed").inputValue()).toBe("1.75");
    await page.getByLabel("Speed").selectOption("1");
    await page.locator(".stage-host").click();
    await waitForState(page, "paused");

    // ---- Captions: without any, the key says so and opens no dialogue ----
    let dialogues = 0;
    const onChooser = () => {
      dialogues += 1;
    };
    page.on("filechooser", onChooser);
    await page.keyboard.press("c");
    await page.getByText("This video has no captions.").waitFor();
    expect(dialogues).toBe(0);
    page.off("filechooser", onChooser);
    const chooser = page.waitForEvent("filechooser");
    await page.evaluate(() => {}); // the browser is told to wait for it
    await page.getByRole("button", { name: "Open captions (.vtt or .srt)" }).click();
    await (await chooser).setFiles({ name: "bay.srt", mimeType: "text/plain", buffer: Buffer.from(CAPTIONS) });
    await page.locator(".captions").waitFor();
    expect(await page.locator(".captions").innerHTML()).toBe("<p><b>The</b> bay at dawn</p>");
    await page.keyboard.press("c");
    await page.locator(".captions").waitFor({ state: "detached" });
    await page.locator("input[data-captions]").setInputFiles({
      name: "no.vtt",
      mimeType: "text/vtt",
      buffer: Buffer.from("not captions"),
    });
    await page.getByText("there are no captions in this file").waitFor();

    // ---- A picture of what was seen, without asking the service for anything ----
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await seekBar(page).hover({ position: { x: 20, y: 5 } });
    const preview = page.locator(".seek-preview img");
    await preview.waitFor();
    expect(await preview.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(
      160,
    );
    expect(asked.filter((url) => url.includes("/api/"))).toEqual([]);

    // ---- The small window takes the whole picture along ----
    const [small] = await Promise.all([
      context.waitForEvent("page"),
      page.getByRole("button", { name: "Small window on top" }).click(),
    ]);
    await small.locator(".player-view .video-canvas").waitFor();
    await page.getByText("The picture is in the small window.").waitFor();
    await page.getByRole("button", { name: "Small window on top" }).click();
    await page.locator(".stage .video-canvas").waitFor();

    // ---- In the CM behind the video ----
    await page.getByLabel("Speed").selectOption("2");
    await page.keyboard.press("n");
    await waitForState(page, "last-cm");
    expect(await page.getByLabel("Speed").isDisabled()).toBe(true);
    expect(await page.locator("video.cm-video").evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(1);
    await page.keyboard.press(">");
    await page.getByText("The commercial cannot be skipped").waitFor();
    await waitForState(page, "ended");
    await expectAccessible(page);
  });
});
