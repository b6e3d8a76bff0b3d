/** P4: every arrow of Fig. 12 against the real server, by pointer, by touch on a narrow screen, and by a remote control's keys on a large one. */
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { type PublishedMain, publishScene } from "./support/clips.ts";
import { chooseOfCard, pressPlay, waitForState, withPage } from "./support/pages.ts";

/** A CM that short leaves time to try to skip it, and does not make many of them long. */
const CM_SECONDS = 1.5;

let app: TestApp;
let one: PublishedMain;
let two: PublishedMain;

beforeAll(async () => {
  app = await startApp(CM_SECONDS);
  one = await publishScene(app, "One", 4);
  two = await publishScene(app, "Two", 4);
});

afterAll(() => app?.close());

/** What the viewer does. */
type Action = "wait" | "forward" | "back" | "to One" | "over the end" | "over the start" | "stop";

/** A row of the table: an arrow of Fig. 12, and where it leads. */
type Arrow = [figure: string, action: Action, to: "CM 1" | "CM 2" | "CM 3" | "One" | "Two" | "ended"];

/** How the viewer does it. */
type Hands = Record<Exclude<Action, "wait">, (page: Page) => Promise<void>>;

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const toEnd = (page: Page) => page.keyboard.press("End");

const POINTER: Hands = {
  forward: (page) => button(page, "Next video").click(),
  back: (page) => button(page, "Previous video").click(),
  "to One": (page) => button(page, "One").click(),
  "over the end": toEnd,
  "over the start": (page) => button(page, "Back 10 seconds").dblclick(),
  stop: (page) => button(page, "Stop").click(),
};
const TOUCH: Hands = {
  ...POINTER,
  forward: (page) => button(page, "Next video").tap(),
  back: (page) => button(page, "Previous video").tap(),
  "to One": (page) => button(page, "One").tap(),
  stop: (page) => button(page, "Stop").tap(),
};

/** On a remote control. Each action begins and ends on the picture. */
const press = async (page: Page, ...keys: ("Up" | "Down" | "Left" | "Right" | "Enter")[]) => {
  for (const key of keys) await page.keyboard.press(key === "Enter" ? key : `Arrow${key}`);
};
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    return element.matches(".stage") ? "picture" : (element.ariaLabel ?? element.innerText);
  });
const REMOTE: Hands = {
  forward: (page) => press(page, "Enter", "Right", "Right", "Right", "Enter", "Up"),
  back: (page) => press(page, "Enter", "Left", "Left", "Enter", "Up"),
  "to One": async (page) => {
    await press(page, "Enter", "Down");
    expect(await focused(page)).toBe("Two");
    await press(page, "Up");
    expect(await focused(page)).toBe("One");
    await press(page, "Enter");
    for (let up = 0; up < 5 && (await focused(page)) !== "picture"; up++) await press(page, "Up");
  },
  "over the end": (page) => press(page, "Right"),
  "over the start": (page) => press(page, "Left", "Left"),
  stop: (page) => press(page, "Enter", "Right", "Enter", "Up"),
};

