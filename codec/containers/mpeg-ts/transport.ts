/** Index of H.264 and HEVC in transport streams (ISO/IEC 13818-1): a picture reaches from its first packet to the next picture's. */
import { type ByteSource, concatBytes } from "../../bytes/bytes.ts";
import { untaggedMatrix } from "../../format/header.ts";
import { isVideoStream } from "../mpeg-ps/pes.ts";
import {
  BATCH_SAMPLES,
  type CodedSample,
  type FoundIndex,
  languageField,
  type SourceStream,
  UNKNOWN,
} from "../source-index.ts";
import { isSlice, NAL, nextStartCode } from "../streams/annexb.ts";
import { FieldPairs, type PictureFacts, readField, readSequence, type SliceCoding } from "../streams/h264-headers.ts";
import { HEVC_NAL, hevcType, readHevcSequence } from "../streams/hevc-headers.ts";
import type { FrameHead, SoundCoding } from "../streams/sound-frames.ts";
import { PictureTimes } from "./picture-times.ts";
import { type FilmCoding, type MappedStream, Programme } from "./programme.ts";
import {
  findPackets,
  isPes,
  PACKET_BYTES,
  type Packet,
  type PacketForm,
  PIDS,
  readPacket,
  readPacketHead,
  type TransportCoding,
  transportParameter,
  walkPackets,
} from "./transport-packets.ts";
import { FrameSplitter, TransportSound } from "./transport-sound.ts";

/** The span of so many packets' pictures tells the rate of the whole. */
const PROBE_PACKETS = 10_000;
const CHUNK_PACKETS = 5_000;
/** The parameter sets have to come within this. */
const OPEN_MAX_BYTES = 64 << 20;
/** The first frame of each sound has to come within this behind the parameter sets: two seconds at 8 Mbit/s. */
const SOUND_MAX_BYTES = 2 << 20;
/** A sequence parameter set, as far as it is read. */
const SEQUENCE_MAX_BYTES = 1024;
/** Looked at of a picture for what it is, before its first slice at most. */
const HEAD_MAX_BYTES = 4096;
const SLICE_HEAD_BYTES = 24;
/** More than this without a packet of the film is no part of a picture. */
const GAP_MAX_BYTES = 1 << 20;

/** What the film's parameter sets tell. */
interface FilmFacts {
  picture: PictureFacts;
  hasRate: boolean;
  /** Of H.264, whose fields are told by it. */
  slices?: SliceCoding;
}

/** A sound with what its first frame tells. */
interface FoundSound {
  stream: MappedStream & { coding: SoundCoding };
  head: FrameHead;
}

/** Undefined where no H.264 or HEVC with its parameter sets is found. */
export async function openTransport(source: ByteSource): Promise<FoundIndex | undefined> {
  const found = findPackets(await source.read(0, Math.min(2048, source.size)));
  if (found === undefined) return undefined;
  const { form, from } = found;
  const start = await findStart(source, form, from);
  if (start === undefined) return undefined;
  const { pid, coding, facts, time, sounds } = start;
  const walk = (part: ByteSource, at: number) => new PictureWalk(part, form, start).run(at);
  const probeBytes = Math.min(PROBE_PACKETS * form.bytes, source.size);
  let span = 0;
  for await (const batch of walk(source, from)) {
    for (const { offset, timeMicroseconds } of batch) if (offset < probeBytes) span = Math.max(span, timeMicroseconds);
    if ((batch.at(-1)?.offset ?? 0) >= probeBytes) break;
  }
  return {
    container: "ts",
    streams: [
      {
        form: "ts",
        parameter: transportParameter(pid, form, coding),
        needsRate: !facts.hasRate,
        track: {
          ...facts.picture,
          id: 0,
          kind: "video",
          rotation: 0,
          mirrored: false,
          matrix: untaggedMatrix(facts.picture.height),
        },
      },
      ...sounds.map((sound) => soundStream(sound, form)),
    ],
    durationMicroseconds: (span * source.size) / probeBytes,
    beginsAtZero: true,
    structure: [],
    samples: () => walk(source, from),
    samplesIn: (part) => walk(part, 0),
    openSound: ({ pid: soundPid, codec, language = "" }) =>
      soundPid === undefined
        ? undefined
        : new TransportSound({ pid: soundPid, coding: soundCodingOf(codec), language }, form, time),
  };
}

