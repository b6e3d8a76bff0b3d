/** Reads QR codes: ZXing C++ as WebAssembly, whose binary the host brings, so that nothing is fetched from anywhere else. */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** A plane of 8-bit luma as the reader takes it: a binary PGM file. */
export interface GrayPicture {
  width: number;
  height: number;
  /** The file's bytes; the samples are the last width * height of them. */
  pgm: Uint8Array<ArrayBuffer>;
}

/** A code that was read, and the least rectangle around it without its quiet zone, in pixels. */
export interface FoundCode {
  text: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The codes of a picture, dark on light ones, turned by any angle. */
export type CodeReader = (picture: GrayPicture) => Promise<FoundCode[]>;

/** A gray picture of this size to fill. */
export function grayPicture(width: number, height: number): GrayPicture & { samples: Uint8Array<ArrayBuffer> } {
  const head = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
  const pgm = new Uint8Array(head.length + width * height);
  pgm.set(head);
  return { width, height, pgm, samples: pgm.subarray(head.length) };
}

/**
 * Starts the reader of this thread.
 *
 * @param wasm the package's own zxing_reader.wasm
 */
export async function createCodeReader(wasm: ArrayBuffer): Promise<CodeReader> {
  await prepareZXingModule({ overrides: { wasmBinary: wasm }, fireImmediately: true });
  return async ({ pgm }) => {
    const found = await readBarcodes(pgm, {
      formats: ["QRCode"],
      // Turning and halving are for codes of bars, and for sizes that the caller has chosen already.
      ...{ tryRotate: false, tryInvert: false, tryDownscale: false },
      textMode: "Plain",
    });
    return found.map(({ text, position }) => {
      const corners = [position.topLeft, position.topRight, position.bottomLeft, position.bottomRight];
      const [across, down] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
      return {
        text,
        left: Math.min(...across),
        top: Math.min(...down),
        right: Math.max(...across),
        bottom: Math.max(...down),
      };
    });
  };
}
