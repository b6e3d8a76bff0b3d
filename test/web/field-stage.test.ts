/** P3: interlaced MPEG is shown field by field, progressive MPEG as it is, and nothing stays held in the decoder. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { MpegDecoder, type MpegPicture } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { FieldStage } from "../../web/src/player/worker/feeds/mpeg/field-stage.ts";
import { readWasm } from "../support/kernels.ts";
import { hasFfmpeg, withFolder } from "../support/tools.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

class CountingDecoder extends MpegDecoder {
  held = 0;

  override hold(picture: MpegPicture): number {
    this.held += 1;
    return super.hold(picture);
  }

  override letGo(held: number): void {
    this.held -= 1;
    super.letGo(held);
  }
}

const made = (filter: string, ...flags: string[]): Uint8Array =>
  withFolder((folder) => {
    const path = join(folder, "a.m2v");
    const source = ["-f", "lavfi", "-i", "testsrc2=s=352x288:r=50", "-t", "1", "-vf", filter];
    execFileSync("ffmpeg", ["-v", "error", ...source, "-c:v", "mpeg2video", "-q:v", "3", ...flags, path]);
    return new Uint8Array(readFileSync(path));
  });

/** Times of what is shown, in milliseconds, and how many of them were made of fields. */
function show(stream: Uint8Array, isOn: boolean): { times: number[]; painted: number; ofFields: number; held: number } {
  const decoder = new CountingDecoder(kernels);
  const decoded = new Set<number>();
  let [painted, ofFields] = [0, 0];
  const stage = new FieldStage(kernels, decoder, ({ planes }) => {
    painted += 1;
    if (!decoded.has(planes[0])) ofFields += 1;
  });
  stage.setOn(isOn);
  const times: number[] = [];
  const take = (pictures: ReturnType<FieldStage["push"]>): void => {
    for (const picture of pictures) {
      times.push(Math.round(picture.timeSeconds * 1000));
      expect(picture.endSeconds).toBeGreaterThan(picture.timeSeconds);
      picture.paint();
      picture.close();
    }
  };
  const push = (pictures: Iterable<MpegPicture>): void => {
    for (const picture of pictures) {
      decoded.add(picture.planes[0]);
      take(stage.push({ ...picture, timeMicroseconds: picture.timeMicroseconds ?? 0 }));
    }
  };
  push(decoder.decode(stream, [{ offset: 0, timeMicroseconds: 0 }]));
  push(decoder.end());
  take(stage.end());
  stage.close();
  const { held } = decoder;
  decoder.close();
  return { times, painted, ofFields, held };
}

const every = (milliseconds: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => i * milliseconds);

describe.skipIf(!hasFfmpeg())("P3: of 25 frames a second", () => {
  it("with fields of different moments, 50 pictures are shown, or 25 where the viewer wants that", () => {
    const stream = made("tinterlace=interleave_top", "-flags", "+ilme+ildct");
    const fields = show(stream, true);
    expect(fields.times).toEqual(every(20, 50));
    expect(fields).toMatchObject({ painted: 50, ofFields: 50, held: 0 });
    const frames = show(stream, false);
    expect(frames.times).toEqual(every(40, 25));
    expect(frames).toMatchObject({ painted: 25, ofFields: 0, held: 0 });
  });

  it("that are progressive, in a stream that allows fields, 25 are shown as they are", () => {
    const { times, ofFields, held } = show(made("fps=25"), true);
    expect(times).toEqual(every(40, 25));
    expect([ofFields, held]).toEqual([0, 0]);
  });
});
