import type { ByteSource } from "../bytes/bytes.ts";
import { emptyFileError, InputError, UnsupportedError } from "../errors.ts";
import { openIso } from "./iso/iso.ts";
import { openMatroska } from "./matroska/matroska.ts";
import { openTransport } from "./mpeg-ts/transport.ts";
import type { SourceIndex } from "./source-index.ts";
import { openAnnexB } from "./streams/annexb.ts";
import { openIvf } from "./streams/ivf.ts";

const ISO_TYPES = ["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "styp", "moof", "sidx", "uuid"];

/** By the file's first bytes; the name does not matter. */
export type SourceKind = "iso" | "matroska" | "ivf" | "annexb" | "transport" | "y4m" | "unknown";

/** What kind of file a source is, by its first 12 bytes; never throws for what they hold. */
export async function recogniseSource(source: ByteSource): Promise<SourceKind> {
  const head = await source.read(0, Math.min(12, source.size));
  const text = String.fromCharCode(...head);
  if (text.startsWith("YUV4MPEG2")) return "y4m";
  if (text.startsWith("\x1aE\xdf\xa3")) return "matroska";
  if (text.startsWith("DKIF")) return "ivf";
  if (ISO_TYPES.includes(text.slice(4, 8))) return "iso";
  if (text.startsWith("\0\0\x01") || text.startsWith("\0\0\0\x01")) return "annexb";
  return head[0] === 0x47 ? "transport" : "unknown";
}

const OPENERS: Partial<Record<SourceKind, (source: ByteSource) => Promise<SourceIndex | undefined>>> = {
  iso: openIso,
  matroska: openMatroska,
  ivf: openIvf,
  annexb: openAnnexB,
  transport: openTransport,
};

/**
 * Finds out what a file is and where its coded samples stand.
 *
 * @throws {@link UnsupportedError} no container that is known here
 * @throws {@link InputError} a known container in which no coded sample is found
 */
export async function openIndex(source: ByteSource): Promise<SourceIndex> {
  const kind = await recogniseSource(source);
  const open = OPENERS[kind];
  if (source.size === 0) throw emptyFileError();
  if (open === undefined)
    throw new UnsupportedError(
      "no MP4, MOV, WebM, Matroska, IVF, H.264 or transport stream by its first bytes: convert it to one of these",
      { offsetBytes: 0 },
    );
  const index = await open(source);
  if (index !== undefined)
    for await (const batch of index.samples())
      if (batch.some(({ stream }) => index.streams[stream]?.form !== "other")) return index;
  throw new InputError(
    `no coded picture or sound found in this ${NAMES[kind]}: the file is cut, damaged or of another coding; repair or convert it`,
    { offsetBytes: 0 },
  );
}

/**
 * The index of a stream without tables, known by its start alone.
 *
 * @param start source bytes up to the first pictures' end
 * @throws {@link InputError} there is no such stream
 */
export async function openStream(start: ByteSource): Promise<Required<SourceIndex>> {
  const kind = await recogniseSource(start);
  const index = await OPENERS[kind]?.(start);
  if (index?.samplesIn === undefined)
    throw new InputError("the start of the stream makes no sense: it was damaged before it was divided");
  return index as Required<SourceIndex>;
}

const NAMES: Partial<Record<SourceKind, string>> = {
  iso: "MP4 or QuickTime file",
  matroska: "Matroska or WebM file",
  ivf: "IVF file",
  annexb: "stream of start codes (H.264 with its parameter sets expected)",
  transport: "transport stream (H.264 expected)",
};
