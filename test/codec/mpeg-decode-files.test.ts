/** D4: MPEG files are decoded to the pictures that ffmpeg makes of them; damaged ones as far as nothing is missing. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { readWasm } from "../support/kernels.ts";
import { ALL_MEDIA, mediaFiles, nameOf, readBytes } from "../support/media.ts";
import { isMpegVideo } from "../support/mpeg.ts";
import { agreement, decodeStream, ffmpegPictures, streamOf } from "../support/mpeg-frames.ts";
import { ownFiles } from "../support/own-media.ts";
import { sampleOf } from "../support/sample.ts";
import { hasFfmpeg } from "../support/tools.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels(readWasm("kernels"));
});

const SMALL = /mssg|blue|odd|iponly|422|160x120|a_movie|lep|MELT|h262|flower_ps|garden/;

/**
 * Pictures that are compared where the standard decides against ffmpeg. Vectors of this stream count whole samples. ffmpeg takes them for
 * half ones in skipped macroblocks of B-pictures (ISO/IEC 11172-2 2.4.4.3 repeats the vectors as they are), and predicts nothing where
 * a vector leaves the picture, which happens from picture 6 on.
 */
const ONLY: Readonly<Record<string, readonly number[]>> = { "flower_garden_mpeg1_es.mpg": [0, 3] };

describe.skipIf(!hasFfmpeg())("D4: whole files agree with ffmpeg picture by picture", () => {
  const paths = [...ownFiles("mpeg"), ...mediaFiles("mpeg").filter((path) => ALL_MEDIA || SMALL.test(path))];
  for (const path of sampleOf(paths.filter(isMpegVideo), 8))
    it(nameOf(path), { timeout: 300_000 }, async () => {
      const stream = (await streamOf(readBytes(path))) as Uint8Array;
      const ours = decodeStream(kernels, stream);
      const theirs = ffmpegPictures(stream, ours[0]?.samples.length ?? 1);
      const only = ONLY[nameOf(path)];
      const chosen = only ?? ours.map((_, i) => i);
      // Reception of the transmission ended in its last picture.
      const whole = ours.findIndex(({ concealed }) => concealed > 0);
      const found = agreement(
        chosen.map((i) => ours[i] as (typeof ours)[0]),
        chosen.map((i) => theirs[i] ?? new Uint8Array()),
        whole < 0 ? undefined : whole,
      );
      console.info(`${nameOf(path)}: ${ours.length} pictures, mean ${found.mean.toFixed(4)}, most ${found.most}`);
      expect(ours.length).toBe(theirs.length);
      expect(found.wrong).toBeUndefined();
      if (!/dvb/.test(path)) expect(whole, "concealed").toBe(-1);
    });
});

describe.skipIf(!hasFfmpeg())(
  "D4: damaged files give as many pictures as ffmpeg shows, the same before the damage",
  () => {
    const paths = [...ownFiles("broken"), ...mediaFiles("broken")];
    for (const path of sampleOf(
      paths.filter((path) => /(mpg|m1v|m2v|mpeg|ts|bin)$/.test(path) && isMpegVideo(path)),
      8,
    ))
      it(nameOf(path), async () => {
        const stream = await streamOf(readBytes(path));
        if (stream === undefined) return;
        const ours = decodeStream(kernels, stream);
        if (ours.length === 0) return;
        const theirs = ffmpegPictures(stream, ours[0]?.samples.length ?? 1);
        expect(Math.abs(ours.length - theirs.length), `${ours.length} and ${theirs.length}`).toBeLessThanOrEqual(1);
      });
  },
);
