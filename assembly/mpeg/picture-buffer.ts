import { CHROMA_420, CHROMA_422, CHROMA_444 } from "../mpeg-syntax/syntax";

/** Three planes of lines of a picture: of all, or of every other, which are a field. 8 bits a sample. */
export class PictureLines {
  luma: usize = 0;
  cb: usize = 0;
  cr: usize = 0;
  /** Bytes from line to line of luminance, and of chrominance. */
  stride: i32 = 0;
  chromaStride: i32 = 0;
  columns: i32 = 0;
  rows: i32 = 0;
  /** 1 where chrominance has half the columns, half the rows. */
  halfColumns: i32 = 0;
  halfRows: i32 = 0;

  /** Becomes the lines of one parity of a picture. @param parity 0 top, 1 bottom */
  setField(picture: PictureLines, parity: i32): void {
    const lines = <usize>(parity * picture.stride);
    const chromaLines = <usize>(parity * picture.chromaStride);
    this.luma = picture.luma + lines;
    this.cb = picture.cb + chromaLines;
    this.cr = picture.cr + chromaLines;
    this.stride = picture.stride << 1;
    this.chromaStride = picture.chromaStride << 1;
    this.columns = picture.columns;
    this.rows = picture.rows >> 1;
    this.halfColumns = picture.halfColumns;
    this.halfRows = picture.halfRows;
  }
}

/** A picture of whole macroblocks. */
export class PictureBuffer extends PictureLines {
  /** How many look at it, whom no other picture may be written over. */
  holders: i32 = 0;

  /** Room with slack behind the end for whole vectors; mid grey. @param chroma CHROMA_* */
  constructor(macroblocksWide: i32, macroblocksHigh: i32, chroma: i32 = CHROMA_420) {
    super();
    this.columns = macroblocksWide << 4;
    this.rows = macroblocksHigh << 4;
    this.halfColumns = chroma == CHROMA_444 ? 0 : 1;
    this.halfRows = chroma == CHROMA_420 ? 1 : 0;
    this.stride = this.columns;
    this.chromaStride = this.columns >> this.halfColumns;
    const samples = <usize>(this.columns * this.rows);
    const chromaSamples = samples >> <usize>(this.halfColumns + this.halfRows);
    const bytes = samples + 2 * chromaSamples + 64;
    this.luma = heap.alloc(bytes);
    this.cb = this.luma + samples;
    this.cr = this.cb + chromaSamples;
    memory.fill(this.luma, 128, bytes);
  }

  release(): void {
    heap.free(this.luma);
  }

  /** CHROMA_*. */
  get chroma(): i32 {
    return this.halfRows ? CHROMA_420 : this.halfColumns ? CHROMA_422 : CHROMA_444;
  }
}

/** Repeats the last column and row of a plane's picture up to the plane's whole size. */
export function extendPlane(plane: usize, stride: i32, width: i32, height: i32, rows: i32): void {
  for (let y = 0; y < height; y++) {
    const row = plane + <usize>(y * stride);
    memory.fill(row + width, load<u8>(row + width - 1), <usize>(stride - width));
  }
  const last = plane + <usize>((height - 1) * stride);
  for (let y = height; y < rows; y++) memory.copy(plane + <usize>(y * stride), last, <usize>stride);
}

/** Copies `height` rows of `width` samples between planes of different strides. */
export function copyPlane(
  target: usize,
  targetStride: i32,
  source: usize,
  sourceStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    memory.copy(target, source, <usize>width);
    target += targetStride;
    source += sourceStride;
  }
}
