/** A part of a file with MPEG-1 or MPEG-2 video as a file of its own: from a group of pictures to another, nothing coded anew. */
import type { ByteSource } from "../bytes/bytes.ts";
import { createDemuxer } from "../containers/create-demuxer.ts";
import { clockStep, isVideoStream, pesHeadBytes, readPesTime } from "../containers/mpeg-ps/pes.ts";
import {
  type PacketForm,
  packetFormIn,
  readPacketHead,
  SYNC,
  type TransportForm,
} from "../containers/mpeg-ts/transport-packets.ts";
import type { MpegSource } from "../containers/open-mpeg.ts";
import { VideoScanner } from "../containers/streams/video-scanner.ts";
import { UnsupportedError } from "../errors.ts";
import { PictureClock } from "../methods/mpeg/stream-clock.ts";
import { type Change, changedRange, type Piece, PiecedSource } from "./pieced-source.ts";
import { packetsBehind, tablesBefore, withoutEarlyPackets } from "./transport-pieces.ts";
import { NEAR_MICROSECONDS, type Trim, type TrimmedSource } from "./trim.ts";

const CHUNK_BYTES = 1 << 20;
const CLOSED = 0x40;
const BROKEN_LINK = 0x20;
const PACK = 0xba;
const SYSTEM = 0xbb;
const PROGRAM_END = Uint8Array.of(0, 0, 1, 0xb9);
const SEQUENCE_END = Uint8Array.of(0, 0, 1, 0xb7);
/** Sound comes no more than this behind the pictures that are shown with it. */
const SOUND_APART_BYTES = 2 << 20;

/** The PES packet in which a header stands. */
interface PesPlace {
  /** In a program stream of the pack before it, if nothing stands between; in a transport stream of its first packet. */
  start: number;
  head: number;
  payload: number;
  /** Where its video ends; undefined in a transport stream. */
  end: number | undefined;
  ticks: number | undefined;
  /** Pictures that begin in it before the header. */
  pictures: number;
  /** The header is the first that it carries. */
  isFirst: boolean;
}

/** Where a part can begin or end: the headers of an I-picture that opens a group. */
interface Opening {
  microseconds: number;
  /** Of the first header, where it stands in the file. */
  offset: number;
  isSequence: boolean;
  /** Of the group's header. */
  link: { flags: number; offset: number } | undefined;
  pes: PesPlace | undefined;
  /** The sequence header that holds. */
  context: Uint8Array;
}

/**
 * A part of a file, from the last group of pictures that begins at or before the one time to the first at or after the other.
 * A group whose first pictures need those before it gets broken_link (ISO/IEC 13818-2 6.3.8), so that they are left out. The
 * tables of a transport stream go before, and sound that comes later in the file than its pictures goes along.
 *
 * @throws {@link UnsupportedError} a Video CD
 */
export async function trimMpeg(source: ByteSource, found: MpegSource, trim: Trim): Promise<TrimmedSource> {
  if (found.container === "cdxa")
    throw new UnsupportedError("a Video CD's file is not trimmed as it is: compress it, or copy it to an .mpg first", {
      reason: "trimContainer",
    });
  let from: Opening | undefined;
  let to: Opening | undefined;
  for await (const opening of openingsOf(source, found)) {
    const { microseconds } = opening;
    if (microseconds <= trim.fromMicroseconds + NEAR_MICROSECONDS) {
      if (mayBegin(opening, found)) from = opening;
    } else if (microseconds >= trim.toMicroseconds - NEAR_MICROSECONDS && mayEnd(opening, found)) {
      to = opening;
      break;
    } else if (trim.toMicroseconds === Number.POSITIVE_INFINITY) break;
  }
  const isWhole = from === undefined || from.microseconds === 0;
  const taken: Trim = {
    fromMicroseconds: from?.microseconds ?? 0,
    toMicroseconds: to?.microseconds ?? Number.POSITIVE_INFINITY,
  };
  const end = await endOf(source, found, to);
  const begin =
    isWhole || from === undefined ? { pieces: [], start: 0, changes: [] } : await beginOf(source, found, from);
  return {
    source: new PiecedSource(source, [
      ...begin.pieces,
      ...changedRange({ start: begin.start, end: end.end }, begin.changes),
      ...end.pieces,
    ]),
    taken,
  };
}

const mayBegin = ({ pes, isSequence }: Opening, { container }: MpegSource): boolean =>
  container === "es" ||
  (pes?.ticks !== undefined && pes.pictures === 0 && isSequence && (container === "ps" || pes.isFirst));

const mayEnd = ({ pes }: Opening, { container }: MpegSource): boolean =>
  container === "es" || (pes?.ticks !== undefined && (container === "ps" || pes.isFirst));

