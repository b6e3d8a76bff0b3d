/** Files that people have and that are written otherwise than most: what the index and the main tell of them is what ffprobe tells. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { readSourceCaptions } from "../../codec/containers/source-captions.ts";
import { FieldPairs, readField } from "../../codec/containers/streams/h264-headers.ts";
import { mpegPixelAspect } from "../../codec/containers/streams/mpeg-aspect.ts";
import { InputError } from "../../codec/errors.ts";
import { presentationsOf } from "../../codec/format/edit-list.ts";
import type { VideoTrack } from "../../codec/format/header.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { chooseMethod } from "../../codec/methods/registry.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision, divideFile } from "../support/divisions.ts";
import { type EditRow, withCompactSizes, withEdits, withLaterFragments } from "../support/iso-bytes.ts";
import { keptFile } from "../support/kept-files.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { divideBytes, mediaFiles, readBytes } from "../support/media.ts";
import { ownFiles } from "../support/own-media.ts";
import { hasTool, withFolder } from "../support/tools.ts";
import { SHARED_MEDIA } from "../support/tree.ts";

const FOLDER = join(SHARED_MEDIA, "faults");
const hasFiles = existsSync(FOLDER);
if (!hasFiles) console.warn("no odd files beside the repository (../shared/media/faults): those made here are tried");
const hasProbe = hasTool(
  "ffprobe",
  "-version",
  "ffmpeg",
  "what is told of odd files was NOT held against another reader",
);

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

interface Expected {
  /** Of the presentation. */
  seconds: number;
  pictures: number;
  /** At most. */
  segments: number;
  /** Pictures a second; left out where it varies. */
  rate?: number;
  /** Clockwise. */
  rotation?: number;
  /** Coded pictures that the presentation leaves out, or coded twice, make ffprobe's count another one. */
  probed?: number;
  /** The slave's share of main and slave under `patent`, at most. */
  share?: number;
  codec?: RegExp;
}

const FILES: Record<string, Expected> = {
  "04-ts-hole-100-bytes.ts": { seconds: 5.12, pictures: 127, segments: 6, rate: 25 },
  "05-ts-pts-rollover.ts": { seconds: 5.12, pictures: 127, segments: 6, rate: 25 },
  "06-h264-192-byte.m2ts": { seconds: 5.12, pictures: 127, segments: 6, rate: 25 },
  "07-ts-pid_change.ts": { seconds: 5.12, pictures: 127, segments: 6, rate: 25 },
  "07-ts-pmt_two_packets.ts": { seconds: 5.12, pictures: 127, segments: 6, rate: 25 },
  "17-h264-field-pictures.264": { seconds: 13 / 25, pictures: 13, probed: 26, segments: 3, rate: 25 },
  "22-ts-without-first-key-picture.ts": { seconds: 2.6, pictures: 78, segments: 4, rate: 30000 / 1001 },
  "01-mkv-tracks-at-end.mkv": { seconds: 6.037, pictures: 150, segments: 6, rate: 25 },
  "02-mkv-pose-roll-90.mkv": { seconds: 6.037, pictures: 150, segments: 6, rate: 25, rotation: 270 },
  "09-mkv-30-junk-bytes-between-clusters.mkv": { seconds: 6.016, pictures: 150, segments: 6, rate: 25 },
  "10-mkv-null-terminated-srt.mkv": { seconds: 1.134, pictures: 30, segments: 3 },
  "15-vp8-alpha.webm": { seconds: 2, pictures: 50, segments: 3, rate: 25 },
  "20-mkv-zlib.mkv": { seconds: 6.016, pictures: 150, segments: 6, rate: 25 },
  "21-annex-b-in-matroska.mkv": { seconds: 35.2, pictures: 745, segments: 20, codec: /^avc1\.[0-9A-F]{6}$/ },
  "03-stz2.mp4": { seconds: 6, pictures: 150, segments: 6, rate: 25 },
  "08-edit-trim-2s-to-4s.mp4": { seconds: 2, pictures: 150, probed: 100, segments: 6, rate: 25 },
  "11-mjpeg-cover-track-first.mp4": { seconds: 6, pictures: 150, segments: 6, rate: 25, codec: /^avc1/ },
  "12-mov-low-rate-pcm.mov": { seconds: 4, pictures: 40, segments: 6, rate: 10, share: 2 },
  "13-50fps.ts": { seconds: 3, pictures: 150, segments: 3, rate: 50 },
  "13-vp8-50fps.webm": { seconds: 3, pictures: 150, segments: 3, rate: 50 },
  "18-audio-5s-behind-picture.mp4": { seconds: 11, pictures: 150, segments: 8, rate: 25 },
  "19-fragments-begin-at-1h.mp4": { seconds: 6.08, pictures: 150, segments: 6, rate: 25 },
};

