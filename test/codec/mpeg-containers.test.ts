/** Method `mpeg` in what discs and recorders hold: sectors of a Video CD, packets with error correction, packets without packs, cut files. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { chooseMethod } from "../../codec/methods/registry.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { combineDivision } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { divideMpegBytes } from "../support/mpeg.ts";
import { type Played, playMpeg } from "../support/mpeg-play.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

const PACK_BYTES = 2324;
const SOURCE = ["-f", "lavfi", "-i", "testsrc2=s=352x288:r=25", "-f", "lavfi", "-i", "sine=r=44100", "-t", "4"];

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

function made(name: string, ...options: string[]): Uint8Array {
  return withFolder((folder) => {
    const path = join(folder, name);
    execFileSync("ffmpeg", ["-v", "error", "-y", ...SOURCE, ...options, path]);
    return new Uint8Array(readFileSync(path));
  });
}

/** IEC 10149: sync, address, mode 2, subheader twice, the pack, its EDC (which nothing here reads). */
function inSectors(stream: Uint8Array): Uint8Array {
  const random = createRandom(3);
  const sectors: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += PACK_BYTES) {
    const sector = new Uint8Array(2352);
    sector.fill(0xff, 1, 11);
    sector.set([0, 2, (at / PACK_BYTES) % 75, 2, 1, 1, 0x62, 0x0f, 1, 1, 0x62, 0x0f], 12);
    sector.set(stream.subarray(at, at + PACK_BYTES), 24);
    for (let i = 2348; i < 2352; i++) sector[i] = random();
    sectors.push(sector);
  }
  return concatBytes(...sectors);
}

const riff = (sectors: Uint8Array): Uint8Array => {
  const head = new Uint8Array(44);
  head.set(new TextEncoder().encode("RIFF----CDXAfmt "));
  head.set(new TextEncoder().encode("data"), 36);
  return concatBytes(head, sectors);
};

/** Transport packets with sixteen bytes behind each. */
function with204(stream: Uint8Array): Uint8Array {
  const random = createRandom(4);
  const packets: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += 188)
    packets.push(
      stream.subarray(at, at + 188),
      Uint8Array.from({ length: 16 }, () => random()),
    );
  return concatBytes(...packets);
}

/** The PES packets of a program stream without its packs, as video recorders keep them. */
function withoutPacks(stream: Uint8Array): Uint8Array {
  const packets: Uint8Array[] = [];
  for (let at = 0; at + 6 < stream.length; ) {
    const code = stream[at + 3] ?? 0;
    const length = ((stream[at + 4] ?? 0) << 8) | (stream[at + 5] ?? 0);
    if (code === 0xb9) break;
    const size = code === 0xba ? 14 + ((stream[at + 13] ?? 0) & 7) : 6 + length;
    if (code >= 0xc0) packets.push(stream.subarray(at, at + size));
    at += size;
  }
  return concatBytes(...packets);
}

async function expectWhole(bytes: Uint8Array, container: string): Promise<Played> {
  expect((await openMpeg(sourceFromBytes(bytes)))?.container).toBe(container);
  expect(await chooseMethod(sourceFromBytes(bytes))).toBe("mpeg");
  for (const protection of ["sealed", "patent"] as const) {
    const division = await divideMpegBytes(kernels, bytes, protection, true);
    expect(division.verbatimBytes).toBe(0);
    expectSameBytes(await combineDivision(kernels, division), bytes, protection);
  }
  return await playMpeg(kernels, bytes);
}

describe.skipIf(!hasFfmpeg())("D4 D5: comes back byte for byte, and plays as the plain stream does:", () => {
  it("a Video CD: its image, and its file behind a RIFF head", async () => {
    const plain = made("a.mpg", "-target", "pal-vcd");
    const played = await playMpeg(kernels, plain);
    expect(played.pictures.length).toBeGreaterThan(95);
    expect(played.sounds[0]?.times.length).toBeGreaterThan(140);
    for (const bytes of [inSectors(plain), riff(inSectors(plain))]) {
      const { pictures, sounds } = await expectWhole(bytes, "cdxa");
      expect(pictures).toEqual(played.pictures);
      expect(sounds).toEqual(played.sounds);
    }
  });

  it("transport packets with error correction, cut in the middle of one", async () => {
    const plain = made("a.ts", "-c:v", "mpeg2video", "-b:v", "1M", "-g", "12", "-bf", "2", "-c:a", "mp2");
    const whole = await expectWhole(with204(plain), "ts204");
    expect(whole).toEqual(await playMpeg(kernels, plain));
    const cut = await expectWhole(plain.subarray(100), "ts");
    expect(cut.pictures.length).toBeGreaterThan(80);
  });

  it("packets without packs, and a program stream cut anywhere", async () => {
    const plain = made(
      "a.mpg",
      "-f",
      "svcd",
      "-c:v",
      "mpeg2video",
      "-b:v",
      "1M",
      "-g",
      "12",
      "-bf",
      "2",
      "-c:a",
      "mp2",
    );
    const played = await playMpeg(kernels, plain);
    const { pictures, sounds } = await expectWhole(withoutPacks(plain), "ps");
    expect(pictures).toEqual(played.pictures);
    expect(sounds).toEqual(played.sounds);
    const cut = await expectWhole(plain.subarray(1000), "ps");
    expect(cut.pictures.length).toBeGreaterThan(80);
  });
});
