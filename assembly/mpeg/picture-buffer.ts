/** Three planes of a 4:2:0 picture of whole macroblocks, 8 bits a sample. */
export class PictureBuffer {
  cb: usize;
  cr: usize;
  /** How many look at it, whom no other picture may be written over. */
  holders: i32 = 0;

  constructor(
    public luma: usize,
    public stride: i32,
    public rows: i32,
  ) {
    this.cb = luma + <usize>(stride * rows);
    this.cr = this.cb + <usize>((stride * rows) >> 2);
  }

  /** Room for `macroblocksWide` x `macroblocksHigh`, with slack behind the end for whole vectors; mid grey. */
  static allocate(macroblocksWide: i32, macroblocksHigh: i32): PictureBuffer {
    const samples = macroblocksWide * macroblocksHigh * 384;
    const luma = heap.alloc(<usize>(samples + 64));
    memory.fill(luma, 128, <usize>(samples + 64));
    return new PictureBuffer(luma, macroblocksWide << 4, macroblocksHigh << 4);
  }

  release(): void {
    heap.free(this.luma);
  }

  /** Stride of the chrominance planes. */
  get chromaStride(): i32 {
    return this.stride >> 1;
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