const soundStream = ({ stream: { pid, coding, language }, head }: FoundSound, form: PacketForm): SourceStream => ({
  form: "ts",
  parameter: transportParameter(pid, form, coding),
  track: {
    id: 0,
    kind: "audio",
    codec: head.codec,
    sampleRate: head.sampleRate,
    channels: head.channels,
    pid,
    ...languageField(language),
  },
});

const soundCodingOf = (codec: string): SoundCoding =>
  codec.startsWith("mp4a") ? "aac" : codec.startsWith("mp") ? "mpeg-audio" : "ac-3";

interface Start {
  pid: number;
  coding: FilmCoding;
  facts: FilmFacts;
  /** The film's first: from it times count. */
  time: number;
  sounds: FoundSound[];
  /** What the first maps say of PIDs. */
  codings: ReadonlyMap<number, TransportCoding>;
}

/** What has to be known before pictures can be told: where the film is, its parameter sets, and when it begins; and what it sounds like. */
async function findStart(source: ByteSource, form: PacketForm, from: number): Promise<Start | undefined> {
  const { pid, coding, sounds, codings } = await findProgramme(source, form, from);
  if (pid === undefined || coding === undefined) return undefined;
  const splitters = new Map(sounds.map((sound) => [sound.pid, new FrameSplitter(sound.coding as SoundCoding)]));
  const heads = new Map<number, FrameHead>();
  let time: number | undefined;
  let held: Uint8Array = new Uint8Array();
  let facts: FilmFacts | undefined;
  let stop = OPEN_MAX_BYTES;
  for await (const { bytes, end, offset, packet } of packetsOf(source, form, from)) {
    if (offset > stop || (facts !== undefined && heads.size === splitters.size)) break;
    const payload = bytes.subarray(packet.payload, end);
    const [frame] = heads.has(packet.pid) ? [] : (splitters.get(packet.pid)?.push(payload, packet.time) ?? []);
    if (frame !== undefined) heads.set(packet.pid, frame.head);
    if (packet.pid !== pid || facts !== undefined) continue;
    time ??= packet.time;
    // A parameter set may lie across packets.
    held = concatBytes(held.subarray(-SEQUENCE_MAX_BYTES), payload);
    facts = sequenceIn(held, coding);
    if (facts !== undefined) stop = offset + SOUND_MAX_BYTES;
  }
  if (facts === undefined) return undefined;
  const found = sounds.flatMap((stream): FoundSound[] => {
    const head = heads.get(stream.pid);
    return head === undefined ? [] : [{ stream: stream as FoundSound["stream"], head }];
  });
  return { pid, coding, facts, time: time ?? 0, sounds: found, codings };
}

async function findProgramme(source: ByteSource, form: PacketForm, from: number): Promise<Programme> {
  const programme = new Programme();
  for await (const { bytes, end, offset, packet } of packetsOf(source, form, from)) {
    if (programme.isTable(packet.pid)) programme.push(packet.pid, bytes.subarray(packet.payload, end), packet.starts);
    if (programme.pid !== undefined || offset > OPEN_MAX_BYTES) break;
  }
  return programme;
}

