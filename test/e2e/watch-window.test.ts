/** P3: what a viewer knows from other players: the picture's whole room, starting and going on, the sponsor's way, sharing. */
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleOf } from "../support/sample.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishScene } from "./support/clips.ts";
import { playThroughCm, position, stateOf, waitForPosition, waitForState, withPage } from "./support/pages.ts";

const CM_SECONDS = 5;
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

let app: TestApp;
let long: PublishedMain;
let upright: PublishedMain;

beforeAll(async () => {
  app = await startApp(CM_SECONDS);
  long = await publishScene(app, "Long & low", 40);
  upright = await publishScene(app, "Upright", 12, [], true);
});

afterAll(() => app?.close());

const watch = ({ mainId }: PublishedMain, more = "") => `/watch?main=${mainId}${more}`;
const opacity = (page: Page) =>
  page.locator(".controls").evaluate((element) => Number(getComputedStyle(element).opacity));
const boxOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  });

/** How long ago the layout shifted, and by how much in all; movements within half a second of a click are the click's. */
const watchShifts = () => {
  Object.assign(window, { shifts: 0 });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) (window as unknown as { shifts: number }).shifts += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
};
const shiftsOf = (page: Page) => page.evaluate(() => (window as unknown as { shifts: number }).shifts);

const SIZES = [
  { width: 1280, height: 860 },
  { width: 360, height: 740 },
] as const;
const VISITS = SIZES.flatMap((size) => [false, true].map((isSignedIn) => ({ ...size, isSignedIn })));

it.each(sampleOf(VISITS, 1))(
  "P3: nothing on the page moves while the video opens, in the CM and behind it: %o",
  async ({ width, height, isSignedIn }) => {
    await withPage(
      app,
      "/",
      async ({ page }) => {
        await page.addInitScript(watchShifts);
        await page.goto(watch(long));
        await waitForState(page, "ready");
        const before = await boxOf(page, ".player");
        await page.locator(".play-large").click();
        await waitForState(page, "cm");
        const inCm = await boxOf(page, ".controls");
        await waitForState(page, "playing");
        expect(await boxOf(page, ".controls")).toEqual(inCm);
        expect(await boxOf(page, ".player")).toEqual(before);
        console.info(
          `layout shifts at ${width}x${height}, signed ${isSignedIn ? "in" : "out"}: ${await shiftsOf(page)}`,
        );
        expect(await shiftsOf(page)).toBeLessThan(0.05);
      },
      { viewport: { width, height }, isSignedIn },
    );
  },
);

it.each(sampleOf(VISITS, 1))(
  "P1: the library and the account keep what is on screen where it is while they load: %o",
  async ({ width, height, isSignedIn }) => {
    await withPage(
      app,
      "/",
      async ({ page }) => {
        await page.addInitScript(watchShifts);
        for (const path of ["/", "/account", "/"]) {
          await page.goto(path);
          const there =
            path === "/" ? page.getByRole("link", { name: "Watch Bay" }) : page.locator(".account-card").first();
          await there.waitFor();
          await page.waitForLoadState("networkidle");
          await page.waitForTimeout(300);
          console.info(
            `layout shifts of ${path} at ${width}, signed ${isSignedIn ? "in" : "out"}: ${await shiftsOf(page)}`,
          );
          expect(await shiftsOf(page), path).toBeLessThan(0.05);
        }
      },
      { viewport: { width, height }, isSignedIn },
    );
  },
);

