/** Real files, which lie beside the repository where they are at hand. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { MemorySink } from "../../codec/bytes/bytes.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { type Division, divideFile, type ProtectionName } from "./divisions.ts";
import { SHARED_MEDIA } from "./tree.ts";

/** `npm run test:media` tries all files, otherwise a few small ones. */
export const ALL_MEDIA: boolean = process.env.CMIX_MEDIA === "all";

/** Paths of files in the named folders; none, with a word, where the folders are not there: see {@link ownFiles}. */
export function mediaFiles(...folders: string[]): string[] {
  if (!existsSync(SHARED_MEDIA)) {
    console.warn(`no real files beside the repository (../shared/media): files of our own scene are tried`);
    return [];
  }
  return folders.flatMap((folder) =>
    readdirSync(join(SHARED_MEDIA, folder))
      .sort()
      .map((name) => join(SHARED_MEDIA, folder, name)),
  );
}

export const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
export const nameOf = (path: string): string => basename(path);

export interface SamplesDivision extends Division {
  segments: number;
  pictures: number;
}

export async function divideBytes(
  kernels: Kernels,
  bytes: Uint8Array,
  protection: ProtectionName,
): Promise<SamplesDivision> {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const options = { protection, title: "file", mainName: "file.cmx", slaveName: "file.cms" };
  const { segments, pictures } = await divideFile(kernels, "samples", bytes, options, sinks);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes(), segments, pictures };
}