/** Packets of the first video of more than one picture. */
function probedPictures(path: string): number {
  const args = ["-v", "quiet", "-select_streams", "v", "-count_packets", "-show_entries", "stream=nb_read_packets"];
  const out = execFileSync("ffprobe", [...args, "-of", "json", path], { encoding: "utf8" });
  const { streams } = JSON.parse(out) as { streams: { nb_read_packets: string }[] };
  return streams.reduce(
    (sum, { nb_read_packets }) => sum + (Number(nb_read_packets) > 1 ? Number(nb_read_packets) : 0),
    0,
  );
}

describe.skipIf(!hasFiles)("odd files are told of as they are", () => {
  for (const [name, expected] of Object.entries(FILES))
    it(name, async () => {
      const bytes = readBytes(join(FOLDER, name));
      expect(await chooseMethod(sourceFromBytes(bytes))).toBe("samples");
      for (const protection of ["sealed", "patent"] as const) {
        const division = await divideBytes(kernels, bytes.slice(), protection);
        expectSameBytes(await combineDivision(kernels, division), bytes, `${name} ${protection}`);
        const { trailer, header } = await MainReader.open(sourceFromBytes(division.main));
        const video = header.tracks.find(({ kind }) => kind === "video");
        if (trailer === undefined || video?.kind !== "video") throw new Error("no trailer or no video");
        const longest = trailer.durationMicroseconds / 1e6;
        expect(Math.abs(longest - expected.seconds), `${longest} s, not ${expected.seconds}`).toBeLessThan(
          name.endsWith("ts") ? 0.15 : 0.05,
        );
        expect(trailer.pictures).toBe(expected.pictures);
        expect(division.segments).toBeLessThanOrEqual(expected.segments);
        if (expected.rate !== undefined) expect(video.frameRate[0] / video.frameRate[1]).toBeCloseTo(expected.rate, 2);
        expect(video.rotation).toBe(expected.rotation ?? 0);
        if (expected.codec !== undefined) expect(video.codec).toMatch(expected.codec);
        const share = (100 * division.slave.length) / (division.main.length + division.slave.length);
        if (protection === "patent" && expected.share !== undefined) expect(share).toBeLessThan(expected.share);
      }
      if (hasProbe) expect(probedPictures(join(FOLDER, name))).toBe(expected.probed ?? expected.pictures);
    });

  it("10-mkv-null-terminated-srt.mkv: its caption ends at the NUL", async () => {
    const source = sourceFromBytes(readBytes(join(FOLDER, "10-mkv-null-terminated-srt.mkv")));
    const [track] = await readSourceCaptions(source, await openIndex(source), () => {});
    expect(track?.text).not.toMatch(/\0|\ufffd/);
    expect(track?.text.trim().split("\n").slice(-1)[0]).toBe("This is the first");
  });
});

const ownBytes = (folder: string, name: string): Uint8Array | undefined => {
  const path = ownFiles(folder).find((own) => own.endsWith(`/${name}`));
  return path === undefined ? undefined : readBytes(path);
};
const hasOwn = ownFiles("mp4").length > 0;

async function told(bytes: Uint8Array) {
  const division = await divideBytes(kernels, bytes.slice(), "patent");
  expectSameBytes(await combineDivision(kernels, division), bytes, "combined");
  const { header, trailer, index } = await MainReader.open(sourceFromBytes(division.main));
  const video = header.tracks.find(({ kind }) => kind === "video") as VideoTrack;
  return { header, video, seconds: (trailer?.durationMicroseconds ?? 0) / 1e6, pictures: trailer?.pictures, index };
}

const probedSeconds = (bytes: Uint8Array, extension: string): number =>
  withFolder((folder) => {
    const path = join(folder, `probed.${extension}`);
    writeFileSync(path, bytes);
    const args = ["-v", "quiet", "-select_streams", "v", "-show_entries", "stream=duration", "-of", "csv=p=0", path];
    return Number.parseFloat(execFileSync("ffprobe", args, { encoding: "utf8" }));
  });