it("P3: the controls lie over the picture, hide after three seconds, in a CM too, and come back by key and pointer", async () => {
  await withPage(app, watch(long), async ({ page }) => {
    await waitForState(page, "ready");
    await page.locator(".play-large").click();
    await waitForState(page, "cm");
    const [picture, controls] = [await boxOf(page, ".stage"), await boxOf(page, ".controls")];
    expect(controls.y + controls.height).toBeLessThanOrEqual(picture.y + picture.height + 1);
    // The CM's own progress, not the video's.
    expect(await page.locator(".times").innerText()).toMatch(/ \/ 0:05$/);
    await expect.poll(() => page.locator(".seek-played").evaluate((bar) => bar.clientWidth)).toBeGreaterThan(50);
    expect(await opacity(page)).toBe(1);
    await expect.poll(() => opacity(page), { timeout: 4500 }).toBe(0);
    expect(await stateOf(page)).toBe("cm");
    await waitForState(page, "playing");
    await page.mouse.move(500, 300);
    await page.mouse.move(510, 310);
    await expect.poll(() => opacity(page)).toBe(1);
    await expect.poll(() => opacity(page), { timeout: 4500 }).toBe(0);
    await page.keyboard.press("m");
    await expect.poll(() => opacity(page)).toBe(1);
    await page.keyboard.press("k");
    await page.waitForTimeout(3500); // paused they stay
    expect(await opacity(page)).toBe(1);
  });
});

it("P3: full screen is the whole screen without a frame; a double click leads there and back", async () => {
  await withPage(
    app,
    watch(long),
    async ({ page }) => {
      await playThroughCm(page);
      await page.keyboard.press("f");
      const screen = { x: 0, y: 0, width: 1920, height: 1080 };
      await expect.poll(() => boxOf(page, ".video-canvas")).toEqual(screen);
      await page.locator(".stage").focus();
      await page.keyboard.press("ArrowUp");
      expect(await page.locator(".stage").evaluate((stage) => getComputedStyle(stage).outlineStyle)).toBe("none");
      expect(await page.locator(".stage").evaluate((stage) => getComputedStyle(stage, "::after").display)).toBe("none");
      await expect.poll(() => opacity(page), { timeout: 4500 }).toBe(0);
      const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
      await page.locator(".stage-host").dblclick({ position: { x: 900, y: 400 } });
      await expect.poll(isFull).toBe(false);
      expect(await stateOf(page)).toMatch(/playing|buffering/);
      await page.locator(".stage-host").dblclick({ position: { x: 300, y: 200 } });
      await expect.poll(isFull).toBe(true);
    },
    { viewport: { width: 1920, height: 1080 } },
  );
});

it("P3: on a phone two taps at a side go ten seconds, a tap of hidden controls shows them, and full screen turns", async () => {
  await withPage(
    app,
    "/",
    async ({ page }) => {
      await page.addInitScript(() => {
        Object.assign(window, { locked: [] });
        screen.orientation.lock = async (kind: string) =>
          void (window as unknown as { locked: string[] }).locked.push(kind);
      });
      await page.goto(watch(long));
      await waitForState(page, "ready");
      await page.locator(".play-large").tap();
      await waitForState(page, "playing");
      const host = await boxOf(page, ".stage-host");
      const tap = (share: number) => page.touchscreen.tap(host.x + host.width * share, host.y + 60);
      await tap(0.9);
      await tap(0.9);
      await waitForPosition(page, 10);
      expect(await stateOf(page)).toMatch(/playing|buffering/);
      await page.waitForTimeout(500);
      await tap(0.1);
      await tap(0.1);
      await expect.poll(() => position(page)).toBeLessThan(9);
      await waitForState(page, "playing");
      await expect.poll(() => opacity(page), { timeout: 4500 }).toBe(0);
      const stop = await boxOf(page, '[data-name="stop"]');
      await page.touchscreen.tap(stop.x + stop.width / 2, stop.y + stop.height / 2);
      await expect.poll(() => opacity(page)).toBe(1);
      expect(await stateOf(page)).toMatch(/playing|buffering/);
      await page.getByRole("button", { name: "Full screen", exact: true }).tap();
      await expect
        .poll(() => page.evaluate(() => (window as unknown as { locked: string[] }).locked))
        .toEqual(["landscape"]);
    },
    PHONE,
  );
});