/** Undefined, too, before its end is there. */
function sequenceIn(bytes: Uint8Array, coding: FilmCoding): FilmFacts | undefined {
  for (let at = nextStartCode(bytes, 0); at >= 0; ) {
    const next = nextStartCode(bytes, at + 3);
    const isWhole = next >= 0 || bytes.length - at > SEQUENCE_MAX_BYTES;
    const head = bytes[at + 3] ?? 0;
    const isSequence = coding === "h264" ? (head & 31) === NAL.sequence : hevcType(head) === HEVC_NAL.sequence;
    const nal = bytes.subarray(at + 3);
    const facts = isWhole && isSequence ? (coding === "h264" ? readSequence : readHevcSequence)(nal) : undefined;
    if (facts !== undefined) return facts;
    at = next;
  }
  return undefined;
}

interface PlacedPacket {
  bytes: Uint8Array;
  /** In `bytes`. */
  sync: number;
  end: number;
  /** Of its first byte, which may stand before the sync byte, in the file. */
  offset: number;
  packet: Packet;
}

/** Told of a packet of a chunk. @param base where the chunk begins in the file */
type ChunkVisit = (bytes: Uint8Array, base: number, sync: number, end: number, packet: Packet) => void;

/** Goes through the packets a chunk at a time; what was visited is there when it gives the control back. */
async function* chunksOf(
  source: ByteSource,
  form: PacketForm,
  from: number,
  visit: ChunkVisit,
): AsyncGenerator<undefined> {
  for (let base = from; base + PACKET_BYTES <= source.size; ) {
    const bytes = await source.read(base, Math.min(CHUNK_PACKETS * form.bytes, source.size - base));
    const isLast = base + bytes.length === source.size;
    const place = base;
    const done = walkPackets(bytes, 0, form, isLast, (sync, end) => {
      const packet = readPacket(bytes, sync);
      if (packet !== undefined && packet.payload <= end) visit(bytes, place, sync, end, packet);
    });
    yield;
    if (isLast) return;
    base += done;
  }
}

async function* packetsOf(source: ByteSource, form: PacketForm, from: number): AsyncGenerator<PlacedPacket> {
  let found: PlacedPacket[] = [];
  const visit: ChunkVisit = (bytes, base, sync, end, packet) =>
    found.push({ bytes, sync, end, offset: base + sync - form.lead, packet });
  for await (const _ of chunksOf(source, form, from, visit)) {
    yield* found;
    found = [];
  }
}

/** A picture under way. */
interface OpenPicture {
  sample: CodedSample;
  time: number | undefined;
  /** Its first bytes, until it is known what it is; then undefined. */
  head: Uint8Array | undefined;
}

/** Goes through a stream, or a part of it, for its pictures. */
class PictureWalk {
  private readonly programme = new Programme();
  private readonly times: PictureTimes;
  private readonly pairs = new FieldPairs();
  private open: OpenPicture | undefined;
  /** The film's PID where the walk is. */
  private current: number;
  /** Whose times may wait for the next ones. */
  private readonly batch: CodedSample[] = [];
  /** By PID, of all but the film: the parameter of what it carries, where that is looked into. */
  private readonly parameters = new Float64Array(PIDS);
  /** By PID: the number of the picture beside which it was seen last. */
  private readonly seen = new Uint32Array(PIDS);
  private pictures = 1;
  /** End of the film's newest packet. */
  private filmEnd: number;
  /** Seen since, or before the film began. */
  private beside: number[] = [];

  constructor(
    private readonly source: ByteSource,
    private readonly form: PacketForm,
    private readonly start: Start,
  ) {
    const { pid, coding, time, facts, codings } = start;
    this.programme.pid = pid;
    this.programme.coding = coding;
    this.current = pid;
    this.filmEnd = 0;
    this.times = new PictureTimes(time, (1e6 * facts.picture.frameRate[1]) / facts.picture.frameRate[0]);
    for (const [other, carried] of codings) this.listen(other, carried);
  }

