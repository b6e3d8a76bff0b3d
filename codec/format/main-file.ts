/** Reading and writing of main files (`.cmx`). Bytes: FORMAT.md 2-5. */

import { type ByteSink, type ByteSource, concatBytes, equalBytes } from "../bytes/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { FormatError } from "../errors.ts";
import { appendTexts, captionBytes, readCaptionText, withoutTexts } from "./caption-texts.ts";
import { decodeMainHeader, decodeMainTrailer, encodeFields, type MainHeader, type MainTrailer } from "./header.ts";
import {
  CHECKSUM_BYTES,
  FOOTER_BYTES,
  frameTrailer,
  INDEX_ROW_BYTES,
  type IndexEntry,
  isTrailer,
  MAIN_HEAD_BYTES,
  MAIN_MAGIC,
  PREAMBLE_BYTES,
  readFooter,
  readIndex,
  readMainHead,
  readPreamble,
  readTrailerFrame,
  SEGMENTS_MAX,
  type SegmentHead,
  TAG_BYTES,
  TRAILER_MAX_BYTES,
  writeIndexRow,
  writeMainHead,
  writePreamble,
} from "./layout.ts";

/** The preamble and header of a main file, as they stand at its start. */
export function encodeMainStart(header: MainHeader): Uint8Array {
  const cbor = encodeFields(header);
  return concatBytes(writePreamble(MAIN_MAGIC, cbor.length), cbor);
}

/** Writes a main file in one pass. */
export class MainWriter {
  private readonly rows: Uint8Array[] = [];
  private readonly tags: Uint8Array[] = [];
  private readonly sink: ByteSink;
  private readonly headerHash: Uint8Array;
  bytesWritten = 0;

  private constructor(sink: ByteSink, headerHash: Uint8Array) {
    this.sink = sink;
    this.headerHash = headerHash;
  }

  /** Writes `start`, which {@link encodeMainStart} gave and `headerHash` is the SHA-256 of. */
  static async open(sink: ByteSink, start: Uint8Array, headerHash: Uint8Array): Promise<MainWriter> {
    const writer = new MainWriter(sink, headerHash);
    await writer.write(start);
    return writer;
  }

  /** Goes on behind a start that was written before; `keepSegment` tells of the segments behind it. */
  static resume(sink: ByteSink, startBytes: number, headerHash: Uint8Array): MainWriter {
    const writer = new MainWriter(sink, headerHash);
    writer.bytesWritten = startBytes;
    return writer;
  }

  /** Takes a segment into the index that stands in the file. @param substitute as of {@link IndexEntry} */
  keepSegment(head: SegmentHead, tag: Uint8Array, substitute = false): void {
    this.note(head, tag, substitute);
    this.bytesWritten += MAIN_HEAD_BYTES + TAG_BYTES + head.length;
  }

  /** @param tag 16 bytes, from the protection; @param substitute as of {@link IndexEntry} */
  async writeSegment(head: SegmentHead, payload: Uint8Array, tag: Uint8Array, substitute = false): Promise<void> {
    this.note(head, tag, substitute);
    await this.write(concatBytes(writeMainHead(head), tag));
    await this.write(payload); // apart, since a copy of it costs memory
  }

  /** Writes the trailer and closes the sink; gives the hash of all tags, which the slave's trailer carries. */
  async finish(
    durationMicroseconds: number,
    pictures: number,
    method: Pick<MainTrailer, "sourceLengths" | "sourceBytes" | "baseLengths"> = {},
    captionTexts: Uint8Array = new Uint8Array(),
  ): Promise<Uint8Array> {
    const tagsHash = await sha256(concatBytes(...this.tags));
    const fields = encodeFields({
      durationMicroseconds,
      pictures,
      index: concatBytes(...this.rows),
      tagsHash,
      ...method,
    } satisfies MainTrailer);
    const cbor = await appendTexts(fields, this.headerHash, captionTexts);
    await this.write(frameTrailer(cbor, await sha256(this.headerHash, cbor)));
    await this.sink.close();
    return tagsHash;
  }

