/** A part of a file that is kept as it is. */
import type { ByteSource } from "../bytes/bytes.ts";
import { openIndex } from "../containers/open-index.ts";
import { openMpeg } from "../containers/open-mpeg.ts";
import { checkTrim, type Trim, type TrimmedSource } from "./trim.ts";
import { trimIndexed } from "./trim-indexed.ts";
import { trimMpeg } from "./trim-mpeg.ts";

/**
 * A part of a file with MPEG video, of a transport stream, raw H.264 or IVF: from a key picture to another. Nothing is copied;
 * reading it reads the file.
 *
 * @returns undefined for files with tables (MP4, Matroska), which have to be written anew
 * @throws {@link InputError} nothing lies between the two times
 */
export async function trimSource(source: ByteSource, trim: Trim): Promise<TrimmedSource | undefined> {
  checkTrim(trim, Number.POSITIVE_INFINITY);
  const mpeg = await openMpeg(source);
  return mpeg === undefined ? trimIndexed(source, await openIndex(source), trim) : trimMpeg(source, mpeg, trim);
}