async function beginOf(
  source: ByteSource,
  { container, pid = -1 }: MpegSource,
  { offset, link, pes, isSequence, context }: Opening,
): Promise<{ pieces: Piece[]; start: number; changes: Change[] }> {
  const broken: Change[] =
    link === undefined || (link.flags & CLOSED) !== 0
      ? []
      : [{ offset: link.offset, bytes: Uint8Array.of(link.flags | BROKEN_LINK) }];
  if (container === "es" || pes === undefined)
    return { pieces: isSequence ? [] : [context], start: offset, changes: broken };
  // Of the picture before, what its PES packet still carries becomes stuffing.
  const rest: Change[] = pes.isFirst ? [] : [{ offset: pes.payload, bytes: new Uint8Array(offset - pes.payload) }];
  const { start, ticks = 0 } = pes;
  if (container === "ps")
    return { pieces: [], start, changes: [...rest, ...broken, ...(await withoutEarlySound(source, start, ticks))] };
  const form = packetFormIn(container as TransportForm);
  const early = await withoutEarlyPackets(source, form, start, pid, ticks);
  return { pieces: await tablesBefore(source, form, start), start, changes: [...broken, ...early] };
}

async function endOf(
  source: ByteSource,
  { container, pid = -1 }: MpegSource,
  opening: Opening | undefined,
): Promise<{ end: number; pieces: Piece[] }> {
  if (opening === undefined) return { end: source.size, pieces: [] };
  const { offset, pes } = opening;
  if (container === "es" || pes === undefined) return { end: offset, pieces: [SEQUENCE_END] };
  const ticks = pes.ticks ?? 0;
  if (container !== "ps")
    return {
      end: pes.start,
      pieces: await packetsBehind(source, packetFormIn(container as TransportForm), pes.start, pid, ticks),
    };
  const end = pes.end ?? pes.start;
  // Of the next picture, what the last PES packet carries already becomes stuffing.
  const rest: Piece[] = pes.isFirst ? [] : [new Uint8Array(end - offset)];
  const sound = await soundBehind(source, pes.isFirst ? pes.start : end, ticks);
  return { end: pes.isFirst ? pes.start : offset, pieces: [...rest, ...sound, PROGRAM_END] };
}

/** A PES packet of sound in a program stream. */
interface SoundPes {
  code: number;
  start: number;
  end: number;
  ticks: number | undefined;
}

/** Those from a place on, as far as its pictures and their sound may be apart. */
async function soundFrom(source: ByteSource, from: number): Promise<SoundPes[]> {
  const bytes = await source.read(from, Math.min(SOUND_APART_BYTES, source.size - from));
  const found: SoundPes[] = [];
  for (let at = 0; at + 14 <= bytes.length; ) {
    const code = bytes[at + 3] ?? 0;
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1 || code < PACK) {
      at += 1;
      continue;
    }
    if (code === PACK) {
      at += (bytes[at + 4] ?? 0) >> 6 === 1 ? 14 + ((bytes[at + 13] ?? 0) & 7) : 12;
      continue;
    }
    const end = at + 6 + (((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0));
    const isSound = code === 0xbd || (code >= 0xc0 && code <= 0xdf);
    if (isSound && end <= bytes.length)
      found.push({ code, start: from + at, end: from + end, ticks: readPesTime(bytes, at) });
    at = end;
  }
  return found;
}

/** Sound behind a place that is heard before a time. */
async function soundBehind(source: ByteSource, from: number, ticks: number): Promise<Piece[]> {
  const over = new Set<number>();
  return (await soundFrom(source, from)).filter(({ code, ticks: time }) => {
    if (time !== undefined && clockStep(time - ticks) >= 0) over.add(code);
    return !over.has(code);
  });
}

/** Takes sound out that is heard before a time. */
async function withoutEarlySound(source: ByteSource, from: number, ticks: number): Promise<Change[]> {
  const begun = new Set<number>();
  return (await soundFrom(source, from)).flatMap(({ code, start, end, ticks: time }) => {
    if (time !== undefined && clockStep(time - ticks) >= 0) begun.add(code);
    return begun.has(code) ? [] : [{ offset: start, bytes: new Uint8Array(), length: end - start }];
  });
}

/** Where groups of pictures begin, in their order. */
async function* openingsOf(source: ByteSource, found: MpegSource): AsyncGenerator<Opening> {
  const finder = new OpeningFinder(found);
  const demuxer = createDemuxer(found.container, found.pid);
  for (let offset = 0; offset < source.size; ) {
    const chunk = await source.read(offset, Math.min(CHUNK_BYTES, source.size - offset));
    const base = offset;
    const isLast = offset + chunk.length === source.size;
    offset += demuxer.push(chunk, isLast, (video, from, to, time) => finder.run(video, chunk, from, to, base, time));
    yield* finder.ready.splice(0);
  }
}

