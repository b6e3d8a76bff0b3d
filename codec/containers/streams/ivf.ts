/** Index of IVF, the plain file of VP8, VP9 and AV1 pictures: a head of 32 bytes, then 12 bytes before each picture, little-endian. */

import { type ByteSource, viewOf } from "../../bytes/bytes.ts";
import { WindowReader } from "../../bytes/window-reader.ts";
import { untaggedMatrix } from "../../format/header.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex, ratioOf } from "../source-index.ts";

const PICTURE_HEAD_BYTES = 12;
const CODINGS: Record<string, { codec: string; form: "picture" | "vp9" | "av1" }> = {
  VP80: { codec: "vp8", form: "picture" },
  VP90: { codec: "vp09.00.10.08", form: "vp9" },
  AV01: { codec: "av01.0.08M.08", form: "av1" },
};

export async function openIvf(source: ByteSource): Promise<FoundIndex | undefined> {
  if (source.size < 32) return undefined;
  const head = await source.read(0, 32);
  const view = viewOf(head);
  const coding = CODINGS[String.fromCharCode(...head.subarray(8, 12))];
  const [headBytes, width, height] = [6, 12, 14].map((at) => view.getUint16(at, true)) as [number, number, number];
  const [rate, scale] = [view.getUint32(16, true), view.getUint32(20, true)];
  if (coding === undefined || headBytes < 32 || width < 1 || height < 1 || rate < 1 || scale < 1) return undefined;
  const unitMicroseconds = (1e6 * scale) / rate;
  return {
    container: "ivf",
    streams: [
      {
        form: coding.form,
        parameter: 0,
        track: {
          id: 0,
          kind: "video",
          codec: coding.codec,
          width,
          height,
          frameRate: ratioOf(rate / scale),
          pixelAspect: [1, 1],
          rotation: 0,
          mirrored: false,
          matrix: untaggedMatrix(height),
          fullRange: false,
        },
      },
    ],
    durationMicroseconds: view.getUint32(24, true) * unitMicroseconds,
    structure: [],
    samples: () => pictures(source, headBytes, unitMicroseconds, coding.form),
    samplesIn: (part, isFirst) => pictures(part, isFirst ? headBytes : 0, unitMicroseconds, coding.form),
  };
}

async function* pictures(
  source: ByteSource,
  from: number,
  unitMicroseconds: number,
  form: string,
): AsyncGenerator<CodedSample[]> {
  const reader = new WindowReader(source);
  let batch: CodedSample[] = [];
  for (let at = from; at + PICTURE_HEAD_BYTES < source.size; ) {
    const head = await reader.read(at, PICTURE_HEAD_BYTES + 1);
    const view = viewOf(head);
    const size = view.getUint32(0, true);
    const offset = at + PICTURE_HEAD_BYTES;
    if (offset + size > source.size) break;
    if (size > 0)
      batch.push({
        offset,
        size,
        timeMicroseconds: Number(view.getBigUint64(4, true) & 0xffffffffffffn) * unitMicroseconds,
        durationMicroseconds: unitMicroseconds,
        key: isKey(head[PICTURE_HEAD_BYTES] ?? 0, form, at === from),
        stream: 0,
      });
    at = offset + size;
    if (batch.length < BATCH_SAMPLES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** From the first byte of a picture: VP8's frame tag (RFC 6386 9.1), VP9's frame marker, profile and type (profiles 0-2). */
function isKey(byte: number, form: string, first: boolean): boolean {
  if (form === "picture") return (byte & 1) === 0;
  return form === "vp9" ? (byte & 0b1100) === 0 && byte >> 6 === 2 : first;
}
