/** The part of a chosen file that is divided as it is: read where it stands, or written anew beside the division's own files. */
import { trimFile } from "../../../../codec/hosts/trim-file.ts";
import { type ByteSource, readAhead, type Trim } from "../../../../codec/index.ts";
import { sourceFromBlob } from "../../../../codec/page.ts";
import { openStoredFolder, writePlaces } from "../../shared/worker/stored-file.ts";
import { DIVISIONS_FOLDER, type TrimSeconds } from "../protocol/divide-api.ts";

const NAME = "trimmed";
/** Empty; there once the file is whole. */
const WHOLE = "trimmed.whole";

export interface TrimmedPart {
  source: ByteSource;
  taken: Trim;
  /** It was there already, or reads the same each time: an interrupted division of it can be gone on with. */
  isSame: boolean;
  remove(): Promise<void>;
}

export const trimOf = ({ fromSeconds, toSeconds }: TrimSeconds): Trim => ({
  fromMicroseconds: Math.round(fromSeconds * 1e6),
  toMicroseconds: toSeconds === undefined ? Number.POSITIVE_INFINITY : Math.round(toSeconds * 1e6),
});

/** @throws {@link UnsupportedError} it is not trimmed as it is; AbortError on `signal` */
export async function openTrimmed(
  file: Blob,
  trim: TrimSeconds,
  jobId: string,
  signal: AbortSignal,
): Promise<TrimmedPart> {
  const { source, taken, write } = await trimFile(readAhead(sourceFromBlob(file)), trimOf(trim));
  if (source !== undefined) return { source: readAhead(source), taken, isSame: true, remove: async () => {} };
  const folder = await openStoredFolder(DIVISIONS_FOLDER, jobId);
  const isSame = (await folder?.getFileHandle(WHOLE).catch(() => undefined)) !== undefined;
  const target = await writePlaces(folder, NAME, isSame);
  try {
    if (!isSame) {
      await write?.(target, signal);
      await folder?.getFileHandle(WHOLE, { create: true });
    }
    const remove = async () => {
      for (const name of [NAME, WHOLE]) await folder?.removeEntry(name).catch(() => {});
    };
    return { source: readAhead(sourceFromBlob(await target.close())), taken, isSame, remove };
  } catch (error) {
    await target.close();
    throw error;
  }
}