describe.skipIf(!hasOwn || !hasProbe)("edit lists", () => {
  const film = ownBytes("mp4", "own-b-frames.mp4") ?? new Uint8Array();
  const LISTS: Record<string, EditRow[]> = {
    "a trim": [{ milliseconds: 1000, from: 1000 }],
    "a pause, then a trim": [
      { milliseconds: 500, from: -1 },
      { milliseconds: 1000, from: 1000 },
    ],
    "two parts": [
      { milliseconds: 500, from: 2000 },
      { milliseconds: 700, from: 400 },
    ],
    "a part twice": [
      { milliseconds: 600, from: 1000 },
      { milliseconds: 600, from: 1000 },
    ],
    "a picture that is held": [
      { milliseconds: 500, from: 0 },
      { milliseconds: 1500, from: 500, isHeld: true },
      { milliseconds: 700, from: 500 },
    ],
  };
  for (const [name, rows] of Object.entries(LISTS))
    it(`${name}: the main is as long as what is shown, and tells of its parts`, async () => {
      const bytes = withEdits(film, rows);
      const { video, seconds } = await told(bytes);
      const wanted = rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
      expect(Math.abs(seconds * 1000 - wanted)).toBeLessThan(60);
      expect(video.edits?.map(({ durationMicroseconds }) => durationMicroseconds / 1000)).toEqual(
        rows.map(({ milliseconds }) => milliseconds),
      );
      expect(video.edits?.map(({ isHeld }) => isHeld)).toEqual(rows.map(({ isHeld }) => isHeld));
      const shown = rows.filter(({ from }) => from >= 0);
      const starts = (video.edits ?? []).flatMap(({ fromMicroseconds }) => fromMicroseconds ?? []);
      expect(starts.map((start) => Math.round((start - (starts[0] ?? 0)) / 1000))).toEqual(
        shown.map(({ from }) => from - (shown[0]?.from ?? 0)),
      );
      expect(Math.abs(probedSeconds(bytes, "mp4") * 1000 - wanted)).toBeLessThan(60);
    });

  it("a whole track of one picture that is held is as long as it is held", async () => {
    const { video, seconds } = await told(withEdits(film, [{ milliseconds: 7000, from: 1000, isHeld: true }]));
    expect(video.edits).toEqual([{ fromMicroseconds: 0, durationMicroseconds: 7e6, isHeld: true }]);
    expect(seconds).toBeCloseTo(7, 1);
  });

  it("captions that stand at a picture that is held are shown as long", async () => {
    const edits = [
      { fromMicroseconds: 0, durationMicroseconds: 1e6 },
      { fromMicroseconds: 1e6, durationMicroseconds: 5e6, isHeld: true },
      { fromMicroseconds: 1e6, durationMicroseconds: 1e6 },
    ];
    expect(presentationsOf(edits, 0.5e6, 1.5e6)).toEqual([
      { start: 0.5e6, end: 1e6 },
      { start: 1e6, end: 6e6 },
      { start: 6e6, end: 6.5e6 },
    ]);
    expect(presentationsOf(edits, 1.2e6, 1.5e6)).toEqual([{ start: 6.2e6, end: 6.5e6 }]);
  });

  it("one that shows the whole track changes nothing", async () => {
    const { video } = await told(withEdits(film, [{ milliseconds: 3000, from: 0 }]));
    expect(video.edits).toBeUndefined();
  });
});