it.each(sampleOf(["poster", "k", "Space"], 1))("P3: %s starts the video", async (way) => {
  await withPage(app, watch(long), async ({ page }) => {
    await waitForState(page, "ready");
    const poster = await boxOf(page, ".stage");
    if (way === "poster") await page.mouse.click(poster.x + 40, poster.y + 60);
    else await page.keyboard.press(way);
    await waitForState(page, "cm");
    await page.getByRole("button", { name: "Stop" }).click();
    await waitForState(page, "ready");
  });
});

it("P3 P4: a click on the seek bar in a CM is answered, and Stop says before that a CM comes", async () => {
  await withPage(app, watch(long), async ({ page }) => {
    await waitForState(page, "ready");
    await page.locator(".play-large").click();
    await waitForState(page, "cm");
    const bar = await boxOf(page, "input.seek");
    await page.mouse.click(bar.x + 200, bar.y + bar.height / 2);
    await page.getByText("The commercial cannot be skipped").waitFor();
    await waitForState(page, "playing");
    const stop = page.getByRole("button", { name: "Stop" });
    expect(await stop.getAttribute("aria-description")).toBe(
      "Stops the video. A last commercial comes first; it ends the play.",
    );
    await stop.hover();
    expect(await stop.evaluate((button) => getComputedStyle(button, "::after").content)).toContain(
      "A last commercial comes",
    );
    await expectAccessible(page);
  });
});

it("P3 P4: a video goes on after a reload without another CM, at its speed; and in a new play where the viewer was", async () => {
  await withPage(app, watch(long), async ({ page, context }) => {
    await playThroughCm(page);
    await page.getByLabel("Speed").selectOption("1.5");
    await page.keyboard.press("5");
    await waitForState(page, "playing");
    await waitForPosition(page, 21);
    const opened: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/api/plays")) opened.push(request.url());
    });
    await page.reload();
    await page.getByRole("button", { name: /^Continue at 0:2\d$/ }).click();
    await waitForState(page, "playing");
    expect(opened).toEqual([]);
    expect(await page.evaluate(() => document.querySelector(".cm-line"))).toBeNull();
    await waitForPosition(page, 21.5);
    expect(await position(page)).toBeLessThan(30);
    expect(await page.getByLabel("Speed").inputValue()).toBe("1.5");
    // Back to the start by one button.
    await page.getByRole("button", { name: "Start over" }).click();
    await expect.poll(() => position(page)).toBeLessThan(5);
    await page.keyboard.press("5");
    await waitForPosition(page, 20.5);
    await page.close();

    // A new play, with its CM: where the viewer was.
    const again = await context.newPage();
    await again.goto(app.url + watch(long));
    await playThroughCm(again);
    expect(opened).toEqual([]);
    await again.getByText(/^Continued at 0:2\d\./).waitFor();
    await waitForPosition(again, 19);

    // A shared place is meant.
    await again.goto(app.url + watch(long, "&t=33"));
    await playThroughCm(again);
    expect(await position(again)).toBeGreaterThanOrEqual(33);
    expect(await position(again)).toBeLessThan(37);
  });
});

