/** What is known of divisions under way and done, so that they survive their page: one record a division, in IndexedDB. */

import { sha256, toHex } from "../../../../codec/page.ts";
import { RecordStore } from "../../shared/files/record-store.ts";
import type { DivideSettings, DivisionOutput, SourceFacts } from "../protocol/divide-api.ts";
import { STUDIO_METHODS, type StudioMethod } from "../protocol/studio-methods.ts";

/** By this a file is known again that no handle was kept of. */
export interface SourceIdentity {
  name: string;
  size: number;
  lastModified: number;
  /** SHA-256, hexadecimal, of {@link SAMPLES} pieces spread over the file. */
  samplesHash: string;
}

export interface DivisionRecord {
  /** Also the name of its folder in the OPFS. */
  id: string;
  startedAt: number;
  settings: DivideSettings;
  facts: SourceFacts;
  source: SourceIdentity & { handle?: FileSystemFileHandle };
  /** Where the main goes, if not into the OPFS. */
  target?: FileSystemFileHandle;
  /** The program that cuts: another one may cut elsewhere, and could not go on. */
  program: string;
  /** Set when it is divided, until the slave is sent and the main kept. */
  output?: Omit<DivisionOutput, "main" | "slave">;
}

type Shown = "shownWidth" | "shownHeight";

/** A record as an earlier version of this page may have written it. */
export type StoredRecord = Omit<DivisionRecord, "settings" | "facts"> & {
  settings: Omit<DivideSettings, "thumbnails"> & Partial<Pick<DivideSettings, "thumbnails">>;
  facts: Omit<SourceFacts, "offers" | "video"> &
    Partial<Pick<SourceFacts, "offers">> & {
      video: Omit<SourceFacts["video"], Shown> & Partial<Pick<SourceFacts["video"], Shown>>;
      /** In the place of `offers`. */
      refusals?: Partial<Record<StudioMethod, string | undefined>>;
      /** Written where the method, called `samples`, was `mpeg`. */
      combinesOnly?: boolean;
    };
};

/** What was not written at the time: no thumbnails, the size as coded, and the method by its true name. */
export function upToDate({ settings, facts, output, ...record }: StoredRecord): DivisionRecord {
  const { refusals = {}, combinesOnly, offers, video, ...known } = facts;
  const keptBy: StudioMethod = combinesOnly ? "mpeg" : "samples";
  const trueName = (method: StudioMethod): StudioMethod => (STUDIO_METHODS[method].codesAnew ? method : keptBy);
  const isOld = offers === undefined;
  return {
    ...record,
    settings: {
      thumbnails: { poster: false, teaser: false, startSeconds: 0 },
      ...settings,
      ...(isOld ? { method: trueName(settings.method) } : {}),
    },
    facts: {
      ...known,
      video: { shownWidth: video.width, shownHeight: video.height, ...video },
      offers: offers ?? [
        { method: keptBy, refusal: refusals.samples },
        { method: "compress", refusal: refusals.compress },
      ],
    },
    ...(output === undefined ? {} : { output: isOld ? { ...output, method: trueName(output.method) } : output }),
  };
}

const store = new RecordStore<StoredRecord>("cmix-studio", "divisions", "id");
const SAMPLES = 16;
const SAMPLE_BYTES = 64 << 10;

/** Reads 1 MiB, whatever the file's length. */
export async function identify(file: File): Promise<SourceIdentity> {
  const { name, size, lastModified } = file;
  const step = Math.max(0, size - SAMPLE_BYTES) / (SAMPLES - 1);
  const pieces = Array.from({ length: SAMPLES }, (_, i) =>
    file.slice(Math.round(i * step), Math.round(i * step) + SAMPLE_BYTES),
  );
  const samples = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { name, size, lastModified, samplesHash: toHex(await sha256(samples)) };
}

/** None where the browser keeps nothing (some private windows). */
export async function listRecords(): Promise<DivisionRecord[]> {
  const records = await store.list().catch(() => []);
  return records.map(upToDate).sort((a, b) => b.startedAt - a.startedAt);
}

/** A division whose record cannot be kept goes on without one. */
export async function putRecord(record: DivisionRecord): Promise<void> {
  await store.put(record).catch(() => {});
}

export async function removeRecord(id: string): Promise<void> {
  await store.remove(id).catch(() => {});
}
