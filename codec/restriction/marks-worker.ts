/** The part of a codec worker that looks for marks. */
import type { SourcePicture } from "../pictures/source-picture.ts";
import type { Transfer } from "../pool/worker-pool.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import type { CodeReader } from "./code-reader.ts";
import { MarkFinder, type Sighting } from "./mark-finder.ts";
import type { LumaPlane } from "./picture-look.ts";

/** The calls of a codec worker that looks for marks: one video at a time. */
export interface MarksWorkerApi {
  /** Begins with a new video. */
  beginMarks(): Promise<void>;
  /**
   * Looks at the next pictures in display order; their `data` is to be transferred.
   *
   * @returns their buffers, which come back
   */
  lookAtPictures(pictures: SourcePicture[]): Promise<ArrayBuffer[]>;
  /** What was seen so far, in the order of its start; what is still seen ends with the last look. */
  seenMarks(): Promise<Sighting[]>;
  /** Looks at the last picture, and gives the memory back. */
  endMarks(): Promise<Sighting[]>;
}

/** How a worker gets its reader of codes: loaded when the first video is looked at. */
export type LoadCodeReader = () => Promise<CodeReader>;

export function createMarksWorker(
  kernels: Kernels,
  transfer: Transfer,
  loadCodeReader: LoadCodeReader,
): MarksWorkerApi {
  let finder: MarkFinder | undefined;
  const opened = (): MarkFinder => {
    if (finder === undefined) throw new TypeError("pictures before beginMarks");
    return finder;
  };
  return {
    async beginMarks() {
      finder?.close();
      finder = undefined;
      finder = new MarkFinder(kernels, await loadCodeReader());
    },

    async lookAtPictures(pictures) {
      const own = opened();
      for (const picture of pictures) {
        const { timestampMicroseconds, durationMicroseconds } = picture;
        // The finder copies before it waits for anything.
        const added = kernels.memory.withAllocations((scope) =>
          own.add(lumaOf(kernels, scope, picture), timestampMicroseconds, durationMicroseconds),
        );
        await added;
      }
      const buffers = pictures.map(({ data }) => data.buffer as ArrayBuffer);
      return transfer(buffers, buffers);
    },

    async seenMarks() {
      return opened().sightings;
    },

    async endMarks() {
      const own = opened();
      finder = undefined;
      try {
        return await own.finish();
      } finally {
        own.close();
      }
    },
  };
}

/** Brightness alone decides about a mark. */
function lumaOf(
  { raw }: Kernels,
  scope: { allocate(bytes: number): number; put(bytes: Uint8Array): number },
  { format, width, height, data, planes }: SourcePicture,
): LumaPlane {
  const { offset = 0, stride = width } = planes[0] ?? {};
  if (format === "I420" || format === "NV12") {
    const bytes = stride * (height - 1) + width;
    return { pointer: scope.put(data.subarray(offset, offset + bytes)), stride, width, height };
  }
  const rgba = scope.put(data.subarray(offset, offset + stride * (height - 1) + 4 * width));
  const chromaBytes = ((width + 1) >> 1) * ((height + 1) >> 1);
  const luma = scope.allocate(width * height);
  const [cb, cr] = [scope.allocate(chromaBytes), scope.allocate(chromaBytes)];
  const order = format === "RGBA" ? 0 : 1;
  raw.rgbaToI420(luma, cb, cr, width, (width + 1) >> 1, rgba, stride, width, height, order);
  return { pointer: luma, stride: width, width, height };
}
