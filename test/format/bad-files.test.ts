/** What is no main file, or no whole one: each is refused in one line that says what to do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { FormatError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";

const ROOT = join(import.meta.dirname, "../..");
const scene = new Uint8Array(readFileSync(join(ROOT, "samples/scene.cmx")));

const flipped = (place: number): Uint8Array => {
  const bytes = scene.slice();
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
};

const OWN: [string, Uint8Array][] = [
  ["nothing", new Uint8Array()],
  ["one byte", Uint8Array.of(0x43)],
  ["zeros", new Uint8Array(4096)],
  ["the slave", new Uint8Array(readFileSync(join(ROOT, "samples/scene.cms")))],
  ["an MP4", new Uint8Array(readFileSync(join(ROOT, "samples/scene.mp4")))],
  ...[8, 15, 16, 400, 20_000, scene.length >> 1, scene.length - 13, scene.length - 1].map(
    (length): [string, Uint8Array] => [`the main cut at byte ${length}`, scene.subarray(0, length)],
  ),
  ["the main without its first byte", scene.subarray(1)],
  ["the main with a byte behind it", Uint8Array.from([...scene, 0])],
  ...[0, 9, 14, 40, 12_000, scene.length - 300, scene.length - 3].map((place): [string, Uint8Array] => [
    `the main with a bit of byte ${place} changed`,
    flipped(place),
  ]),
];

async function expectRefused(bytes: Uint8Array): Promise<void> {
  const error = await MainReader.open(sourceFromBytes(bytes)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(/^[^\n]{20,300}$/);
}

describe("as a main file the reader refuses", () => {
  it.each(OWN)("%s", async (_name, bytes) => {
    await expectRefused(bytes);
  });

  for (const path of [...ownFiles("broken"), ...mediaFiles("broken")])
    it(`${nameOf(path)}, renamed to .cmx`, async () => {
      await expectRefused(readBytes(path));
    });
});