it("P4: on a phone the sponsor's link is over the CM, the CM leads there too, and is as large as the picture's room", async () => {
  await withPage(
    app,
    watch(upright),
    async ({ page, context }) => {
      await waitForState(page, "ready");
      const clicks: string[] = [];
      page.on("request", (request) => {
        if (request.url().endsWith("/events") && request.postData()?.includes('"click"')) clicks.push(request.url());
      });
      await page.locator(".play-large").tap();
      await waitForState(page, "cm");
      const link = page.locator(".stage").getByRole("link", { name: /^Visit / });
      expect(await link.isVisible()).toBe(true);
      const visible = await boxOf(page, ".cm-visit");
      expect(visible.height).toBeGreaterThanOrEqual(40);
      expect(visible.y + visible.height).toBeLessThan(740);
      expect((await boxOf(page, "video.cm-video")).width).toBe(360);
      const host = await boxOf(page, ".stage-host");
      const [sponsor] = await Promise.all([
        context.waitForEvent("page"),
        page.touchscreen.tap(host.x + host.width / 2, host.y + host.height / 3),
      ]);
      await sponsor.close();
      await expect.poll(() => clicks.length).toBe(1);
      await page.getByRole("button", { name: "Stop" }).tap(); // this viewer's next CM need not wait
      await waitForState(page, "ready");
    },
    PHONE,
  );
  await withPage(app, watch(upright), async ({ page }) => {
    await waitForState(page, "ready");
    await page.locator(".play-large").click();
    await waitForState(page, "cm");
    const cm = await boxOf(page, "video.cm-video");
    console.info(`the CM of an upright video on a desktop: ${cm.width} x ${cm.height}`);
    expect(cm.width).toBeGreaterThan(700);
    expect(cm.height).toBeGreaterThan(400);
    await page.getByText("Why this commercial?").click();
    await page.getByText("Nothing about you was used.").waitFor();
    await waitForState(page, "playing");
    const picture = await boxOf(page, ".video-canvas");
    expect(picture.width / picture.height).toBeCloseTo(9 / 16, 1);
  });
});

it("P3: volume and speed are shown and told, keys are explained, and the tab has the video's title", async () => {
  await withPage(app, watch(long), async ({ page }) => {
    await waitForState(page, "ready");
    await expect.poll(() => page.title()).toBe("Long & low – Cmix");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("play-large");
    const said = page.locator(".stage-change[role=status]");
    await page.keyboard.press("m");
    await expect.poll(() => said.innerText()).toBe("Sound off");
    await page.keyboard.press("m");
    await expect.poll(() => said.innerText()).toBe("Volume 100 %");
    await playThroughCm(page);
    await page.keyboard.press(">");
    await expect.poll(() => said.innerText()).toBe("Speed 1.25×");
    await expect.poll(() => said.innerText(), { timeout: 3000 }).toBe("");
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.waitFor();
    await expectAccessible(page);
    await page.keyboard.press("k"); // is typed into the dialogue
    expect(await stateOf(page)).toMatch(/playing|buffering/);
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    const narrow = (await boxOf(page, ".player")).width;
    await page.keyboard.press("t");
    await expect.poll(async () => (await boxOf(page, ".player")).width).toBeGreaterThan(narrow + 200);
    await page.reload();
    await waitForState(page, "ready");
    expect((await boxOf(page, ".player")).width).toBeGreaterThan(narrow + 200);
  });
});

it("P3: a place is shared by link and by code, what is loaded shows, and behind the end stands what to watch next", async () => {
  await withPage(app, watch(long), async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await playThroughCm(page);
    await expect
      .poll(() =>
        page
          .locator(".seek-loaded")
          .first()
          .evaluate((bar) => bar.clientWidth),
      )
      .toBeGreaterThan(20);
    await page.keyboard.press("k");
    await page.keyboard.press("5");
    await page.getByText("Share", { exact: true }).click();
    await page.getByLabel("Start at 0:20").check();
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("Link copied").waitFor();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    expect(await copied()).toBe(`${app.url}${watch(long, "&t=20")}`);
    await page.getByRole("button", { name: "Copy code" }).click();
    await page.getByText("Code copied").waitFor();
    expect(await copied()).toContain(`<cmix-player main="${long.mainId}" title="Long &amp; low"></cmix-player>`);
    await expectAccessible(page);
    await page.locator(".stage").focus();
    await page.keyboard.press("n");
    await waitForState(page, "ended");
    const next = page.locator(".next-videos").getByRole("link");
    expect(await next.count()).toBeGreaterThanOrEqual(2);
    expect(await next.allInnerTexts()).not.toContain("Long & low");
    // By arrows too: from Play again over the videos to the controls.
    await page.locator(".play-large").focus();
    await page.keyboard.press("ArrowDown");
    expect(await next.first().evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await waitForState(page, "ready");
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe("play-large");
    expect(page.url()).not.toContain(long.mainId);
  });
});
