/** What tests do with the Studio and Watch pages. */
import type { Page } from "playwright";
import { expect } from "vitest";
import { openPage, type PageOptions, type TestApp, type TestPage } from "./app.ts";

/** Opens a page, and finds no error in its console at the end. */
export async function withPage(
  app: TestApp,
  path: string,
  use: (opened: TestPage) => Promise<void>,
  options?: PageOptions,
): Promise<void> {
  const opened = await openPage(app, path, options);
  try {
    await use(opened);
    expect(opened.problems).toEqual([]);
  } finally {
    await opened.close();
  }
}

/** A video or main, not captions. */
export const chooseFile = (page: Page, path: string): Promise<void> =>
  page.setInputFiles('input[type="file"]:not([accept^=".vtt"])', path);

export const stateOf = (page: Page): Promise<string | null> => page.getAttribute(".stage", "data-state");

/** Waits for a state of the player; where it does not come, says in which it is and what stands on the page. */
export async function waitForState(page: Page, state: string, timeout = 30_000): Promise<void> {
  await page.waitForSelector(`.stage[data-state="${state}"]`, { timeout }).catch(async (cause: unknown) => {
    const now = await page.evaluate(() => {
      const stage = document.querySelector<HTMLElement>(".stage");
      return `${stage?.dataset.state}: ${(stage ?? document.body).innerText.slice(0, 400)}`;
    });
    throw new Error(`waited ${timeout} ms for "${state}", the player is at ${now}`, { cause });
  });
}

/** Presses Play on an opened main and sits through the CM. */
export async function playThroughCm(page: Page): Promise<void> {
  await waitForState(page, "ready");
  await pressPlay(page);
  await waitForState(page, "playing");
}

export const pressPlay = (page: Page): Promise<void> =>
  page.getByRole("button", { name: "Play", exact: true }).first().click();

/** Pauses by the button, which comes back with the pointer's move if it has gone to rest. */
export async function pressPause(page: Page): Promise<void> {
  const box = await page.locator(".stage").boundingBox();
  if (box === null) throw new Error("the stage is not on the screen");
  for (const share of [0.4, 0.5]) await page.mouse.move(box.x + box.width * share, box.y + box.height * share);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
}

export const seekBar = (page: Page) => page.getByLabel("Position", { exact: true });

/** Where the player says it is; what the seek bar stands at. */
export const position = async (page: Page): Promise<number> => Number(await seekBar(page).inputValue());

export async function waitForPosition(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number(document.querySelector<HTMLInputElement>("input.seek")?.value) >= wanted,
    seconds,
    { timeout: 30_000, polling: 20 },
  );
}

/** Waits until the picture that belongs at `seconds` is on the canvas. */
export async function waitForPicture(page: Page, seconds: number, frameSeconds: number): Promise<void> {
  await page.waitForFunction(
    ([target, frame]) => {
      const time = Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds);
      return time <= target + 1e-3 && time > target - frame - 1e-3;
    },
    [seconds, frameSeconds] as const,
    { timeout: 30_000 },
  );
}

export async function clickSeekBar(page: Page, share: number): Promise<void> {
  const box = await seekBar(page).boundingBox();
  if (box === null) throw new Error("the seek bar is not on the screen");
  await page.mouse.click(box.x + box.width * share, box.y + box.height / 2);
}

/** Chooses from what a card of the library offers besides watching. */
export async function chooseOfCard(page: Page, title: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `More: ${title}`, exact: true }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

/** Waits until the division's progress bar is beyond `percent`. */
export async function waitForProgress(page: Page, percent: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number(document.querySelector<HTMLProgressElement>(".dividing progress")?.value) > wanted,
    percent,
    { timeout: 60_000, polling: 50 },
  );
}

export type MethodName = "Keep as it is" | "Compress and divide";

export const chooseMethod = (page: Page, name: MethodName): Promise<void> => page.getByLabel(name).check();

/** Divides a file in the Studio, keeps the `.cmx` at `keepAt`, and goes on to Watch with it. */
export async function divideAndWatch(
  page: Page,
  source: string,
  keepAt: string,
  method: MethodName = "Compress and divide",
): Promise<void> {
  await chooseFile(page, source);
  await chooseMethod(page, method);
  await page.getByRole("button", { name: "Divide", exact: true }).click();
  const save = page.getByRole("link", { name: "Save .cmx" });
  await save.waitFor({ timeout: 120_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), save.click()]);
  await download.saveAs(keepAt);
  await page.getByRole("button", { name: "Watch it now" }).click();
}
