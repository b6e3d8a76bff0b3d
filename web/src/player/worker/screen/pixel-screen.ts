/**
 * Painting without a GPU, where every pixel costs: pictures that are seen smaller than they are go to the canvas as small as they are seen,
 * so that the browser's compositor need not scale them.
 */
import { chromaSize, type Kernels, type PlanarPicture, type VideoTrack } from "../../../../../codec/index.ts";
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

type Colours = Pick<VideoTrack, "matrix" | "fullRange">;

/** By the names that WebCodecs has for them. Pictures in other colours are left to the browser. */
const MATRICES = new Map<string | null, Colours["matrix"]>([
  ["bt709", "bt709"],
  ["smpte170m", "bt601"],
  ["bt470bg", "bt601"],
]);
/** Primaries and transfers that are shown as they are. */
const PLAIN: ReadonlySet<string | null> = new Set([null, "bt709", "smpte170m", "iec61966-2-1"]);

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
  /** Takes a frame's planes; none while they are on their way. */
  private frameBytes: Uint8Array<ArrayBuffer> | undefined;
  /** Counts frames: one whose planes come late is not painted over a newer one. */
  private newestFrame = 0;

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
    this.forgetRooms();
    this.width = newWidth;
    this.height = newHeight;
    return true;
  }

  paint(picture: PlanarPicture): void {
    this.paintPlanes(picture, this.video);
  }

  paintFrame(frame: VideoFrame, kernels: Kernels): void {
    this.newestFrame += 1;
    const colours = this.coloursOf(frame);
    if (colours === undefined) this.drawFrame(frame);
    else void this.paintFramePlanes(frame.clone(), kernels, colours, this.newestFrame);
  }

  close(): void {
    this.newestFrame += 1;
    this.forgetRooms();
  }

  private paintPlanes(picture: PlanarPicture, { matrix, fullRange }: Colours): void {
    const { width, height, video } = this;
    const { kernels, planes, strides } = picture;
    const [codedWidth, codedHeight] = [picture.width ?? video.width, picture.height ?? video.height];
    const [chromaWidth, chromaHeight] = chromaSize(codedWidth, codedHeight, picture.chroma ?? "420");
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
        width: isLuma ? codedWidth : chromaWidth,
        height: isLuma ? codedHeight : chromaHeight,
      };
      return scaledPlane(kernels, plane, half(width), half(height), room);
    }) as [Plane, Plane, Plane];
    const rgba = room(width * height * 4);
    kernels.raw.i420ToRgba(
      ...[rgba, y.pointer, cb.pointer, cr.pointer, y.stride, cb.stride, width, height],
      matrix === "bt709" ? 1 : 0,
      fullRange ? 1 : 0,
    );
    const { buffer, byteOffset, length } = kernels.memory.bytes(rgba, width * height * 4);
    this.fitCanvas();
    this.context.putImageData(new ImageData(new Uint8ClampedArray(buffer, byteOffset, length), width, height), 0, 0);
  }

  /** How a frame's planes become colours; undefined for a frame that the browser is to paint. */
  private coloursOf({ format, visibleRect, colorSpace }: VideoFrame): Colours | undefined {
    const { width, height } = this.video;
    const matrix = MATRICES.get(colorSpace.matrix);
    if (format !== "I420" || visibleRect?.width !== width || visibleRect.height !== height) return undefined;
    if (matrix === undefined || !PLAIN.has(colorSpace.primaries) || !PLAIN.has(colorSpace.transfer)) return undefined;
    return { matrix, fullRange: colorSpace.fullRange === true };
  }

  /** Browsers take several times as long to scale a frame. Closes it. */
  private async paintFramePlanes(frame: VideoFrame, kernels: Kernels, colours: Colours, number: number): Promise<void> {
    const bytes = this.frameBytes ?? new Uint8Array(frame.allocationSize());
    this.frameBytes = undefined;
    try {
      const layout = await frame.copyTo(bytes);
      if (number === this.newestFrame) this.paintCopied(bytes, layout, kernels, colours);
      this.frameBytes = bytes;
    } catch {
      if (number === this.newestFrame) this.drawFrame(frame);
    } finally {
      frame.close();
    }
  }

  private paintCopied(bytes: Uint8Array, layout: PlaneLayout[], kernels: Kernels, colours: Colours): void {
    const [y, cb, cr] = layout as [PlaneLayout, PlaneLayout, PlaneLayout];
    const pointer = kernels.memory.put(bytes);
    try {
      const planes = [pointer + y.offset, pointer + cb.offset, pointer + cr.offset] as const;
      this.paintPlanes({ kernels, planes, strides: [y.stride, cb.stride] }, colours);
    } finally {
      kernels.memory.release(pointer);
    }
  }

  private drawFrame(frame: VideoFrame): void {
    this.fitCanvas();
    this.context.drawImage(frame, 0, 0, this.width, this.height);
  }

  private forgetRooms(): void {
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
