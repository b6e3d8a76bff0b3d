/** YUV4MPEG2 files with 4:2:0 pictures of 8 bits. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SHARED_MEDIA } from "./tree.ts";

export interface Clip {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Y, Cb, Cr, tight. */
  readonly pictures: readonly Uint8Array[];
}

export function readY4m(file: Uint8Array, name: string): Clip {
  const end = file.indexOf(10);
  const header = new TextDecoder().decode(file.subarray(0, end));
  const number = (letter: string): number => Number(new RegExp(` ${letter}(\\d+)`).exec(header)?.[1]);
  const [width, height] = [number("W"), number("H")];
  if (!header.startsWith("YUV4MPEG2") || !/ C420(jpeg|mpeg2|paldv)?( |$)/.test(header))
    throw new Error(`${name}: no 8-bit 4:2:0 YUV4MPEG2: ${header}`);
  const bytes = width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
  const pictures: Uint8Array[] = [];
  for (let at = end + 1; at < file.length; ) {
    at = file.indexOf(10, at) + 1;
    pictures.push(file.slice(at, at + bytes));
    at += bytes;
  }
  return { name, width, height, pictures };
}

/** A clip of the shared test media beside the repository; undefined, with a word, where it is not there. */
export function sharedClip(name: string): Clip | undefined {
  const path = join(SHARED_MEDIA, "yuv", name);
  if (existsSync(path)) return readY4m(new Uint8Array(readFileSync(path)), name);
  console.warn(`${name} is not among the shared media: scenes of our own are used`);
  return undefined;
}
