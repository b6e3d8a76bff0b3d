/**
 * The exports of assembly/index.ts as wasm has them: pointers and i32 as numbers, statuses as returned. Contracts stand with the kernels.
 * Grouped by file.
 */
export interface RawKernels {
  readonly memory: WebAssembly.Memory;
  // AssemblyScript's run time. Objects that only the host points to need __pin, or the collection after a bound call frees them.
  __new(size: number, classId: number): number;
  __pin(pointer: number): number;
  __unpin(pointer: number): void;
  __collect(): void;
  // assembly/kernels/colour.ts
  deinterleaveChroma(cb: number, cr: number, nv12: number, count: number): void;
  i420ToRgba(
    rgba: number,
    y: number,
    cb: number,
    cr: number,
    yStride: number,
    cStride: number,
    width: number,
    height: number,
    matrix: number,
    fullRange: number,
  ): void;
  rgbaToI420(
    y: number,
    cb: number,
    cr: number,
    yStride: number,
    cStride: number,
    rgba: number,
    rgbaStride: number,
    width: number,
    height: number,
    order: number,
  ): void;
  // assembly/kernels/bitplane.ts
  mergePlane(dst: number, low7: number, bits: number, count: number, mode: number): void;
  splitPlane(low7: number, bits: number, src: number, count: number, mode: number): void;
  // assembly/kernels/packets.ts
  cutPackets(
    publicOut: number,
    withheldOut: number,
    packets: number,
    sizes: number,
    count: number,
    withheldBytes: number,
  ): number;
  mergePackets(
    packets: number,
    publicIn: number,
    withheldIn: number,
    sizes: number,
    count: number,
    withheldBytes: number,
  ): number;
  // assembly/kernels/ranges.ts
  cutRanges(openOut: number, cutOut: number, bytes: number, length: number, table: number, count: number): number;
  mergeRanges(bytes: number, length: number, openIn: number, cutIn: number, table: number, count: number): number;
  // assembly/kernels/deinterlace.ts
  combedSamples(plane: number, stride: number, width: number, height: number): number;
  deinterlacePlane(
    dst: number,
    before: number,
    current: number,
    after: number,
    stride: number,
    width: number,
    height: number,
    parity: number,
    isSecond: number,
  ): void;
  // assembly/kernels/finder-patterns.ts
  findFinders(
    out: number,
    capacity: number,
    plane: number,
    stride: number,
    width: number,
    height: number,
    step: number,
  ): number;
  // assembly/kernels/scale.ts
  halvePlane(dst: number, dstStride: number, src: number, srcStride: number, width: number, height: number): void;
  scalePlane(
    dst: number,
    dstStride: number,
    dstWidth: number,
    dstHeight: number,
    src: number,
    srcStride: number,
    srcWidth: number,
    srcHeight: number,
  ): void;
  // assembly/kernels/tables.ts
  joinTable(dst: number, src: number, rows: number, columns: number, delta: number): number;
  splitTable(dst: number, src: number, rows: number, columns: number, delta: number): number;
  // assembly/kernels/treatment.ts
  blendPlane(
    dst: number,
    dstStride: number,
    src: number,
    srcStride: number,
    alpha: number,
    alphaStride: number,
    width: number,
    height: number,
  ): void;
  fillPlane(plane: number, stride: number, width: number, height: number, value: number): void;
  mosaicPlane(plane: number, stride: number, width: number, height: number, columns: number, rows: number): void;
  // assembly/kernels/xor.ts
  xorRepeat(dst: number, src: number, count: number, pad: number, padLength: number, padOffset: number): number;
  // assembly/bitstream/read-code.ts
  decodePlane(
    bits: number,
    widthPixels: number,
    lines: number,
    strideBytes: number,
    src: number,
    length: number,
  ): number;
  encodePlane(
    dst: number,
    capacity: number,
    bits: number,
    widthPixels: number,
    lines: number,
    strideBytes: number,
  ): number;
  // assembly/mpeg/decoder.ts
  decoderOpen(divisionMode: number, planeCoding?: number): void;
  decoderPicture(bytes: number, length: number, withheld: number, withheldLength: number): number;
  // assembly/mpeg/frames.ts
  decoderClose(): void;
  decoderPlane(plane: number): number;
  decoderHold(picture: number): void;
  decoderLetGo(picture: number): void;
  decoderStride(plane: number): number;
  decoderWidth(): number;
  decoderHeight(): number;
  // assembly/mpeg/stream-decoder.ts
  streamReset(): void;
  streamUnit(bytes: number, length: number, serial: number): number;
  streamPictureStart(): number;
  streamNext(last: number): number;
  // assembly/mpeg/encoder.ts
  encoderOpen(
    width: number,
    height: number,
    rateCode: number,
    aspectCode: number,
    divisionMode: number,
    planeCoding?: number,
    syntax?: number,
  ): number;
  encoderClose(): void;
  encoderFrame(flags: number): void;
  encoderSource(plane: number): number;
  encoderReconstruction(plane: number): number;
  encoderStride(plane: number): number;
  encoderPicture(quality: number, want: number, number: number): number;
  encoderPublicBytes(): number;
  encoderPublicLength(): number;
  encoderWithheldBytes(): number;
  encoderWithheldLength(): number;
  // assembly/mpeg/picture-buffer.ts
  copyPlane(
    target: number,
    targetStride: number,
    source: number,
    sourceStride: number,
    width: number,
    height: number,
  ): void;
  // assembly/mpeg-syntax/start-codes.ts
  nextStartCode(bytes: number, length: number, from: number): number;
  pictureEnd(bytes: number, length: number): number;
  // assembly/mpeg-division/combiner.ts
  mpegCombine(out: number, length: number, parts: number, state: number, filterFactor: number, options: number): number;
  // assembly/mpeg-division/divider.ts
  mpegClose(): void;
  mpegDivide(
    video: number,
    length: number,
    context: number,
    contextLength: number,
    filterFactor: number,
    options: number,
  ): number;
  mpegFactor(): number;
  mpegPart(part: number): number;
  mpegPartLength(part: number): number;
  mpegState(): number;
  mpegVerbatim(): number;
  // assembly/common/memory.ts; callers use KernelMemory
  allocate(bytes: number): number;
  release(pointer: number): void;
}

/** The exports that take or return arrays and text, converted by as-bind: arguments copied in, results copied out. */
export interface BoundKernels {
  // assembly/mpeg/headers.ts
  readStreamHeader(bytes: Uint8Array): Int32Array;
}
