/** S11: a main of another service, opened here (Cmix patent [0201]): whose it is is said, and nobody is asked before the viewer goes there. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, startTestServer, type TestApp, type TestServer } from "./support/app.ts";
import { publishScene } from "./support/clips.ts";
import { chooseFile, playThroughCm, waitForState, withPage } from "./support/pages.ts";

let app: TestApp;
let other: TestServer;

beforeAll(async () => {
  [app, other] = await Promise.all([startApp(1), startTestServer(1)]);
});
afterAll(() => Promise.all([app?.close(), other?.close()]));

it("P1: the player of one service names another service's main and leads to it when the viewer agrees", async () => {
  const { path, mainId } = await publishScene(other, "Elsewhere", 4, ["--service", other.url]);
  await withPage(app, "/watch", async ({ page, context }) => {
    const asked: string[] = [];
    context.on("request", (request) => asked.push(request.url()));
    await chooseFile(page, path);
    await waitForState(page, "ready");
    const { host } = new URL(other.url);
    await page.getByText(`This video belongs to another service: ${host}.`).waitFor();
    await expectAccessible(page);
    expect(asked.filter((url) => url.startsWith(other.url))).toEqual([]);
    await page.getByRole("link", { name: `Watch at ${host}` }).click();
    await page.waitForURL(`${other.url}/watch?main=${mainId}`);
    await playThroughCm(page);
  });
});

it("P1: a main of the service's own is no other's", async () => {
  const { path } = await publishScene(app, "Own", 4, ["--service", app.url]);
  await withPage(app, "/watch", async ({ page }) => {
    await chooseFile(page, path);
    await waitForState(page, "ready");
    expect(await page.locator("[data-other-service]").count()).toBe(0);
  });
});