  /** @param from where the first packet begins */
  async *run(from: number): AsyncGenerator<CodedSample[]> {
    this.filmEnd = from;
    this.current = await this.pidAtStart(from);
    this.programme.pid = this.current;
    const visit: ChunkVisit = (bytes, base, sync, end, packet) => this.visit(bytes, base, sync, end, packet);
    for await (const _ of chunksOf(this.source, this.form, from, visit)) {
      if (this.batch.length >= BATCH_SAMPLES) yield this.settled();
    }
    this.close(this.endOfGap(this.source.size));
    this.unknown(this.source.size);
    this.times.end();
    const rest = this.settled();
    if (rest.length > 0) yield rest;
  }

  private visit(bytes: Uint8Array, base: number, sync: number, end: number, packet: Packet): void {
    const { pid, starts } = packet;
    if (pid === this.current) {
      this.film(bytes, base, sync, end, packet);
      return;
    }
    if (this.programme.isTable(pid) && this.programme.push(pid, bytes.subarray(packet.payload, end), starts))
      this.readMap();
    if (pid === this.programme.pid && starts && beginsUnit(bytes.subarray(packet.payload, end))) {
      this.close(base + sync - this.form.lead);
      const before = this.current;
      this.current = pid;
      this.listen(before, this.start.coding);
      this.film(bytes, base, sync, end, packet);
      return;
    }
    if (starts && this.parameters[pid] === 0 && isVideoPes(bytes, sync))
      this.parameters[pid] = transportParameter(pid, this.form, "unknown");
    if (this.parameters[pid] === 0 || this.seen[pid] === this.pictures || packet.payload >= end) return;
    this.seen[pid] = this.pictures;
    this.beside.push(this.parameters[pid] as number);
  }

  /** A packet of the film. */
  private film(bytes: Uint8Array, base: number, sync: number, end: number, packet: Packet): void {
    const { form } = this;
    const offset = base + sync - form.lead;
    if (packet.starts || offset - this.filmEnd > GAP_MAX_BYTES) this.close(this.endOfGap(offset));
    const payload = bytes.subarray(packet.payload, end);
    if (this.open === undefined) {
      const begin = this.beginOf(offset);
      const key = packet.starts && (packet.randomAccess || opensKey(payload, this.start.coding));
      const parameter = transportParameter(this.current, form, this.start.coding);
      this.open = {
        sample: {
          offset: begin,
          size: 0,
          timeMicroseconds: Number.NaN,
          durationMicroseconds: 0,
          key,
          stream: 0,
          ...(this.current === this.start.pid ? {} : { parameter }),
        },
        time: packet.time,
        head: new Uint8Array(),
      };
    }
    this.filmEnd = base + end;
    this.look(payload, false);
  }

  /** Finds out what the picture under way is, and with that its time. */
  private look(payload: Uint8Array, isEnd: boolean): void {
    const { open, start } = this;
    if (open?.head === undefined) return;
    let isSecond = false;
    if (start.coding === "h264") {
      open.head = concatBytes(open.head, payload);
      const slice = sliceIn(open.head);
      if (slice === undefined && !isEnd && open.head.length < HEAD_MAX_BYTES) return;
      const { slices } = start.facts;
      isSecond = slice !== undefined && slices !== undefined && this.pairs.isSecond(readField(slice, slices));
    }
    open.head = undefined;
    if (isSecond) open.sample.isAddition = true;
    this.times.add(open.sample, open.time, isSecond);
  }

  /** Ends the picture under way. */
  private close(end: number): void {
    const { open, beside } = this;
    if (open === undefined) return;
    this.look(new Uint8Array(), true);
    open.sample.size = end - open.sample.offset;
    if (beside.length > 0) open.sample.beside = beside;
    this.batch.push(open.sample);
    this.open = undefined;
    this.beside = [];
    this.pictures += 1;
  }

  /** Where a picture ends that the film's next packet, or the end, follows at `offset`. */
  private endOfGap(offset: number): number {
    return offset - this.filmEnd > GAP_MAX_BYTES ? this.filmEnd : offset;
  }