describe.skipIf(!hasOwn)("files made here", () => {
  it("sizes of 16 bits (stz2) are read", async () => {
    const film = ownBytes("mp4", "own-b-frames.mp4") as Uint8Array;
    expect((await told(withCompactSizes(film))).pictures).toBe((await told(film)).pictures);
  });

  it("a table of sizes that is cut before its count is refused by name", async () => {
    const bytes = (ownBytes("mp4", "own-b-frames.mp4") as Uint8Array).slice();
    for (let at = Buffer.from(bytes).indexOf("stsz"); at >= 0; at = Buffer.from(bytes).indexOf("stsz", at + 4))
      bytes.set([0, 0, 0, 16], at - 4);
    await expect(divideBytes(kernels, bytes, "patent")).rejects.toThrow(InputError);
  });

  it("fragments that begin at an hour are played from 0:00, at the rate of their times", async () => {
    const { header, video, seconds, index } = await told(
      withLaterFragments(ownBytes("mp4", "own-fragmented.mp4") as Uint8Array, 3600),
    );
    expect(header.parameters.startMicroseconds).toBeGreaterThan(3599e6);
    expect(seconds).toBeLessThan(20);
    expect(index.find(({ structure }) => !structure)?.startMilliseconds).toBeLessThan(100);
    expect(video.frameRate).toEqual([30, 1]);
  });

  it("Matroska without a told duration of pictures has the rate of their times", async () => {
    const bytes = (ownBytes("webm", "own-clusters.mkv") as Uint8Array).slice();
    const at = Buffer.from(bytes).indexOf(Buffer.from([0x23, 0xe3, 0x83]));
    bytes.set([0x23, 0xe3, 0x84], at); // an element of no meaning in place of DefaultDuration
    expect((await told(bytes)).video.frameRate).toEqual([30, 1]);
  });

  it("a transport stream cut between key pictures, in the middle of a packet, is as long as it is", async () => {
    const whole = ownBytes("mpeg", "own-h264-keys.ts") as Uint8Array;
    const keys: number[] = [];
    for await (const batch of (await openIndex(sourceFromBytes(whole))).samples())
      keys.push(...batch.filter(({ key }) => key).map(({ offset }) => offset));
    const bytes = whole.subarray((keys[1] ?? 0) + 5 * 188 + 77);
    const { seconds, index } = await told(bytes);
    expect(Math.abs(seconds - probedSeconds(bytes, "ts"))).toBeLessThan(0.2);
    expect(index.filter(({ structure }) => !structure)[0]?.key).toBe(false);
    expect(index.some(({ key }) => key)).toBe(true);
  });

  it("packets of 192 and 204 bytes are those of 188", async () => {
    const whole = ownBytes("mpeg", "own-h264-keys.ts") as Uint8Array;
    const expected = await told(whole);
    for (const [before, behind] of [
      [4, 0],
      [0, 16],
    ] as const) {
      const packets: Uint8Array[] = [];
      for (let at = 0; at < whole.length; at += 188)
        packets.push(new Uint8Array(before), whole.subarray(at, at + 188), new Uint8Array(behind).fill(0x47));
      const { pictures, seconds } = await told(new Uint8Array(Buffer.concat(packets)));
      expect({ pictures, seconds }).toEqual({ pictures: expected.pictures, seconds: expected.seconds });
    }
  });
});

