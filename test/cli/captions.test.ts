/** `cmix divide --captions` and what `cmix inspect` says of them. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-captions-"));
const at = (name: string): string => join(folder, name);

function cmix(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

const SCENE = `${ROOT}samples/scene.mp4`;
const JAPANESE = "WEBVTT\n\n00:00.000 --> 00:05.000\n夜明けの湾\n";
const ENGLISH = "1\n00:00:00,000 --> 00:00:05,000\n<i>The bay</i> at dawn\n";

beforeAll(() => {
  writeFileSync(at("scene.ja.vtt"), JAPANESE);
  writeFileSync(at("scene.en.srt"), ENGLISH);
  writeFileSync(at("broken.vtt"), "WEBVTT\n\n00:00.000 --> 00:05\nx\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("divide puts captions into the main, inspect lists them, and combine gives the source as if there were none", async () => {
  const divided = cmix(
    ...["divide", SCENE, "--out", at("pair"), "--json"],
    ...["--captions", `JA=${at("scene.ja.vtt")}`, "--captions", `en:captions=${at("scene.en.srt")}`],
  );
  expect(divided).toMatchObject({ code: 0, error: "" });
  const { main, extras, mainPath, slavePath } = JSON.parse(divided.out);
  const bytes = readFileSync(mainPath);
  expect(main + extras).toBe(bytes.length);

  const { captions } = JSON.parse(cmix("inspect", mainPath, "--json").out);
  expect(captions).toEqual([
    { language: "ja", label: "日本語", kind: "subtitles", bytes: Buffer.byteLength(JAPANESE) },
    { language: "en", label: "English", kind: "captions", bytes: expect.any(Number) },
  ]);
  const reader = await MainReader.open(sourceFromBytes(bytes));
  expect(await reader.readCaptions(0)).toBe(JAPANESE);
  expect(await reader.readCaptions(1)).toBe("WEBVTT\n\n1\n00:00:00.000 --> 00:00:05.000\n<i>The bay</i> at dawn\n");

  expect(cmix("combine", mainPath, slavePath, "--out", at("again.mp4")).code).toBe(0);
  expect(readFileSync(at("again.mp4")).equals(readFileSync(SCENE))).toBe(true);
});

it.runIf(hasFfmpeg())(
  "divide takes the captions inside the source when asked to, and says so where there are none",
  () => {
    const files = ["-i", SCENE, "-i", at("scene.en.srt"), "-map", "0", "-map", "1"];
    const options = ["-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng"];
    expect(spawnSync("ffmpeg", ["-v", "error", ...files, ...options, at("inside.mp4")]).status).toBe(0);
    const divided = cmix(
      ...["divide", at("inside.mp4"), "--out", at("inside"), "--json", "--captions", "source"],
      ...["--captions", `ja=${at("scene.ja.vtt")}`],
    );
    expect(divided).toMatchObject({ code: 0, error: "" });
    const { captions } = JSON.parse(cmix("inspect", JSON.parse(divided.out).mainPath, "--json").out);
    expect(captions).toMatchObject([{ language: "en", label: "English" }, { language: "ja" }]);

    expect(cmix("divide", SCENE, "--out", at("none"), "--captions", "source")).toMatchObject({
      code: 3,
      error: expect.stringMatching(/^cmix: --captions source: there are no captions[^\n]*\n$/),
    });
  },
);

for (const [method, file, options] of [
  ["compress", "scene.y4m", ["-pix_fmt", "yuv420p"]],
  ["mpeg", "scene.mpg", ["-c:v", "mpeg1video"]],
] as const) {
  it.runIf(hasFfmpeg())(`method ${method} carries them too`, async () => {
    const made = ["-v", "error", "-y", "-i", SCENE, "-an", "-frames:v", "12", ...options, at(file)];
    expect(spawnSync("ffmpeg", made).status).toBe(0);
    const divided = cmix("divide", at(file), "--out", at(method), "--json", "--captions", `ja=${at("scene.ja.vtt")}`);
    expect(divided.code).toBe(0);
    const { method: taken, mainPath, slavePath } = JSON.parse(divided.out);
    expect(taken).toBe(method);
    const reader = await MainReader.open(sourceFromBytes(readFileSync(mainPath)));
    expect(await reader.readCaptions(0)).toBe(JAPANESE);
    expect(cmix("combine", mainPath, slavePath, "--out", at(`again-${file}`)).code).toBe(0);
  });
}

it("inspect lists none where there are none, and no chapters", () => {
  const { captions, chapters } = JSON.parse(cmix("inspect", `${ROOT}samples/scene.cmx`, "--json").out);
  expect([captions, chapters]).toEqual([[], []]);
});

for (const [name, given, code, message] of [
  ["without a language", () => at("scene.ja.vtt"), 2, /LANGUAGE=FILE expected/],
  ["with a language that is none", () => `e!=${at("scene.ja.vtt")}`, 2, /LANGUAGE=FILE expected/],
  ["of a file that is not there", () => `en=${at("none.vtt")}`, 3, /no such file/],
  ["of a file that is no text", () => `en=${SCENE}`, 3, /UTF-8/],
  ["with a mistake", () => `en=${at("broken.vtt")}`, 3, /broken\.vtt, line 3: .* is no cue's times/],
] as const) {
  it(`captions ${name} are refused in one line before anything is written`, () => {
    const result = cmix("divide", SCENE, "--out", at("refused"), "--captions", given());
    expect(result).toMatchObject({ code, out: "", error: expect.stringMatching(/^cmix: [^\n]+\n$/) });
    expect(result.error).toMatch(message);
    expect(existsSync(at("refused"))).toBe(false);
  });
}
