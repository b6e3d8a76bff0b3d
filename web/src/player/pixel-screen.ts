/**
 * Painting without a GPU, where every pixel costs: pictures that are seen smaller than they are go to the canvas as small as they are seen,
 * so that the browser's compositor need not scale them. Runs in a worker.
 */
import type { VideoTrack } from "../../../codec/format/header.ts";
import type { PlanarPicture } from "../../../codec/methods/compress-decoder.ts";
import type { Kernels } from "../../../codec/wasm/load-kernels.ts";
import type { Screen } from "./screen.ts";

interface Plane {
  pointer: number;
  stride: number;
  width: number;
  height: number;
}

/** @returns undefined where there is no 2D canvas in a worker */
export function openPixels(canvas: OffscreenCanvas, video: VideoTrack): Screen | undefined {
  const context = canvas.getContext("2d", { alpha: false });
  return context === null ? undefined : new PixelScreen(canvas, context, video);
}

class PixelScreen implements Screen {
  readonly display = "2d";
  private readonly canvas: OffscreenCanvas;
  private readonly context: OffscreenCanvasRenderingContext2D;
  private readonly video: VideoTrack;
  /** Of what is painted: the picture's, or what is seen of it. */
  private width: number;
  private height: number;
  private kernels: Kernels | undefined;
  /** In the kernels' memory, for the present size. */
  private rooms: number[] = [];

  constructor(canvas: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, video: VideoTrack) {
    this.canvas = canvas;
    this.context = context;
    this.video = video;
    this.width = video.width;
    this.height = video.height;
  }

  setSize(width: number, height: number): boolean {
    const [newWidth, newHeight] = [Math.min(width, this.video.width), Math.min(height, this.video.height)];
    if (newWidth === this.width && newHeight === this.height) return false;
    this.close();
    this.width = newWidth;
    this.height = newHeight;
    return true;
  }

  paint({ kernels, planes, strides }: PlanarPicture): void {
    const { width, height, video } = this;
    this.kernels = kernels;
    // Room is taken in the same order for each picture, and kept.
    let taken = 0;
    const room = (bytes: number): number => {
      this.rooms[taken] ??= kernels.memory.allocate(bytes);
      return this.rooms[taken++] as number;
    };
    const [y, cb, cr] = planes.map((pointer, i) => {
      const isLuma = i === 0;
      const half = (size: number) => (isLuma ? size : (size + 1) >> 1);
      const plane = {
        pointer,
        stride: strides[isLuma ? 0 : 1],
        width: half(video.width),
        height: half(video.height),
      };
      return scaledPlane(kernels, plane, half(width), half(height), room);
    }) as [Plane, Plane, Plane];
    const rgba = room(width * height * 4);
    kernels.raw.i420ToRgba(
      ...[rgba, y.pointer, cb.pointer, cr.pointer, y.stride, cb.stride, width, height],
      video.matrix === "bt709" ? 1 : 0,
      video.fullRange ? 1 : 0,
    );
    const { buffer, byteOffset, length } = kernels.memory.bytes(rgba, width * height * 4);
    this.fitCanvas();
    this.context.putImageData(new ImageData(new Uint8ClampedArray(buffer, byteOffset, length), width, height), 0, 0);
  }

  paintFrame(frame: VideoFrame): void {
    this.fitCanvas();
    this.context.drawImage(frame, 0, 0, this.width, this.height);
  }

  close(): void {
    for (const room of this.rooms) this.kernels?.memory.release(room);
    this.rooms = [];
  }

  /** Another size empties the canvas: only before something is painted. */
  private fitCanvas(): void {
    const { canvas, width, height } = this;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  }
}

/** @param room gives memory for what is written; what has the size already stays where it is */
function scaledPlane(
  { raw }: Kernels,
  plane: Plane,
  width: number,
  height: number,
  room: (bytes: number) => number,
): Plane {
  let from = plane;
  while (from.width >= 2 * width && from.height >= 2 * height) {
    const to = { pointer: 0, stride: from.width >> 1, width: from.width >> 1, height: from.height >> 1 };
    to.pointer = room(to.width * to.height);
    raw.halvePlane(to.pointer, to.stride, from.pointer, from.stride, from.width, from.height);
    from = to;
  }
  if (from.width === width && from.height === height) return from;
  const pointer = room(width * height);
  raw.scalePlane(pointer, width, width, height, from.pointer, from.stride, from.width, from.height);
  return { pointer, stride: width, width, height };
}