/** Waits until the page says that the play stands there. @returns where the service says that it stands, asked at that moment */
function waitForPlace(page: Page, playId: string, place: Arrow[2]): Promise<string> {
  return page.evaluate(
    async ([id, wanted]) => {
      const isThere = () => {
        const state = document.querySelector<HTMLElement>(".stage")?.dataset.state ?? "";
        const current = document.querySelector(".playlist [aria-current]")?.textContent ?? "";
        if (wanted === "ended") return state === "ended";
        const isOfKind = wanted.startsWith("CM") ? state === "cm" || state === "last-cm" : state === "playing";
        return isOfKind && current.startsWith(wanted.replace("CM", "Commercial"));
      };
      for (let tries = 0; !isThere(); tries++) {
        if (tries === 1000) return `not there: ${document.querySelector(".watch")?.textContent}`;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { kind, number } = await (await fetch(`/api/plays/${id}`)).json();
      if (kind === "over") return "ended";
      return kind === "cm" ? `CM ${number}` : number === 1 ? "One" : "Two";
    },
    [playId, place] as const,
  );
}

/** Presses Play; CM 1 is then on. @returns the play's id */
async function startPlay(page: Page, start: (page: Page) => Promise<void> = pressPlay): Promise<string> {
  const opened = page.waitForResponse((response) => response.url().endsWith("/api/plays"));
  await start(page);
  const { playId } = await (await opened).json();
  expect(await waitForPlace(page, playId, "CM 1")).toBe("CM 1");
  return playId;
}

async function walk(page: Page, hands: Hands, playId: string, arrows: readonly Arrow[]): Promise<void> {
  for (const [figure, action, to] of arrows) {
    if (action !== "wait") await hands[action](page);
    expect(await waitForPlace(page, playId, to), `Fig. ${figure}: ${action}`).toBe(to);
  }
}

const watchBoth = () => `/watch?main=${one.mainId}&main=${two.mainId}`;

describe("P4 Fig. 12", () => {
  it("by pointer: a list of files that is put in order, and the arrows of (a) and (c)", async () => {
    await withPage(app, "/watch", async ({ page }) => {
      await page.setInputFiles('input[type="file"]', [two.path, one.path]);
      await waitForState(page, "ready");
      await button(page, "Move “One” up").click();
      await button(page, "Take “Two” off the list").click();
      expect(await page.locator(".playlist").count()).toBe(0); // one video is no list
      const [chooser] = await Promise.all([
        page.waitForEvent("filechooser"),
        button(page, "Add to the playlist").click(),
      ]);
      await chooser.setFiles(two.path);
      await page.getByRole("region", { name: "Playlist" }).waitFor();
      expect(await page.locator(".playlist li").allInnerTexts()).toMatchObject([
        "Commercial 1",
        expect.stringMatching(/^One/),
        "Commercial 2",
        expect.stringMatching(/^Two/),
        "Commercial 3",
      ]);
      await expectAccessible(page);
      await walk(page, POINTER, await startPlay(page), [
        ["12a", "wait", "One"],
        ["12c", "forward", "CM 2"],
        ["12a", "wait", "Two"],
        ["12a", "over the end", "CM 3"],
        ["12a", "wait", "ended"],
      ]);
    });
  });

  it("by touch at 360 px: picked in the library, to the next video, to the first, and stop", async () => {
    const screen = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    await withPage(
      app,
      "/",
      async ({ page }) => {
        await chooseOfCard(page, "One", "Add to the playlist");
        await chooseOfCard(page, "Two", "Add to the playlist");
        await expectAccessible(page);
        await page.getByRole("link", { name: "Watch 2 in this order" }).tap();
        await waitForState(page, "ready");
        expect(page.url()).toContain(watchBoth());
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        await walk(page, TOUCH, await startPlay(page), [
          ["12a", "wait", "One"],
          ["12c", "forward", "CM 2"],
          ["12a", "wait", "Two"],
          ["12d", "to One", "CM 1"],
          ["12a", "wait", "One"],
          ["12d", "stop", "CM 3"],
        ]);
        await expectAccessible(page);
        await waitForState(page, "ended");
      },
      screen,
    );
  });

  it("by arrow keys and Enter alone at 1080p: nothing leads forward in a CM, which is said; a CM that was left comes first next time", async () => {
    const screen = { viewport: { width: 1920, height: 1080 } };
    await withPage(
      app,
      watchBoth(),
      async ({ page, expectProblem }) => {
        expectProblem("/moves"); // the request below that the service refuses
        await waitForState(page, "ready");
        expect(await focused(page)).toBe("Play");
        const pressEnter = () => press(page, "Enter");
        const playId = await startPlay(page, pressEnter);
        expect(await focused(page)).toBe("picture");
        const inCm = await page.evaluate(async (id) => {
          const off = (name: string) =>
            [...document.querySelectorAll("button")].find(
              (one) => one.getAttribute("aria-label") === name || one.textContent === name,
            )?.ariaDisabled;
          const headers = { "content-type": "application/json" };
          const init = { method: "POST", headers, body: '{"kind":"next"}' };
          return {
            off: ["Next video", "Forward 10 seconds", "Pause", "Two"].map(off),
            refused: (await (await fetch(`/api/plays/${id}/moves`, init)).json()).error.code,
            state: document.querySelector<HTMLElement>(".stage")?.dataset.state,
          };
        }, playId);
        expect(inCm).toEqual({ off: ["true", "true", "true", "true"], refused: "in_cm", state: "cm" });
        await press(page, "Right");
        await page.getByText("The commercial cannot be skipped").waitFor();

        await page.reload(); // the window is closed by force
        await waitForState(page, "ready");
        const again = await startPlay(page, pressEnter);
        await page.getByText("You left this commercial last time").first().waitFor();
        await walk(page, REMOTE, again, [
          ["12b", "wait", "One"],
          ["12d", "over the start", "CM 1"],
          ["12a", "wait", "One"],
          ["12c", "forward", "CM 2"],
          ["12a", "wait", "Two"],
          ["12d", "back", "CM 1"],
          ["12a", "wait", "One"],
          ["12a", "over the end", "CM 2"],
          ["12a", "wait", "Two"],
          ["12d", "to One", "CM 1"],
          ["12a", "wait", "One"],
          ["12d", "stop", "CM 3"],
        ]);
        await waitForState(page, "ended");
        expect(await focused(page)).toBe("Play again");
      },
      screen,
    );
  });

  it("P5: the focus stays in the window where what had it goes off or away", async () => {
    await withPage(app, watchBoth(), async ({ page }) => {
      await waitForState(page, "ready");
      await press(page, "Down", "Down", "Right", "Right");
      expect(await focused(page)).toBe("Take “One” off the list");
      await press(page, "Enter"); // one video is no list
      await expect.poll(() => focused(page)).toBe("Play");
      await press(page, "Enter");
      await waitForState(page, "cm");
      await press(page, "Enter");
      expect(await focused(page)).toBe("Stop");
      await press(page, "Right", "Enter"); // Forward, which is off
      await page.getByText("The commercial cannot be skipped").waitFor();
      await waitForState(page, "playing");
      expect(await focused(page)).toBe("Forward 10 seconds");
      await press(page, "Up");
      await page.getByText("Your data", { exact: true }).focus();
      await press(page, "Up", "Up", "Up", "Up", "Up", "Up");
      expect(await focused(page)).toBe("picture");
    });
  });
});
