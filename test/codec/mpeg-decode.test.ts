/** D4: what MpegDecoder gives beside samples: order, times, seeks, changes of size, and pictures of damaged streams. */
import { beforeAll, describe, expect, it } from "vitest";
import { MpegDecoder } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { openMpegSegment } from "../../codec/methods/mpeg/segment-bytes.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { openDivision } from "../support/divisions.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { divideMpegBytes } from "../support/mpeg.ts";
import { decodeStream, type ShownPicture, shown, streamOf } from "../support/mpeg-frames.ts";
import { writeDcPictures, writeTame } from "../support/mpeg-streams.ts";
import { ownFiles } from "../support/own-media.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const types = (pictures: readonly ShownPicture[]): string => pictures.map(({ type }) => type).join("");
const own = async (name: string): Promise<Uint8Array> => {
  const path = ownFiles("mpeg").find((path) => path.endsWith(name));
  if (path === undefined) throw new Error(`no ${name}: ffmpeg is missing`);
  return (await streamOf(readBytes(path))) as Uint8Array;
};

/** Offsets of all start codes of a kind. */
function startCodes(stream: Uint8Array, code: number): number[] {
  const found: number[] = [];
  for (let i = 0; i + 3 < stream.length; i++)
    if (stream[i] === 0 && stream[i + 1] === 0 && stream[i + 2] === 1 && stream[i + 3] === code) found.push(i);
  return found;
}

function expectSamePictures(found: readonly ShownPicture[], expected: readonly ShownPicture[], label: string): void {
  expect(types(found), label).toBe(types(expected));
  for (const [i, picture] of found.entries())
    expectSameBytes(picture.samples, expected[i]?.samples as Uint8Array, `${label}, picture ${i}`);
}