describe("fields of H.264", () => {
  /** first_mb 0, slice_type 7 and picture parameter set 0, then frame_num in 4 bits, field_pic_flag, bottom_field_flag. */
  const slice = (frameNumber: number, tail: string): Uint8Array => {
    const bits = `1${"0001000"}1${frameNumber.toString(2).padStart(4, "0")}${tail}`.padEnd(32, "1");
    return Uint8Array.from([0x65, ...(bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))]);
  };
  const coding = { frameNumberBits: 4, hasPlanes: false, mayBeFields: true };

  it("two of one frame are one picture, frames are pictures of their own", () => {
    const pairs = new FieldPairs();
    const seen = [
      slice(1, "10"),
      slice(1, "11"),
      slice(2, "10"),
      slice(3, "10"),
      slice(3, "11"),
      slice(4, "0"),
      slice(4, "0"),
    ];
    expect(seen.map((one) => pairs.isSecond(readField(one, coding)))).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});

describe.skipIf(!hasFiles)("MPEG video", () => {
  it("14-mpeg2-16x9.m2v: pixels are as wide as the sequence header tells", async () => {
    const sinks = { main: new MemorySink(), slave: new MemorySink() };
    const options = { protection: "sealed" as const, title: "x", mainName: "x.cmx", slaveName: "x.cms" };
    await divideFile(kernels, "mpeg", readBytes(join(FOLDER, "14-mpeg2-16x9.m2v")), options, sinks);
    const { header } = await MainReader.open(sourceFromBytes(sinks.main.bytes()));
    expect(header.tracks[0]).toMatchObject({ pixelAspect: [64, 45] });
  });
});

describe("pixels of MPEG video", () => {
  const facts = { width: 720, height: 480, frameRate: [25, 1] as [number, number] };
  it.each([
    ["MPEG-2, 4:3", { ...facts, mpeg2: true, aspectCode: 2 }, [8, 9]],
    ["MPEG-2, 16:9", { ...facts, mpeg2: true, aspectCode: 3 }, [32, 27]],
    ["MPEG-2, square", { ...facts, mpeg2: true, aspectCode: 1 }, [1, 1]],
    ["MPEG-1, 625 lines of 4:3", { ...facts, mpeg2: false, aspectCode: 8 }, [10000, 9157]],
    ["MPEG-1, a code of no meaning", { ...facts, mpeg2: false, aspectCode: 15 }, [1, 1]],
  ])("%s", (_name, video, aspect) => {
    expect(mpegPixelAspect(video, new Uint8Array())).toEqual(aspect);
  });

  /** A sequence extension, then a sequence display extension. */
  const context = (width: number, height: number, hasColours: boolean): Uint8Array => {
    const bits = `0010101${hasColours ? `1${"00000001".repeat(3)}` : "0"}${width.toString(2).padStart(14, "0")}1${height.toString(2).padStart(14, "0")}000`;
    const extension = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
    return Uint8Array.from([0, 0, 1, 0xb3, 45, 1, 0x20, 0x23, 0, 0, 1, 0xb5, 0x14, 0, 0, 1, 0xb5, ...extension]);
  };
  it.each([
    ["a window of 4:3 in a picture of 16:9", 720, 576, [540, 576], 2, false, [64, 45]],
    ["the same behind colours", 720, 480, [540, 480], 2, true, [32, 27]],
    ["a window by which the picture has no usual shape", 720, 576, [540, 576], 3, false, [64, 45]],
    ["one that is larger", 352, 480, [704, 480], 3, true, [80, 33]],
    ["one of nothing", 704, 480, [0, 480], 2, false, [10, 11]],
  ] as const)("MPEG-2 with a display size, %s", (_name, width, height, shown, aspectCode, hasColours, aspect) => {
    const facts = { width, height, frameRate: [25, 1] as [number, number], mpeg2: true, aspectCode };
    expect(mpegPixelAspect(facts, context(shown[0], shown[1], hasColours))).toEqual(aspect);
  });

  /** A stream whose display size is a window of 4:3 in a picture of 16:9. */
  const windowOfWide = (): string => {
    const { path, isThere, aside, keep } = keptFile("display-size.m2v", "720x576 of 540, 4:3");
    if (isThere) return path;
    const source = ["-f", "lavfi", "-i", "testsrc=s=720x576:d=0.2:r=25"];
    const coding = ["-aspect", "4:3", "-c:v", "mpeg2video", "-seq_disp_ext", "1"];
    execFileSync("ffmpeg", ["-v", "error", "-y", ...source, ...coding, aside]);
    const bytes = readFileSync(aside);
    for (let at = bytes.indexOf("000001b5", 0, "hex"); at >= 0; at = bytes.indexOf("000001b5", at + 4, "hex")) {
      const head = bytes[at + 4] ?? 0;
      if (head >> 4 !== 2) continue;
      const size = at + 5 + ((head & 1) === 1 ? 3 : 0);
      bytes[size] = 540 >> 6;
      bytes[size + 1] = ((540 & 63) << 2) | ((bytes[size + 1] ?? 0) & 3);
    }
    writeFileSync(aside, bytes);
    keep();
    return path;
  };

  it.skipIf(!hasProbe)("every MPEG-2 file has the aspect that ffprobe tells", async () => {
    for (const path of [...ownFiles("mpeg"), ...mediaFiles("mpeg"), windowOfWide()]) {
      const found = await openMpeg(sourceFromBytes(readBytes(path)));
      if (found === undefined || !found.video.mpeg2) continue;
      const args = ["-v", "quiet", "-select_streams", "v:0", "-show_entries", "stream=sample_aspect_ratio"];
      const told = execFileSync("ffprobe", [...args, "-of", "csv=p=0", path], { encoding: "utf8" });
      const ratio = /(\d+):(\d+)/.exec(told);
      if (ratio === null) continue;
      const [a, b] = mpegPixelAspect(found.video, found.context);
      expect(a / b, path).toBeCloseTo(Number(ratio[1]) / Number(ratio[2]), 2);
    }
  });
});
