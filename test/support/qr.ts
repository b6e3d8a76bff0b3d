/** Another reader's view of codes, from the package itself: without the library's own kernels and cuts. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

export interface ReadCode {
  text: string;
  /** L, M, Q or H. */
  correction: string;
  /** Of the code without its quiet zone, in pixels. */
  left: number;
  top: number;
  right: number;
  bottom: number;
}

let isPrepared = false;

/** The QR codes of a plane of luma. */
export async function readCodes(luma: Uint8Array, width: number, height: number): Promise<ReadCode[]> {
  if (!isPrepared) {
    const wasm = await readFile(fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm")));
    await prepareZXingModule({
      overrides: { wasmBinary: new Uint8Array(wasm).buffer },
      fireImmediately: true,
    });
    isPrepared = true;
  }
  const head = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
  const picture = new Uint8Array(head.length + width * height);
  picture.set(head);
  picture.set(luma.subarray(0, width * height), head.length);
  const found = await readBarcodes(picture, { formats: ["QRCode"] });
  return found.map(({ text, ecLevel, position }) => {
    const corners = [position.topLeft, position.topRight, position.bottomLeft, position.bottomRight];
    return {
      text,
      correction: ecLevel,
      left: Math.min(...corners.map(({ x }) => x)),
      top: Math.min(...corners.map(({ y }) => y)),
      right: Math.max(...corners.map(({ x }) => x)),
      bottom: Math.max(...corners.map(({ y }) => y)),
    };
  });
}