  /** Where a picture begins whose first packet stands at `offset`: the first takes along what stands before it. */
  private beginOf(offset: number): number {
    this.unknown(offset);
    const isFirst = this.batch.length === 0 && this.pictures === 1;
    return isFirst && offset - this.filmEnd <= GAP_MAX_BYTES ? this.filmEnd : offset;
  }

  /** Tells of a long way without a packet of the film. */
  private unknown(to: number): void {
    if (to - this.filmEnd <= GAP_MAX_BYTES) return;
    for (let offset = this.filmEnd; offset < to; offset += GAP_MAX_BYTES) {
      const size = Math.min(GAP_MAX_BYTES, to - offset);
      const gap = { offset, size, timeMicroseconds: 0, durationMicroseconds: 0, key: false, stream: UNKNOWN };
      this.times.add(gap, undefined, true);
      this.batch.push(gap);
    }
    this.pictures += 1;
  }

  private readMap(): void {
    for (const [pid, coding] of this.programme.codings) this.listen(pid, coding);
  }

  /** What a PID other than the film's carries. */
  private listen(pid: number, coding: TransportCoding): void {
    if (pid !== this.current) this.parameters[pid] = transportParameter(pid, this.form, coding);
  }

  /** Takes what has its time. */
  private settled(): CodedSample[] {
    const waiting = this.batch.findIndex(({ timeMicroseconds }) => Number.isNaN(timeMicroseconds));
    return this.batch.splice(0, waiting < 0 ? this.batch.length : waiting);
  }

  /** The film's PID where a part of the stream begins: the start's, or what the part has in its place. */
  private async pidAtStart(from: number): Promise<number> {
    const { pid, coding } = this.start;
    let other: number | undefined;
    for await (const { bytes, end, packet } of packetsOf(this.source, this.form, from)) {
      if (packet.pid === pid) return pid;
      const isSame = packet.starts && coding === "h264";
      if (isSame && sliceIn(bytes.subarray(packet.payload, end)) !== undefined) other ??= packet.pid;
    }
    return other ?? pid;
  }
}

/** Whether a packet begins a PES packet of video, 2.4.3.7. */
function isVideoPes(bytes: Uint8Array, sync: number): boolean {
  const head = readPacketHead(bytes, sync).payload;
  return isPes(bytes, head) && isVideoStream(bytes[head + 3] ?? 0);
}

/** Whether a NAL unit begins there: what a damaged map names has none as a rule. */
const beginsUnit = (payload: Uint8Array): boolean => [0, 1].includes(nextStartCode(payload, 0));

/** A picture's first slice from its NAL unit's head on, as far as it is there; undefined before enough of it is. */
function sliceIn(bytes: Uint8Array): Uint8Array | undefined {
  for (
    let at = nextStartCode(bytes, 0);
    at >= 0 && at + 3 + SLICE_HEAD_BYTES <= bytes.length;
    at = nextStartCode(bytes, at + 3)
  )
    if (isSlice((bytes[at + 3] ?? 0) & 31)) return bytes.subarray(at + 3, at + 3 + SLICE_HEAD_BYTES);
  return undefined;
}

/** A picture whose first packet brings parameter sets or a key picture's slice. */
function opensKey(payload: Uint8Array, coding: FilmCoding): boolean {
  for (let at = nextStartCode(payload, 0); at >= 0; at = nextStartCode(payload, at + 3)) {
    const head = payload[at + 3] ?? 0;
    const type = coding === "h264" ? head & 31 : hevcType(head);
    if (coding === "hevc") {
      if (type === HEVC_NAL.sequence || (type >= HEVC_NAL.keyFirst && type <= HEVC_NAL.keyLast)) return true;
      if (type <= HEVC_NAL.sliceLast) return false;
    } else {
      if (type === NAL.idr || type === NAL.sequence) return true;
      if (isSlice(type)) return false;
    }
  }
  return false;
}
