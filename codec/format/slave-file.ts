/** Reading and writing of slave files (`.cms`). Bytes: FORMAT.md 2-5. */

import { type ByteSink, type ByteSource, concatBytes, equalBytes } from "../bytes/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { FormatError } from "../errors.ts";
import { decodeSlaveHeader, decodeSlaveTrailer, encodeFields, type SlaveHeader, type SlaveTrailer } from "./header.ts";
import {
  CHECKSUM_BYTES,
  checkSegmentLength,
  FOOTER_BYTES,
  frameTrailer,
  isTrailer,
  PREAMBLE_BYTES,
  readFooter,
  readPreamble,
  readSlaveHead,
  readTrailerFrame,
  SEGMENTS_MAX,
  SLAVE_CHECKED_BYTES,
  SLAVE_HEAD_BYTES,
  SLAVE_MAGIC,
  SLAVE_SEGMENT_MAX_BYTES,
  type SlaveSegmentHead,
  TRAILER_MAX_BYTES,
  writePreamble,
  writeSlaveHead,
} from "./layout.ts";

/** The preamble and header of a slave file, as they stand at its start. */
export function encodeSlaveStart(header: SlaveHeader): Uint8Array {
  const cbor = encodeFields(header);
  return concatBytes(writePreamble(SLAVE_MAGIC, cbor.length), cbor);
}

/** Writes a slave file in one pass. */
export class SlaveWriter {
  private readonly lengths: number[] = [];
  private readonly sink: ByteSink;
  private readonly headerHash: Uint8Array;
  bytesWritten = 0;

  private constructor(sink: ByteSink, headerHash: Uint8Array) {
    this.sink = sink;
    this.headerHash = headerHash;
  }

  /** Writes `start`, which {@link encodeSlaveStart} gave. */
  static async open(sink: ByteSink, start: Uint8Array): Promise<SlaveWriter> {
    const writer = new SlaveWriter(sink, await sha256(start));
    await writer.write(start);
    return writer;
  }

  /** Goes on behind a start that was written before; `keepSegment` tells of the segments behind it. */
  static resume(sink: ByteSink, startBytes: number, headerHash: Uint8Array): SlaveWriter {
    const writer = new SlaveWriter(sink, headerHash);
    writer.bytesWritten = startBytes;
    return writer;
  }

  /** Takes a segment into the index that stands in the file. */
  keepSegment(payloadBytes: number): void {
    this.lengths.push(payloadBytes);
    this.bytesWritten += SLAVE_HEAD_BYTES + payloadBytes;
  }

  async writeSegment(head: SlaveSegmentHead, payload: Uint8Array): Promise<void> {
    this.lengths.push(payload.length);
    const bytes = writeSlaveHead(head);
    bytes.set(await segmentChecksum(this.headerHash, bytes, payload), SLAVE_CHECKED_BYTES);
    await this.write(concatBytes(bytes, payload));
  }

  /** Writes the trailer, which names the main by its hashes, and closes the sink. */
  async finish(durationMicroseconds: number, mainHeaderHash: Uint8Array, mainTagsHash: Uint8Array): Promise<void> {
    const index = new Uint8Array(this.lengths.length * 4);
    const view = new DataView(index.buffer);
    this.lengths.forEach((length, i) => {
      view.setUint32(i * 4, length);
    });
    const cbor = encodeFields({ durationMicroseconds, mainHeaderHash, mainTagsHash, index } satisfies SlaveTrailer);
    await this.write(frameTrailer(cbor, await sha256(this.headerHash, cbor)));
    await this.sink.close();
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.bytesWritten += bytes.length;
    await this.sink.write(bytes);
  }
}

async function segmentChecksum(headerHash: Uint8Array, head: Uint8Array, payload: Uint8Array): Promise<Uint8Array> {
  return (await sha256(headerHash, head.subarray(0, SLAVE_CHECKED_BYTES), payload)).subarray(0, CHECKSUM_BYTES);
}

export interface SlaveSegment {
  head: SlaveSegmentHead;
  payload: Uint8Array;
}

/** What a viewer gets as the first unit of a delivery: preamble and header. */
export async function parseSlaveStart(
  bytes: Uint8Array,
): Promise<{ header: SlaveHeader; headerHash: Uint8Array; length: number }> {
  const length = PREAMBLE_BYTES + readPreamble(bytes, SLAVE_MAGIC, "slave");
  if (length > bytes.length) throw cut(bytes.length);
  const header = decodeSlaveHeader(bytes.subarray(PREAMBLE_BYTES, length), PREAMBLE_BYTES);
  return { header, headerHash: await sha256(bytes.subarray(0, length)), length };
}

/**
 * Checks one segment as it stands in the file, head and payload.
 *
 * @throws {@link FormatError} it is not whole or its checksum is wrong
 */