describe("MpegDecoder", () => {
  it("gives the same pictures however the bytes are cut", () => {
    for (const seed of [1, 2, 3]) {
      const { bytes } = writeTame(seed, 1);
      const whole = decodeStream(kernels, bytes);
      for (const pieceBytes of [1, 7, 188, 4096])
        expectSamePictures(decodeStream(kernels, bytes, { pieceBytes }), whole, `seed ${seed}, ${pieceBytes} bytes`);
    }
  });

  it("decodes divided segments to the same pictures, codes kept and recompressed", async () => {
    for (const [chroma, seed] of [
      ["mpeg1", 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ] as const) {
      const { bytes } = writeTame(seed, chroma);
      const whole = decodeStream(kernels, bytes);
      for (const recompress of [true, false])
        for (const protection of ["sealed", "patent"] as const) {
          const division = await divideMpegBytes(kernels, bytes, protection, recompress);
          const decoder = new MpegDecoder(kernels);
          const pictures: ShownPicture[] = [];
          for (const { publicBytes, withheld } of await openDivision(division)) {
            const segment = await openMpegSegment(publicBytes, withheld);
            for (const picture of decoder.decodeSegment(segment)) pictures.push(shown(picture));
          }
          for (const picture of decoder.end()) pictures.push(shown(picture));
          decoder.close();
          expectSamePictures(pictures, whole, `${chroma} ${protection} ${recompress}`);
        }
    }
  });

  it("tells fields, sizes and shapes as the headers have them", () => {
    const { bytes, width, height } = writeTame(4, 2);
    const pictures = decodeStream(kernels, bytes);
    expect(pictures.map(({ fieldPictures }) => fieldPictures)).toContain(true);
    expect(pictures.map(({ progressive }) => progressive)).toContain(true);
    expect(pictures.every(({ fieldPictures, progressive }) => !(fieldPictures && progressive))).toBe(true);
    const { sequence, ...first } = pictures[0] as ShownPicture;
    expect(first).toMatchObject({ width, height, chroma: "422", type: "I", concealed: 0 });
    expect(sequence).toEqual({
      ...{ mpeg2: true, progressive: false, frameRate: [25, 1], pixelAspect: [1, 1] },
      ...{ displayWidth: width, displayHeight: height },
      ...{ colourPrimaries: 0, transferCharacteristics: 0, matrixCoefficients: 0 },
    });
  });

  it("gives a picture the time of the mark before its start code, and others what follows from the rate", async () => {
    const stream = await own("own-mpeg1.m1v");
    const coded = startCodes(stream, 0);
    // The 1st in coding order, and the 5th, shown as 7th with two B-pictures a reference.
    const marks = [
      { offset: 0, timeMicroseconds: 1_000_000 },
      { offset: (coded[3] as number) + 1, timeMicroseconds: 2_000_000 },
    ];
    const pictures = decodeStream(kernels, stream, { marks, pieceBytes: 1000 });
    const rate = pictures[0]?.sequence.frameRate as readonly [number, number];
    const period = (1e6 * rate[1]) / rate[0];
    const marked = pictures.flatMap(({ marked }, i) => (marked ? [i] : []));
    expect(marked).toEqual([0, 6]);
    expect(types(pictures).slice(0, 7)).toBe("IBBPBBP");
    for (const [i, { timeMicroseconds, durationMicroseconds }] of pictures.entries()) {
      expect(timeMicroseconds).toBeCloseTo(i < 6 ? 1e6 + i * period : 2e6 + (i - 6) * period, 3);
      expect(durationMicroseconds).toBeCloseTo(period, 6);
    }
    expect(decodeStream(kernels, stream)[0]?.timeMicroseconds).toBeUndefined();
  });

  it("passes over the pictures of an open group whose references are not there, and shows a closed one's", async () => {
    const stream = await own("own-mpeg1.m1v");
    const groups = startCodes(stream, 0xb8);
    const whole = decodeStream(kernels, stream);
    const [group = 0, next = 0] = groups.slice(1);
    expect((stream[group + 7] as number) & 0x40, "closed").toBe(0);
    const decoder = new MpegDecoder(kernels);
    decoder.decode(stream.subarray(0, group)).next(); // the sequence's header holds on
    decoder.reset();
    const open = Array.from(decoder.decode(stream.subarray(group, next)), shown);
    // Pictures of the group in its own order, without the B before its I.
    const first = whole.findIndex((picture, i) => i > 0 && picture.type === "I");
    expect(types(open)).toMatch(/^IBBP/);
    expectSamePictures(open, whole.slice(first, first + open.length), "open group");

    const closed = stream.slice(group, next);
    closed[7] = (closed[7] as number) | 0x40;
    decoder.reset();
    expect(types(Array.from(decoder.decode(closed), shown))).toMatch(/^BBI/);

    // In the middle of the stream the link is broken: what was there before is another video.
    const broken = stream.slice();
    broken[group + 7] = (broken[group + 7] as number) | 0x20;
    const around = types(whole).indexOf("PBBI");
    expect(types(decodeStream(kernels, broken)).slice(around, around + 2)).toBe("PI");
    decoder.close();
  });

  it("goes on where the size changes, and pictures that are held stay", async () => {
    const [first, second] = [writeTame(1, 1), writeTame(2, 3)];
    const other = await own("own-mpeg2-dc9.m2v");
    const joined = new Uint8Array([...first.bytes, ...other, ...second.bytes]);
    const parts = [first.bytes, other, second.bytes].map((bytes) => decodeStream(kernels, bytes));
    const decoder = new MpegDecoder(kernels);
    const held: { picture: ShownPicture; live: Parameters<MpegDecoder["hold"]>[0]; name: number }[] = [];
    const sizes = new Set<string>();
    let count = 0;
    for (const pictures of [decoder.decode(joined), decoder.end()])
      for (const live of pictures) {
        if (count % 5 === 0) held.push({ picture: shown(live), live, name: decoder.hold(live) });
        sizes.add(`${live.width}x${live.height} ${live.chroma}`);
        count += 1;
      }
    expect(count).toBe(parts.flat().length);
    expect([...sizes]).toEqual(["96x192 420", "176x144 420", "96x192 444"]);
    for (const { picture, live, name } of held) {
      expectSameBytes(shown(live).samples, picture.samples, "held");
      decoder.letGo(name);
    }
    decoder.close();
    expectSamePictures(decodeStream(kernels, joined), parts.flat(), "joined");
  });

  it("shows D-pictures: each block its mean", () => {
    const means = [
      [16, 100, 128, 235, 90, 140],
      [40, 41, 42, 43, 44, 45],
    ];
    const pictures = decodeStream(kernels, writeDcPictures(means));
    expect(types(pictures)).toBe("DD");
    for (const [i, [a, b, c, d, cb, cr]] of means.entries()) {
      const { samples } = pictures[i] as ShownPicture;
      const at = (x: number, y: number) => samples[y * 16 + x];
      expect([at(0, 0), at(15, 7), at(0, 15), at(15, 15)]).toEqual([a, b, c, d]);
      expect([samples[256], samples[256 + 63], samples[320], samples[383]]).toEqual([cb, cb, cr, cr]);
    }
  });

  it("conceals slices that are lost from the picture before, and decodes the others", async () => {
    const stream = await own("own-mpeg2-ip.m2v");
    const whole = decodeStream(kernels, stream);
    const slices = startCodes(stream, 5);
    // The fifth slice of the second picture: its start code becomes another's, which no decoder reads.
    const lost = stream.slice();
    lost[(slices[1] as number) + 3] = 0xb2;
    const pictures = decodeStream(kernels, lost);
    expect(pictures.map(({ concealed }) => concealed).filter((count) => count > 0)).toEqual([352 / 16]);
    const [before, after] = [whole[0], pictures[1]] as [ShownPicture, ShownPicture];
    const row = (picture: ShownPicture, y: number) => picture.samples.subarray(y * 352, (y + 1) * 352);
    for (let y = 0; y < 240; y++)
      expectSameBytes(row(after, y), row(y >> 4 === 4 ? before : (whole[1] as ShownPicture), y), `line ${y}`);
  });

  it("repeats the lines of a field whose other one is missing", () => {
    const { bytes } = writeTame(1, 1);
    const pictures = startCodes(bytes, 0);
    const lone = new Uint8Array([...bytes.subarray(0, pictures[1]), ...bytes.subarray(pictures[2])]);
    const [first] = decodeStream(kernels, lone) as [ShownPicture];
    const [whole] = decodeStream(kernels, bytes) as [ShownPicture];
    expect(first.fieldPictures).toBe(true);
    const line = (picture: ShownPicture, y: number) => picture.samples.subarray(y * 96, (y + 1) * 96);
    const there = first.topFieldFirst ? 0 : 1;
    for (let y = 0; y < 192; y += 2) {
      expectSameBytes(line(first, y + there), line(whole, y + there), `line ${y}`);
      expectSameBytes(line(first, y + 1 - there), line(whole, y + there), `line beside ${y}`);
    }
  });

  it("shows nothing of bytes without a picture", () => {
    for (const bytes of [[], [0], [0, 0, 1, 0xb3], [0, 0, 1, 0, 0, 0, 1, 1, 1], Array(5000).fill(255)])
      expect(decodeStream(kernels, Uint8Array.from(bytes))).toEqual([]);
  });
});
