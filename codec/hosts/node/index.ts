/** The library on Node: files as sources and sinks, the kernels from the package's own file, workers on threads, node:crypto. */
export { loadNodeCodeReader } from "./code-reader.ts";
export { FileSink, type OpenFile, openFile } from "./files.ts";
export { loadNodeKernels, WASM_PATH } from "./kernels.ts";
export { createNodePool } from "./pool.ts";
export { installNodeCrypto } from "./primitives.ts";
export { nodeRecoderOf } from "./recoder.ts";
export { type FoundInVideo, searchMarks } from "./search-marks.ts";
export { openSourceFile, pictureRate, type SourceFile } from "./source-file.ts";
export { makePoster, makeTeaser, type ThumbnailOptions } from "./thumbnails.ts";
