/** Pictures that go on in another encoder's stream: what the encoder takes for its reconstruction is what decoders show. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { PictureEncoder, type StreamSyntax } from "../../codec/methods/compress/picture-encoder.ts";
import { MpegDecoder, tightPicture } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { sourcePicture } from "../support/compress.ts";
import { type CheckKernels, expectSameBytes, loadCheckKernels } from "../support/kernels.ts";
import { psnr } from "../support/quality.ts";
import { paintScene } from "../support/scenes.ts";

const [width, height] = [176, 112];
const folder = mkdtempSync(join(tmpdir(), "cmix-within-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ffmpeg = (...args: string[]): Buffer =>
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-xerror", ...args], { maxBuffer: 1 << 28 });

/** The sequence header of another encoder's stream. */
async function contextOf(codec: string, ...options: string[]): Promise<Uint8Array> {
  const video = `testsrc2=size=${width}x${height}:rate=25:duration=0.2`;
  const stream = ffmpeg("-f", "lavfi", "-i", video, "-c:v", codec, ...options, "-f", codec, "-");
  return (await openMpeg(sourceFromBytes(stream)))?.context ?? new Uint8Array();
}

describe.each([
  { syntax: "mpeg1", codec: "mpeg1video", options: [], quality: 3 },
  { syntax: "mpeg2", codec: "mpeg2video", options: [], quality: 1 },
  { syntax: "mpeg2", codec: "mpeg2video", options: [], quality: 9 },
  { syntax: "fields", codec: "mpeg2video", options: ["-flags", "+ildct+ilme"], quality: 3 },
] as const)("pictures behind a sequence header of $codec, $syntax, scale $quality", (one) => {
  const { syntax, codec, options, quality } = one;
  let kernels: CheckKernels;
  let context: Uint8Array;
  beforeAll(async () => {
    kernels = await loadCheckKernels();
    context = await contextOf(codec, ...options);
  });

  it("R4 show what the encoder has reconstructed, without drift, in our decoder and in ffmpeg", () => {
    const { pictures } = paintScene("camera", width, height, 26, 9);
    const video = { width, height, frameRate: [25, 1] as [number, number] };
    const encoder = new PictureEncoder(kernels, video, "none", "read", syntax satisfies StreamSyntax);
    encoder.describe({ progressive: syntax !== "fields", topFieldFirst: syntax === "fields", repeatFirstField: false });
    const wanted: Uint8Array[] = [];
    const coded: Uint8Array[] = [context];
    for (const [number, data] of pictures.slice(0, -2).entries()) {
      const picture = sourcePicture({ width, height }, data.slice(), 0);
      coded.push(encoder.encode(picture, { quality, key: number === 0, number }).publicBytes);
      wanted.push(encoder.reconstruction());
    }
    // Two that need no other, shown before the last reference.
    for (const [i, data] of pictures.slice(-2).entries()) {
      const picture = sourcePicture({ width, height }, data.slice(), 0);
      coded.push(encoder.encodeAlone(picture, { quality, number: wanted.length - 1 + i }).publicBytes);
      wanted.splice(-1, 0, encoder.reconstruction());
    }
    encoder.close();
    const stream = concatBytes(...coded, Uint8Array.of(0, 0, 1, 0xb7));
    const decoder = new MpegDecoder(kernels);
    const shown: Uint8Array[] = [];
    for (const pulled of [decoder.decode(stream), decoder.end()])
      for (const picture of pulled) {
        expect(picture.concealed).toBe(0);
        expect(picture.topFieldFirst).toBe(syntax === "fields");
        shown.push(tightPicture(picture));
      }
    decoder.close();
    expect(shown.length).toBe(26);
    for (const [i, picture] of shown.entries()) expectSameBytes(picture, wanted[i] as Uint8Array, `picture ${i}`);
    const path = join(folder, "stream.m2v");
    writeFileSync(path, stream);
    const decoded = ffmpeg("-i", path, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-");
    const bytes = width * height * 1.5;
    expect(decoded.length).toBe(26 * bytes);
    // Inverse transforms round differently; without drift they stay as near in the last picture as in the first.
    for (let i = 0; i < 26; i++)
      expect(
        psnr(decoded.subarray(i * bytes, (i + 1) * bytes), wanted[i] as Uint8Array),
        `picture ${i}`,
      ).toBeGreaterThan(52);
  });
});
