import { beforeAll, describe, expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { checkPair } from "../../codec/division/pairing.ts";
import { FormatError } from "../../codec/errors.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { mergeAudioPackets } from "../../codec/methods/compress/audio-packets.ts";
import { type DividedPacket, decodePacketList } from "../../codec/methods/compress/packet-list.ts";
import { tightPlanes } from "../../codec/pictures/planar-picture.ts";
import type { SourcePacket } from "../../codec/pictures/source-picture.ts";
import { createProtection } from "../../codec/protect/create-protection.ts";
import { openDecoder } from "../support/compress.ts";
import { type Division, divideClip } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { ownClip } from "../support/own-media.ts";
import { psnr, ssim } from "../support/quality.ts";
import { paintScene } from "../support/scenes.ts";
import { sharedClip } from "../support/y4m.ts";

const QUALITY = 4;
const GOP_PICTURES = 12;
const MODES = { gray: 1, binary: 2 } as const;
const RUN_BYTES = 32;

/** Twenty-four pictures are two groups. */
const whole = sharedClip("foreman_qcif_48f.y4m") ?? ownClip() ?? paintScene("camera", 176, 144, 24);
const clip = { ...whole, pictures: whole.pictures.slice(0, 24) };
const luma = clip.width * clip.height;

const random = createRandom(61);
const sound: SourcePacket[] = Array.from({ length: 48 }, (_, i) => ({
  timestampMicroseconds: i * 20_000,
  durationMicroseconds: 20_000,
  data: Uint8Array.from({ length: 40 + (random() % 60) }, random),
}));

let kernels: CheckKernels;
const divisions = new Map<string, Division>();
beforeAll(async () => {
  kernels = await loadCheckKernels();
  for (const protection of ["sealed", "patent"] as const) {
    for (const bitplane of ["gray", "binary"] as const) {
      divisions.set(
        `${protection} ${bitplane}`,
        await divideClip(await loadCheckKernels(), clip, {
          protection,
          bitplane,
          quality: QUALITY,
          gopPictures: GOP_PICTURES,
          sound,
        }),
      );
    }
  }
});

const division = (protection: string, bitplane: string): Division =>
  divisions.get(`${protection} ${bitplane}`) as Division;

/** All packets, pictures and sound, opened with both files. */
async function openBoth({
  main: mainBytes,
  slave: slaveBytes,
}: Division): Promise<{ track: number; packets: DividedPacket[] }[]> {
  const main = await MainReader.open(sourceFromBytes(mainBytes));
  const slave = await SlaveReader.open(sourceFromBytes(slaveBytes));
  checkPair(main, slave.header, slave.trailer);
  const protection = await createProtection(
    main.header.protection,
    { mainId: main.header.id, headerHash: main.headerHash },
    slave.header.secret,
  );
  const opened: { track: number; packets: DividedPacket[] }[] = [];
  for (let number = 0; number < main.index.length; number++) {
    const { head, payload, tag } = await main.readSegment(number);
    const withheld = (await slave.readSegment(number)).payload;
    opened.push({
      track: head.track,
      packets: decodePacketList(await protection.open(head, payload, tag, withheld), withheld),
    });
  }
  return opened;
}

const picturesOf = (segments: { track: number; packets: DividedPacket[] }[]): DividedPacket[] =>
  segments.filter(({ track }) => track === 0).flatMap(({ packets }) => packets);

/** What the public bytes show where every DC difference and every top bit is taken as zero. */
function decodeNeutral(publicParts: Uint8Array[], bitplane: "gray" | "binary"): Uint8Array[] {
  kernels.raw.decoderOpen(MODES[bitplane]);
  kernels.call("decoderSetNeutral", 1);
  try {
    return publicParts.map((bytes) => {
      const pointer = kernels.memory.put(bytes);
      expect(kernels.raw.decoderPicture(pointer, bytes.length, 0, 0)).toBeGreaterThan(0);
      kernels.memory.release(pointer);
      return tightPlanes(kernels.memory, clip.width, clip.height, (plane) => ({
        pointer: kernels.raw.decoderPlane(plane),
        stride: kernels.raw.decoderStride(plane),
      }));
    });
  } finally {
    kernels.call("decoderSetNeutral", 0);
  }
}

/** Mean over the pictures, luminance only. */
function rate(found: Uint8Array[]): { ssim: number; psnr: number } {
  const each = found.map((picture, i) => {
    const [a, b] = [picture.subarray(0, luma), (clip.pictures[i] as Uint8Array).subarray(0, luma)];
    return { ssim: ssim(a, b, clip.width, clip.height), psnr: psnr(a, b) };
  });
  return {
    ssim: each.reduce((sum, one) => sum + one.ssim, 0) / each.length,
    psnr: each.reduce((sum, one) => sum + one.psnr, 0) / each.length,
  };
}

describe("D1 main and slave together", () => {
  for (const protection of ["sealed", "patent"]) {
    for (const bitplane of ["gray", "binary"] as const) {
      it(`give pictures and sound back, ${protection} ${bitplane}`, async () => {
        const segments = await openBoth(division(protection, bitplane));
        const decoder = openDecoder(kernels, clip, bitplane, "adaptive");
        const pictures = picturesOf(segments).map((packet) => {
          decoder.decode(packet.publicBytes, packet.withheld);
          return decoder.i420();
        });
        decoder.close();
        const found = rate(pictures);
        console.info(
          `${clip.name} ${protection} ${bitplane} quality ${QUALITY}, main and slave: SSIM ${found.ssim.toFixed(4)}, PSNR ${found.psnr.toFixed(2)} dB`,
        );
        expect(pictures.length).toBe(clip.pictures.length);
        expect(found.ssim).toBeGreaterThan(0.95);
        const packets = segments
          .filter(({ track }) => track === 1)
          .flatMap((segment) => mergeAudioPackets(kernels, segment.packets));
        expect(packets.length).toBe(sound.length);
        packets.forEach((packet, i) => {
          expectSameBytes(packet, (sound[i] as SourcePacket).data, `sound packet ${i}`);
        });
      });
    }
  }
});

describe("D1 the main alone", () => {
  for (const bitplane of ["gray", "binary"] as const) {
    it(`shows a broken picture under patent, ${bitplane}: PSNR under 16 dB, SSIM under 0.75`, async () => {
      const main = await MainReader.open(sourceFromBytes(division("patent", bitplane).main));
      const publicParts: Uint8Array[] = [];
      for (let number = 0; number < main.index.length; number++) {
        const { head, payload } = await main.readSegment(number);
        if (head.track !== 0) continue;
        // The list's rows tell lengths of withheld parts; an attacker fills them with zeros.
        publicParts.push(...publicPartsOf(payload));
      }
      const alone = decodeNeutral(publicParts, bitplane);
      const found = rate(alone);
      const first = rate(alone.slice(0, 1));
      console.info(
        `${clip.name} patent ${bitplane} quality ${QUALITY}, main alone, neutral DC and planes: SSIM ${found.ssim.toFixed(4)}, PSNR ${found.psnr.toFixed(2)} dB; first picture SSIM ${first.ssim.toFixed(4)}, PSNR ${first.psnr.toFixed(2)} dB`,
      );
      expect(alone.length).toBe(clip.pictures.length);
      expect(found.ssim).toBeLessThan(0.75);
      expect(found.psnr).toBeLessThan(16);
    });

    it(`shows nothing under sealed, ${bitplane}: no picture at any start code, bytes like noise, no run of the coded bytes`, async () => {
      const files = division("sealed", bitplane);
      const main = await MainReader.open(sourceFromBytes(files.main));
      const payloads: Uint8Array[] = [];
      for (let number = 0; number < main.index.length; number++) {
        const { payload } = await main.readSegment(number);
        payloads.push(payload);
        expect(() => decodePacketList(payload, new Uint8Array())).toThrow(FormatError);
        expect(picturesInside(payload, bitplane)).toBe(0);
      }
      expect(picturesInside(files.main, bitplane)).toBe(0);
      const sealed = Uint8Array.from(payloads.flatMap((payload) => [...payload]));
      const bits = entropy(sealed);
      console.info(
        `${clip.name} sealed ${bitplane}: ${sealed.length} sealed bytes, ${bits.toFixed(4)} bits of entropy a byte`,
      );
      expect(bits).toBeGreaterThan(7.98);

      const runs = new Set<string>();
      const text = Buffer.from(files.main).toString("latin1");
      for (let i = 0; i + RUN_BYTES <= text.length; i++) runs.add(text.slice(i, i + RUN_BYTES));
      for (const { packets } of await openBoth(files)) {
        for (const { publicBytes } of packets) {
          const coded = Buffer.from(publicBytes).toString("latin1");
          for (let i = 0; i + RUN_BYTES <= coded.length; i++) {
            if (runs.has(coded.slice(i, i + RUN_BYTES)))
              expect.fail(`a run of ${RUN_BYTES} coded bytes stands in the main file`);
          }
        }
      }
    });

    it(`holds neither the withheld bytes nor the secret, ${bitplane}`, async () => {
      for (const protection of ["sealed", "patent"]) {
        const files = division(protection, bitplane);
        const text = Buffer.from(files.main);
        const slave = await SlaveReader.open(sourceFromBytes(files.slave));
        if (protection === "sealed") expect(text.includes(Buffer.from(slave.header.secret as Uint8Array))).toBe(false);
        for (let number = 0; number < slave.segments; number++) {
          const { payload } = await slave.readSegment(number);
          for (let i = 0; i + 16 <= payload.length; i += 16) {
            const run = payload.subarray(i, i + 16);
            // A run of one value is no information: planes of zeros have such.
            if (new Set(run).size > 4 && text.includes(Buffer.from(run)))
              expect.fail(`withheld bytes ${i} of segment ${number} stand in the main file`);
          }
        }
      }
    });
  }
});

describe("D1 the slave alone", () => {
  for (const bitplane of ["gray", "binary"] as const) {
    it(`decodes to nothing, ${bitplane}`, async () => {
      const files = division("patent", bitplane);
      expect(picturesInside(files.slave, bitplane)).toBe(0);
      for (const packet of picturesOf(await openBoth(files))) {
        kernels.raw.decoderOpen(MODES[bitplane]);
        const pointer = kernels.memory.put(packet.withheld);
        expect(kernels.raw.decoderPicture(0, 0, pointer, packet.withheld.length)).toBe(0);
        expect(
          kernels.raw.decoderPicture(pointer, packet.withheld.length, pointer, packet.withheld.length),
        ).toBeLessThanOrEqual(0);
        kernels.memory.release(pointer);
      }
      console.info(
        `${clip.name} ${bitplane}: main ${files.main.length} bytes, slave ${files.slave.length} bytes, ${((100 * files.slave.length) / (files.main.length + files.slave.length)).toFixed(2)} % withheld`,
      );
    });
  }
});

/** The public parts in a packet list whose withheld parts are not there: FORMAT.md 9, read without its own reader. */
function publicPartsOf(payload: Uint8Array): Uint8Array[] {
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = payload[offset++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const lengths = Array.from({ length: varint() }, () => [varint(), varint(), varint()][1] as number);
  return lengths.map((length) => {
    offset += length;
    return payload.subarray(offset - length, offset);
  });
}

/** Pictures that decode from any start code in the bytes on, standard or divided, with nothing withheld. */
function picturesInside(bytes: Uint8Array, bitplane: "gray" | "binary"): number {
  const pointer = kernels.memory.put(bytes);
  let pictures = 0;
  for (
    let at = kernels.raw.nextStartCode(pointer, bytes.length, 0);
    at >= 0;
    at = kernels.raw.nextStartCode(pointer, bytes.length, at + 1)
  ) {
    for (const mode of [0, MODES[bitplane]]) {
      kernels.raw.decoderOpen(mode);
      if (kernels.raw.decoderPicture(pointer + at, bytes.length - at, 0, 0) > 0) pictures += 1;
    }
  }
  kernels.memory.release(pointer);
  return pictures;
}

/** Bits a byte, from how often each value occurs. */
function entropy(bytes: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] as number) + 1;
  return counts.reduce(
    (sum, count) => (count === 0 ? sum : sum - (count / bytes.length) * Math.log2(count / bytes.length)),
    0,
  );
}
