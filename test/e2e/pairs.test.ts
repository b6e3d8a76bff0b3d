/** Pairs that version 5c80022 wrote (test/pairs) play in this version, behind a CM; so do those of method `mpeg`, which that version did not play. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { sampleOf } from "../support/sample.ts";
import { ROOT } from "../support/tree.ts";
import { sendFile } from "../support/upload.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { chooseFile, playThroughCm, waitForState, withPage } from "./support/pages.ts";

const pair = (name: string, ending: "cmx" | "cms"): string => join(ROOT, `test/pairs/${name}.${ending}`);
const PLAYED = [
  ...["compress-sealed", "compress-patent", "samples-sealed", "samples-patent"],
  ...["mpeg-sealed", "mpeg-kept-sealed", "mpeg-patent"],
];

let app: TestApp;

beforeAll(async () => {
  app = await startApp(1);
  for (const name of PLAYED) {
    const slave = new Uint8Array(readFileSync(pair(name, "cms")));
    const { header } = await SlaveReader.open(sourceFromBytes(slave));
    const sent = await sendFile(app.url, "slave", toHex(header.id), slave, await app.administrator());
    expect(sent.status).toBe(201);
  }
});
afterAll(() => app?.close());

/** Viewers of their own: one would be shown one CM at a time. */
const GUEST = { isSignedIn: false };

// All of them are combined in each run (test/codec/pairs.test.ts); some of them play.
it.concurrent.each(sampleOf(PLAYED, 2))("P3 %s plays to its end", async (name) => {
  await withPage(
    app,
    "/watch",
    async ({ page }) => {
      await chooseFile(page, pair(name, "cmx"));
      await playThroughCm(page);
      await waitForState(page, "ended");
    },
    GUEST,
  );
});