class OpeningFinder {
  readonly ready: Opening[] = [];
  private readonly form: PacketForm | undefined;
  private readonly clock = new PictureClock();
  /** Time of the presentation's start by the clock. */
  private zero: number | undefined;
  private opening: Omit<Opening, "microseconds" | "context"> | undefined;
  /** Pictures shown since the last opening; fields count half. */
  private shown = 0;
  private pes: PesPlace | undefined;
  /** Behind which nothing but its own packet came. */
  private pack: number | undefined;
  /** Of the packet whose video comes next. */
  private head = 0;
  private pesEnd = 0;
  private isNewPes = false;
  /** The run under way. */
  private bytes: Uint8Array = new Uint8Array();
  private from = 0;
  private isFirstRun = false;
  private readonly scanner = new VideoScanner({
    unit: (offset, opens) => this.unit(offset, opens),
    sequence: () => {
      if (this.opening !== undefined) this.opening.isSequence = true;
    },
    link: (flags, offset) => {
      if (this.opening !== undefined) this.opening.link = { flags, offset };
    },
    picture: (type, place) => this.picture(type, place),
    field: () => {
      this.shown -= 0.5;
    },
    repeat: (pictures) => {
      this.shown += pictures;
    },
  });

  constructor(private readonly found: MpegSource) {
    const { container } = found;
    this.form = container === "es" || container === "ps" || container === "cdxa" ? undefined : packetFormIn(container);
  }

  run(video: boolean, bytes: Uint8Array, from: number, to: number, base: number, time?: number): void {
    if (to === from) return;
    if (!video) {
      if (this.found.container !== "es") this.container(bytes, from, base);
      return;
    }
    if (this.isNewPes) {
      const start = this.pack ?? this.head;
      const end = this.form === undefined ? this.pesEnd : undefined;
      const payload = base + from;
      this.pes = { start, head: this.head, payload, end, ticks: time, pictures: 0, isFirst: false };
      this.pack = undefined;
    }
    this.isFirstRun = this.isNewPes;
    this.isNewPes = false;
    [this.bytes, this.from] = [bytes, from];
    this.scanner.scan(bytes, from, to, base);
  }

  private container(bytes: Uint8Array, from: number, base: number): void {
    if (this.form !== undefined) {
      const sync = from + this.form.lead;
      if (bytes[sync] !== SYNC) return;
      this.head = base + from;
      this.isNewPes = readPacketHead(bytes, sync).starts;
      return;
    }
    if (bytes[from] !== 0 || bytes[from + 1] !== 0 || bytes[from + 2] !== 1) return;
    const code = bytes[from + 3] ?? 0;
    if (code === PACK) this.pack = base + from;
    else if (isVideoStream(code)) {
      this.head = base + from;
      this.pesEnd = this.head + 6 + (((bytes[from + 4] ?? 0) << 8) | (bytes[from + 5] ?? 0));
      this.isNewPes = pesHeadBytes(bytes, from) > 0;
    } else if (code !== SYSTEM) this.pack = undefined;
  }

  private unit(offset: number, opens: boolean): void {
    this.opening = undefined;
    if (!opens) return;
    const { pes, bytes, from } = this;
    const isFirst = this.isFirstRun && bytes[from] === 0 && bytes[from + 1] === 0 && bytes[from + 2] === 1;
    // Headers that begin in one PES packet and end in another are no place to cut.
    if (pes !== undefined && !isFirst && offset <= pes.payload) return;
    this.opening = { offset, isSequence: false, link: undefined, pes: pes && { ...pes, isFirst } };
  }

  private picture(type: number, place: number): void {
    const { opening, pes } = this;
    if (pes !== undefined) pes.pictures += 1;
    if (opening !== undefined && type === 1) {
      this.clock.pass(this.microseconds(this.shown));
      this.shown = 0;
      const isTold = opening.pes === undefined || opening.pes.pictures === 0;
      const time = this.clock.start(isTold ? opening.pes?.ticks : undefined, this.microseconds(place));
      this.zero ??= time - this.microseconds(place);
      const context = this.scanner.context.length > 0 ? this.scanner.context : this.found.context;
      this.ready.push({ ...opening, microseconds: time - this.zero, context });
    }
    this.opening = undefined;
    this.shown += 1;
  }

  private microseconds(pictures: number): number {
    const [rate, scale] = this.scanner.facts?.frameRate ?? this.found.video.frameRate;
    return Math.round((pictures * scale * 1e6) / rate);
  }
}
