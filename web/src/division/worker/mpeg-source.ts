/** MPEG-1 and MPEG-2 files in the Studio: our own decoder shows them, method `mpeg` keeps them as they are. */

import { type MpegContainer, openMpeg, planMpeg } from "../../../../codec/index.ts";
import { sourceFromBlob } from "../../../../codec/page.ts";
import type { SourceFacts } from "../protocol/divide-api.ts";
import { codedVideoFacts } from "./coded-video-facts.ts";

/** As much is looked at for the length, which is told of the whole from it. */
const PROBE_BYTES = 8 << 20;

const NAMES: Record<MpegContainer, string> = {
  es: "MPEG elementary stream",
  ps: "MPEG program stream",
  ts: "MPEG transport stream",
  m2ts: "MPEG transport stream (M2TS)",
  ts204: "MPEG transport stream",
  cdxa: "Video CD",
};

/** By the file's content; undefined where there is no such video. */
export async function inspectMpeg(file: Blob): Promise<SourceFacts | undefined> {
  const source = sourceFromBlob(file);
  const found = await openMpeg(source);
  if (found === undefined) return undefined;
  let probed = 1;
  let microseconds = 0;
  for await (const { end, startMicroseconds, durationMicroseconds } of planMpeg(source, found)) {
    probed = end;
    microseconds = startMicroseconds + durationMicroseconds;
    if (end >= PROBE_BYTES) break;
  }
  const { width, height, frameRate, mpeg2 } = found.video;
  return codedVideoFacts({
    container: NAMES[found.container],
    bytes: file.size,
    durationSeconds: (microseconds / 1e6) * (file.size / probed),
    codec: mpeg2 ? "MPEG-2" : "MPEG-1",
    width,
    height,
    frameRate,
    isDecodable: true,
    keptBy: "mpeg",
    notCompressed: "MPEG-1 and MPEG-2 video is not decoded here",
  });
}