export async function parseSlaveSegment(
  bytes: Uint8Array,
  headerHash: Uint8Array,
  offsetBytes = 0,
): Promise<SlaveSegment> {
  const head = readSlaveHead(bytes, offsetBytes);
  const payload = bytes.subarray(SLAVE_HEAD_BYTES, SLAVE_HEAD_BYTES + head.length);
  if (payload.length !== head.length) throw cut(offsetBytes + bytes.length);
  const checksum = await segmentChecksum(headerHash, bytes, payload);
  if (!equalBytes(checksum, bytes.subarray(SLAVE_CHECKED_BYTES, SLAVE_HEAD_BYTES))) {
    throw new FormatError(
      `slave segment ${head.number} at byte ${offsetBytes} does not agree with its checksum: the file is damaged; fetch it again`,
      { offsetBytes, segment: head.number },
    );
  }
  return { head, payload };
}

/** Random access to the segments of a slave file; holds the header and the index only. */
export class SlaveReader {
  readonly header: SlaveHeader;
  readonly headerHash: Uint8Array;
  readonly trailer: SlaveTrailer;
  /** Place of each segment in the file, and, as last entry, of the trailer. */
  readonly offsets: number[];
  private readonly source: ByteSource;

  private constructor(
    source: ByteSource,
    header: SlaveHeader,
    headerHash: Uint8Array,
    trailer: SlaveTrailer,
    offsets: number[],
  ) {
    this.source = source;
    this.header = header;
    this.headerHash = headerHash;
    this.trailer = trailer;
    this.offsets = offsets;
  }

  /** @throws {@link FormatError} no slave file, or cut, or damaged in header or trailer */
  static async open(source: ByteSource): Promise<SlaveReader> {
    const preamble = await source.read(0, Math.min(PREAMBLE_BYTES, source.size));
    const firstOffset = PREAMBLE_BYTES + readPreamble(preamble, SLAVE_MAGIC, "slave");
    if (firstOffset + FOOTER_BYTES > source.size) throw cut(source.size);
    const { header, headerHash } = await parseSlaveStart(await source.read(0, firstOffset));
    const size = readFooter(await source.read(source.size - FOOTER_BYTES, FOOTER_BYTES));
    if (size === undefined || size > Math.min(source.size - firstOffset, TRAILER_MAX_BYTES)) throw cut(source.size);
    const trailerOffset = source.size - size;
    const frame = readTrailerFrame(await source.read(trailerOffset, size));
    if (frame === undefined) throw cut(source.size);
    if (!equalBytes((await sha256(headerHash, frame.cbor)).subarray(0, CHECKSUM_BYTES), frame.checksum)) {
      throw new FormatError(
        "slave file's header and trailer do not agree: the file was changed or is damaged; fetch it again",
        { offsetBytes: trailerOffset },
      );
    }
    const trailer = decodeSlaveTrailer(frame.cbor, trailerOffset);
    const offsets = [firstOffset];
    const view = new DataView(trailer.index.buffer, trailer.index.byteOffset, trailer.index.length);
    for (let i = 0; i + 4 <= trailer.index.length && i < SEGMENTS_MAX * 4; i += 4) {
      const [offset, length] = [offsets.at(-1) ?? 0, view.getUint32(i)];
      checkSegmentLength(length, SLAVE_SEGMENT_MAX_BYTES, i / 4, offset);
      offsets.push(offset + SLAVE_HEAD_BYTES + length);
    }
    if (offsets.at(-1) !== trailerOffset)
      throw new FormatError(
        `slave file's index does not agree with its length: bytes are missing before byte ${trailerOffset}; fetch the file again`,
        { offsetBytes: trailerOffset },
      );
    return new SlaveReader(source, header, headerHash, trailer, offsets);
  }

  get segments(): number {
    return this.offsets.length - 1;
  }

  /** Preamble and header as they stand in the file. */
  async readStart(): Promise<Uint8Array> {
    return this.source.read(0, this.offsets[0] ?? 0);
  }

  /** Head and payload of one segment as they stand in the file, unchecked. */
  async readSegmentBytes(number: number): Promise<Uint8Array> {
    const [start, end] = [this.offsets[number], this.offsets[number + 1]];
    if (start === undefined || end === undefined)
      throw new RangeError(`segment ${number}: the file has ${this.segments}`);
    return this.source.read(start, end - start);
  }

  /** @throws {@link FormatError} the segment does not agree with its number or checksum */
  async readSegment(number: number): Promise<SlaveSegment> {
    const offsetBytes = this.offsets[number] ?? 0;
    const bytes = await this.readSegmentBytes(number);
    if (isTrailer(bytes)) throw cut(offsetBytes);
    const segment = await parseSlaveSegment(bytes, this.headerHash, offsetBytes);
    if (segment.head.number !== number)
      throw new FormatError(
        `slave segment ${number} at byte ${offsetBytes} calls itself ${segment.head.number}: the file is damaged`,
        { offsetBytes, segment: number },
      );
    return segment;
  }
}

function cut(size: number): FormatError {
  return new FormatError(`slave file is cut: its trailer is missing at the end (byte ${size}); fetch the file again`, {
    offsetBytes: size,
    cut: true,
  });
}
