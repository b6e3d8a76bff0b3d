import type { Kernels } from "../wasm/load-kernels.ts";

/** A picture in the kernels' memory, 8 bits a sample; rows may be longer than the picture is wide. 4:2:0 where nothing else is said. */
export interface PlanarPicture {
  kernels: Kernels;
  /** Where Y, Cb and Cr begin. */
  planes: readonly [number, number, number];
  /** Bytes from row to row of Y, and of Cb and Cr. */
  strides: readonly [number, number];
  /** In pixels, where it is not the track's: MPEG video may change its size. */
  width?: number;
  height?: number;
  chroma?: ChromaFormat;
}

/** chroma_format of MPEG-2. */
export type ChromaFormat = "420" | "422" | "444";

/** Columns and rows of Cb and Cr of a picture. */
export function chromaSize(width: number, height: number, chroma: ChromaFormat): [number, number] {
  return [chroma === "444" ? width : (width + 1) >> 1, chroma === "420" ? (height + 1) >> 1 : height];
}

/** Copies three planes out of linear memory, without the strides' surplus. @param target of the right length, or none */
export function tightPlanes(
  memory: Kernels["memory"],
  width: number,
  height: number,
  planeAt: (plane: number) => { pointer: number; stride: number },
  target?: Uint8Array<ArrayBuffer>,
  chroma: ChromaFormat = "420",
): Uint8Array<ArrayBuffer> {
  const [chromaWidth, chromaHeight] = chromaSize(width, height, chroma);
  const tight = target ?? new Uint8Array(width * height + 2 * chromaWidth * chromaHeight);
  let offset = 0;
  for (let plane = 0; plane < 3; plane++) {
    const { pointer, stride } = planeAt(plane);
    const [planeWidth, planeHeight] = plane === 0 ? [width, height] : [chromaWidth, chromaHeight];
    for (let row = 0; row < planeHeight; row++) {
      tight.set(memory.bytes(pointer + row * stride, planeWidth), offset);
      offset += planeWidth;
    }
  }
  return tight;
}
