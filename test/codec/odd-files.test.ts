/** Files that people have and that are written otherwise than most: what the index and the main tell of them is what ffprobe tells. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openIndex } from "../../codec/containers/open-index.ts";
import { readSourceCaptions } from "../../codec/containers/source-captions.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { chooseMethod } from "../../codec/methods/registry.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision } from "../support/divisions.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { divideBytes, readBytes } from "../support/media.ts";
import { hasTool } from "../support/tools.ts";
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
