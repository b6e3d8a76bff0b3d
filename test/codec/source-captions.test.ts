/** Captions inside files that other programs made: ffmpeg and mediabunny. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MkvOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  TextSubtitleSource,
} from "mediabunny";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { CaptionTrack } from "../../codec/captions/caption-track.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { readSourceCaptions } from "../../codec/containers/source-captions.ts";
import { createRandom } from "../support/fills.ts";
import { readBytes } from "../support/media.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { ROOT } from "../support/tree.ts";

const SCENE = `${ROOT}samples/scene.mp4`;
const folder = mkdtempSync(join(tmpdir(), "cmix-text-tracks-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function captionsOf(source: ByteSource): Promise<{ tracks: CaptionTrack[]; leftOut: string[] }> {
  const leftOut: string[] = [];
  const tracks = await readSourceCaptions(source, await openIndex(source), (message) => leftOut.push(message));
  return { tracks, leftOut };
}

const ENGLISH = `1
00:00:00,500 --> 00:00:02,000
<i>The bay</i> & the sea

2
00:00:03,000 --> 00:00:04,500
at dawn
and later
`;
const JAPANESE = "1\n00:00:00,500 --> 00:00:02,000\n夜明けの湾\n\n2\n00:00:05,000 --> 00:00:07,000\nあとで\n";

beforeAll(() => {
  writeFileSync(at("en.srt"), ENGLISH);
  writeFileSync(at("ja.srt"), JAPANESE);
  writeFileSync(at("chapters.txt"), ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=5000\ntitle=Dawn\n");
});

describe.runIf(hasFfmpeg())("text tracks that ffmpeg wrote", () => {
  const files = ["-i", SCENE, "-i", at("en.srt"), "-i", at("ja.srt"), "-i", at("chapters.txt")];
  const inputs = [...files, "-map", "0:v", "-map", "1", "-map", "2"]; // sound would move everything by its first packet
  const about = ["-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=jpn"];
  const make = (name: string, ...options: string[]): ByteSource => {
    const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", "-y", ...inputs, ...about, ...options, at(name)]);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    return sourceFromBytes(new Uint8Array(readFileSync(at(name))));
  };
  const english = (first: string) =>
    `WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n${first}\n\n00:00:03.000 --> 00:00:04.500\nat dawn\nand later\n`;
  const japanese = "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n夜明けの湾\n\n00:00:05.000 --> 00:00:07.000\nあとで\n";

  for (const [name, options, first] of [
    ["timed text in MP4", ["a.mp4", "-c", "copy", "-c:s", "mov_text"], "The bay &amp; the sea"],
    ["text in QuickTime", ["a.mov", "-c", "copy", "-c:s", "mov_text"], "The bay &amp; the sea"],
    ["SubRip in Matroska", ["a.mkv", "-c", "copy", "-c:s", "srt"], "<i>The bay</i> & the sea"],
    ["WebVTT in Matroska", ["b.mkv", "-c", "copy", "-c:s", "webvtt"], "<i>The bay</i> & the sea"],
    [
      "WebVTT in WebM",
      ["a.webm", "-t", "8", "-s", "160x90", "-c:v", "libvpx", "-c:a", "libopus", "-c:s", "webvtt"],
      "<i>The bay</i> & the sea",
    ],
  ] as const) {
    it(`${name}: languages, times and words`, async () => {
      const [file, ...rest] = options;
      const { tracks, leftOut } = await captionsOf(make(file, ...rest));
      expect(leftOut).toEqual([]);
      expect(tracks).toEqual([
        { language: "en", label: "English", kind: "subtitles", text: english(first) },
        { language: "ja", label: "日本語", kind: "subtitles", text: japanese },
      ]);
    });
  }

  it("timed text in fragments: languages and words, from the times on that ffprobe finds", async () => {
    const fragments = ["-movflags", "frag_keyframe+empty_moov"];
    const { tracks } = await captionsOf(make("f.mp4", "-c", "copy", "-c:s", "mov_text", ...fragments));
    const packets = ["-show_entries", "packet=pts_time,size", "-of", "csv=p=0", at("f.mp4")];
    const { stdout } = spawnSync("ffprobe", ["-v", "error", "-select_streams", "s:1", ...packets], {
      encoding: "utf8",
    });
    const found = stdout.split("\n").map((line) => line.split(",").map(Number));
    const starts = found.flatMap(([start = 0, size = 0]) => (size > 2 ? [start.toFixed(3)] : []));
    expect(tracks.map(({ language }) => language)).toEqual(["en", "ja"]);
    const text = tracks[1]?.text ?? "";
    expect([...text.matchAll(/:0?(\d+\.\d+) -->.*\n(.*)/g)].map(([, start, words]) => [start, words])).toEqual([
      [starts[0], "夜明けの湾"],
      [starts[1], "あとで"],
    ]);
  });

  it("with a name of their own and for those who do not hear", async () => {
    const named = ["-metadata:s:s:0", "title=By the makers", "-disposition:s:0", "hearing_impaired"];
    const { tracks } = await captionsOf(make("named.mkv", "-c", "copy", "-c:s", "srt", ...named));
    expect(tracks[0]).toMatchObject({ language: "en", label: "By the makers", kind: "captions" });
  });

  it("that are chapters are no captions", async () => {
    const source = make("chapters.mp4", "-map_chapters", "3", "-c", "copy", "-c:s", "mov_text");
    const { streams } = await openIndex(source);
    expect(streams.length).toBe(4); // the chapters' text is one of them
    const { tracks } = await captionsOf(source);
    expect(tracks.map(({ language }) => language)).toEqual(["en", "ja"]);
  });

  it("that are too much for a page are left out, and that is said; the others come", async () => {
    const cue = (i: number) => `${i}\n00:00:0${i},000 --> 00:00:0${i},500\n${i === 1 ? "x".repeat(2500) : "x"}\n`;
    writeFileSync(at("en.srt"), [1, 2, 3].map(cue).join("\n"));
    const { tracks, leftOut } = await captionsOf(make("long.mkv", "-c", "copy", "-c:s", "srt"));
    writeFileSync(at("en.srt"), ENGLISH);
    expect(tracks.map(({ language }) => language)).toEqual(["ja"]);
    expect(leftOut).toEqual([
      expect.stringMatching(/captions "English" in the source, line 4: a cue of more than 2000/),
    ]);
  });

  it("damaged anywhere, give captions or none, and no other error than a named one", async () => {
    const whole = ["a.mp4", "a.mkv"].map((name) => new Uint8Array(readFileSync(at(name))));
    const random = createRandom(91);
    for (let i = 0; i < 60; i++) {
      const bytes = whole[i % 2] as Uint8Array;
      // moov and the captions themselves: the first and last 20 kB.
      const changed = bytes.slice();
      for (let k = 0; k < 20; k++) {
        const place = random() % 20_000;
        changed[k % 2 === 0 ? place : bytes.length - 1 - place] = random() & 255;
      }
      await captionsOf(sourceFromBytes(changed)).catch((error) => expect(error.code).toMatch(/input|unsupported/));
    }
  });
});

const WEBVTT = `WEBVTT

one
00:00.500 --> 00:02.000 line:0
<v Ann>The bay

00:01.000 --> 00:03.000
over &lt;3

00:04.000 --> 00:05.000
later
`;

/** The scene's pictures with captions beside them, as mediabunny writes them. */
async function withCaptions(format: OutputFormat): Promise<ByteSource> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(readBytes(SCENE)) });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error("no video");
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const video = new EncodedVideoPacketSource("avc");
  const text = new TextSubtitleSource("webvtt");
  output.addVideoTrack(video);
  output.addSubtitleTrack(text, { languageCode: "fra" });
  await output.start();
  await text.add(WEBVTT);
  text.close();
  const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
  for await (const packet of new EncodedPacketSink(track).packets())
    await video.add(packet, decoderConfig && { decoderConfig });
  await output.finalize();
  return sourceFromBytes(new Uint8Array(target.buffer as ArrayBuffer));
}

describe("WebVTT that mediabunny wrote", () => {
  for (const [name, format] of [
    ["MP4 (wvtt), where one cue lies over another", () => new Mp4OutputFormat()],
    ["Matroska", () => new MkvOutputFormat()],
  ] as const) {
    it(`into ${name}`, async () => {
      const { tracks, leftOut } = await captionsOf(await withCaptions(format()));
      expect(leftOut).toEqual([]);
      expect(tracks).toEqual([
        {
          language: "fr",
          label: "français",
          kind: "subtitles",
          text: "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n<v Ann>The bay\n\n00:00:01.000 --> 00:00:03.000\nover &lt;3\n\n00:00:04.000 --> 00:00:05.000\nlater\n",
        },
      ]);
    });
  }
});