  private note(head: SegmentHead, tag: Uint8Array, substitute: boolean): void {
    this.rows.push(writeIndexRow(head, substitute));
    this.tags.push(tag.slice()); // as a view of the sealed segment it would keep the whole file in memory
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.bytesWritten += bytes.length;
    await this.sink.write(bytes);
  }
}

export interface MainSegment {
  head: SegmentHead;
  tag: Uint8Array;
  payload: Uint8Array;
}

/** Random access to the segments of a main file; holds the header and the index only. */
export class MainReader {
  readonly header: MainHeader;
  /** SHA-256 of preamble and header. */
  readonly headerHash: Uint8Array;
  readonly index: IndexEntry[];
  /** Undefined for a cut file that was read by scan. */
  readonly trailer: MainTrailer | undefined;
  private readonly source: ByteSource;

  private constructor(
    source: ByteSource,
    header: MainHeader,
    headerHash: Uint8Array,
    index: IndexEntry[],
    trailer: MainTrailer | undefined,
  ) {
    this.source = source;
    this.header = header;
    this.headerHash = headerHash;
    this.index = index;
    this.trailer = trailer;
  }

  /**
   * Reads the header alone: 1 MiB at most, however long the file is.
   *
   * @returns `length`: of preamble and header, in bytes
   * @throws {@link FormatError} no main file, or cut in its header
   */
  static async readStart(source: ByteSource): Promise<{ header: MainHeader; headerHash: Uint8Array; length: number }> {
    const preamble = await source.read(0, Math.min(PREAMBLE_BYTES, source.size));
    const length = PREAMBLE_BYTES + readPreamble(preamble, MAIN_MAGIC, "main");
    if (length > source.size) throw cut(source.size);
    const cbor = await source.read(PREAMBLE_BYTES, length - PREAMBLE_BYTES);
    const header = decodeMainHeader(cbor, PREAMBLE_BYTES);
    return { header, headerHash: await sha256(preamble, cbor), length };
  }

  /**
   * Reads header and trailer.
   *
   * @param options.scan reads a file without a trailer as far as it goes, by walking from segment to segment
   * @throws {@link FormatError} no main file, or cut and `scan` not asked for
   */
  static async open(source: ByteSource, options: { scan?: boolean } = {}): Promise<MainReader> {
    const { header, headerHash, length: firstOffset } = await MainReader.readStart(source);
    const trailer = await readMainTrailer(source, firstOffset, headerHash, captionBytes(header));
    if (trailer === undefined) {
      if (!options.scan) throw cut(source.size);
      return new MainReader(source, header, headerHash, await scanSegments(source, firstOffset), undefined);
    }
    return new MainReader(source, header, headerHash, readIndex(trailer.index, firstOffset), trailer);
  }

  /**
   * One of the header's captions.
   *
   * @returns WebVTT, within the bounds of `checkWebVtt`
   * @throws {@link FormatError} the file is cut, or the text is not the one that the header names
   * @throws {@link InputError} it is no WebVTT that a page can take
   */
  async readCaptions(number: number): Promise<string> {
    if (this.trailer === undefined) throw cut(this.source.size);
    return readCaptionText(this.source, this.header, number);
  }

