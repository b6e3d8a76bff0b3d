/** Divisions that are cut off after some bytes of some write, and gone on with. */
import { type ByteSink, MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import type { DivisionSinks } from "../../codec/division/division-writer.ts";
import { readUnfinished, type UnfinishedDivision } from "../../codec/division/unfinished.ts";
import { resumable } from "../../codec/methods/divide-video.ts";
import type { MethodSettings } from "../../codec/methods/method.ts";

export const FILES = ["main", "slave", "journal"] as const;
export type FileName = (typeof FILES)[number];
export type Files = Record<FileName, Uint8Array>;

/** Divides, from the start or behind what is kept. */
export type Divide = (sinks: DivisionSinks, unfinished?: UnfinishedDivision) => Promise<unknown>;

export interface RecordedDivision {
  /** Every write of a division that nothing interrupted, in order. */
  writes: readonly { file: FileName; bytes: Uint8Array }[];
  whole: Files;
  /** The files after so many whole writes and so many bytes of the next one. */
  filesAt(count: number, moreBytes: number): Files;
}

export async function recordDivision(divide: Divide): Promise<RecordedDivision> {
  const writes: { file: FileName; bytes: Uint8Array }[] = [];
  const sinkOf = (file: FileName): ByteSink => ({
    async write(bytes) {
      writes.push({ file, bytes: bytes.slice() });
    },
    async close() {},
    async abort() {},
  });
  await divide({ main: sinkOf("main"), slave: sinkOf("slave"), journal: sinkOf("journal") });
  const filesAt = (count: number, moreBytes: number): Files => {
    const parts: Record<FileName, Uint8Array[]> = { main: [], slave: [], journal: [] };
    for (const { file, bytes } of writes.slice(0, count)) parts[file].push(bytes);
    const torn = writes[count];
    if (torn !== undefined) parts[torn.file].push(torn.bytes.subarray(0, moreBytes));
    const joined = (file: FileName) => new Uint8Array(Buffer.concat(parts[file]));
    return { main: joined("main"), slave: joined("slave"), journal: joined("journal") };
  };
  return { writes, whole: filesAt(writes.length, 0), filesAt };
}

/** What can be kept of the files. */
export async function readFiles(
  { main, slave, journal }: Files,
  settings?: MethodSettings,
): Promise<UnfinishedDivision | undefined> {
  const found = await readUnfinished(sourceFromBytes(main), sourceFromBytes(slave), sourceFromBytes(journal));
  return found && resumable(found, settings);
}

/** What can be kept of the files, of which something can. */
export async function requiredOf(files: Files, settings?: MethodSettings): Promise<UnfinishedDivision> {
  const unfinished = await readFiles(files, settings);
  if (unfinished === undefined) throw new Error("nothing can be kept");
  return unfinished;
}

/** Goes on, and gives what the files hold then. */
export async function goOn(files: Files, unfinished: UnfinishedDivision, divide: Divide): Promise<Files> {
  const sinks = { main: new MemorySink(), slave: new MemorySink(), journal: new MemorySink() } satisfies DivisionSinks;
  const kept = { main: unfinished.mainBytes, slave: unfinished.slaveBytes, journal: unfinished.journalBytes };
  for (const file of FILES) await sinks[file].write(files[file].subarray(0, kept[file]));
  await divide(sinks, unfinished);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes(), journal: sinks.journal.bytes() };
}
