/** Languages of a source's sounds, as a main's header names them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openIndex } from "../../codec/index.ts";
import { sourceFromBytes } from "../../codec/page.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

it.skipIf(!hasFfmpeg()).each([
  // It has one name for all layers of MPEG audio.
  ["two.mp4", "mp3"],
  ["two.mkv", "mp2"],
  ["two.ts", "mp2"],
])("%s", async (name, codec) => {
  const bytes = withFolder((folder) => {
    const path = join(folder, name);
    const tone = ["-f", "lavfi", "-i", "sine=duration=0.5:sample_rate=48000"];
    const inputs = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=25:duration=0.5", ...tone, ...tone, ...tone];
    const maps = ["0:v", "1:a", "2:a", "3:a"].flatMap((map) => ["-map", map]);
    const languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=jpn"];
    const coding = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "mp2"];
    execFileSync("ffmpeg", ["-v", "error", ...inputs, ...maps, ...coding, ...languages, path]);
    return new Uint8Array(readFileSync(path));
  });
  const { streams } = await openIndex(sourceFromBytes(bytes));
  const sounds = streams.flatMap(({ track }) => (track?.kind === "audio" ? [track] : []));
  expect(sounds.map(({ language }) => language)).toEqual(["eng", "jpn", undefined]);
  expect(new Set(sounds.map((sound) => sound.codec))).toEqual(new Set([codec]));
});