  /** @throws {@link FormatError} the bytes there are no such segment */
  async readSegment(number: number): Promise<MainSegment> {
    const entry = this.index[number];
    if (entry === undefined) throw new RangeError(`segment ${number}: the file has ${this.index.length}`);
    const bytes = await this.source.read(entry.offsetBytes, MAIN_HEAD_BYTES + TAG_BYTES + entry.length);
    const head = readMainHead(bytes, entry.offsetBytes);
    if (
      head.number !== number ||
      head.length !== entry.length ||
      head.track !== entry.track ||
      head.layer !== entry.layer
    ) {
      throw new FormatError(
        `segment ${number} at byte ${entry.offsetBytes} does not agree with the index: the file is damaged`,
        { offsetBytes: entry.offsetBytes, segment: number },
      );
    }
    // Who cuts segments off can write a trailer that fits, but not the flag, which the tag covers.
    if (this.trailer !== undefined && head.last !== (number === this.index.length - 1)) {
      throw new FormatError(
        `segment ${number} at byte ${entry.offsetBytes} is ${head.last ? "" : "not "}marked as the last of ${this.index.length}: segments were cut off or added; fetch the main file again`,
        { offsetBytes: entry.offsetBytes, segment: number },
      );
    }
    return {
      head,
      tag: bytes.subarray(MAIN_HEAD_BYTES, MAIN_HEAD_BYTES + TAG_BYTES),
      payload: bytes.subarray(MAIN_HEAD_BYTES + TAG_BYTES),
    };
  }
}

function cut(size: number): FormatError {
  return new FormatError(`main file is cut: its trailer is missing at the end (byte ${size}); fetch the file again`, {
    offsetBytes: size,
    cut: true,
    reason: "mainCut",
  });
}

async function readMainTrailer(
  source: ByteSource,
  firstOffset: number,
  headerHash: Uint8Array,
  textBytes: number,
): Promise<MainTrailer | undefined> {
  if (source.size < firstOffset + FOOTER_BYTES) return undefined;
  const size = readFooter(await source.read(source.size - FOOTER_BYTES, FOOTER_BYTES));
  if (size === undefined || size > source.size - firstOffset) return undefined;
  const offsetBytes = source.size - size;
  if (size > TRAILER_MAX_BYTES)
    throw new FormatError(
      `trailer of ${size} bytes at byte ${offsetBytes}, at most ${TRAILER_MAX_BYTES} are allowed: the file is damaged`,
      { offsetBytes },
    );
  // Captions' texts stay unread: they can be larger than all the rest.
  const frame =
    textBytes === 0
      ? readTrailerFrame(await source.read(offsetBytes, size))
      : withoutTexts(await source.read(offsetBytes, Math.max(0, size - textBytes - FOOTER_BYTES)), size, textBytes);
  if (frame === undefined) return undefined;
  const checksum = (await sha256(headerHash, frame.cbor)).subarray(0, CHECKSUM_BYTES);
  if (!equalBytes(checksum, frame.checksum)) {
    throw new FormatError(
      "main file's header and trailer do not agree: the file was changed or is damaged; fetch it again",
      { offsetBytes },
    );
  }
  const trailer = decodeMainTrailer(frame.cbor, offsetBytes);
  const rows = trailer.index.length / INDEX_ROW_BYTES;
  const index = Number.isInteger(rows) && rows <= SEGMENTS_MAX ? readIndex(trailer.index, firstOffset) : undefined;
  const last = index?.at(-1);
  const end = last === undefined ? firstOffset : last.offsetBytes + MAIN_HEAD_BYTES + TAG_BYTES + last.length;
  if (index === undefined || end !== offsetBytes)
    throw new FormatError(
      `main file's index does not agree with its length: bytes are missing before byte ${offsetBytes}; fetch the file again`,
      { offsetBytes },
    );
  return trailer;
}

async function scanSegments(source: ByteSource, firstOffset: number): Promise<IndexEntry[]> {
  const index: IndexEntry[] = [];
  let offset = firstOffset;
  while (offset + MAIN_HEAD_BYTES + TAG_BYTES <= source.size && index.length < SEGMENTS_MAX) {
    const bytes = await source.read(offset, MAIN_HEAD_BYTES);
    if (isTrailer(bytes)) break;
    const head = readMainHead(bytes, offset);
    const end = offset + MAIN_HEAD_BYTES + TAG_BYTES + head.length;
    if (end > source.size) break;
    const row = readIndex(writeIndexRow(head, false), offset)[0];
    if (row !== undefined) index.push({ ...row, number: head.number });
    offset = end;
  }
  return index;
}
