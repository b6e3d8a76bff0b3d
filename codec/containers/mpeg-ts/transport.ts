/** Index of H.264 in transport streams (ISO/IEC 13818-1): a picture reaches from its first packet to the next picture's. */
import { type ByteSource, concatBytes } from "../../bytes/bytes.ts";
import { untaggedMatrix } from "../../format/header.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex } from "../source-index.ts";
import { isSlice, NAL, nextStartCode } from "../streams/annexb.ts";
import { FieldPairs, readField, readSequence, type SequenceFacts } from "../streams/h264-headers.ts";
import { Programme } from "./programme.ts";
import {
  findPackets,
  PACKET_BYTES,
  type Packet,
  type PacketForm,
  readPacket,
  transportParameter,
  walkPackets,
} from "./transport-packets.ts";

/** The span of so many packets' pictures tells the rate of the whole. */
const PROBE_PACKETS = 10_000;
const CHUNK_PACKETS = 5_000;
/** The parameter sets have to come within this. */
const OPEN_MAX_BYTES = 64 << 20;
/** A sequence parameter set, as far as it is read. */
const SEQUENCE_MAX_BYTES = 512;
const CLOCK_MICROSECONDS = 1e6 / 90_000;
/** Times are counted modulo this. */
const CLOCK_WRAP = 2 ** 33;
/** A time this far before the first one is before it, not 26 hours behind. */
const BEFORE_FIRST = 90_000 * 3600;
/** Times that go back or forward by more are those of another programme or of a recording put behind. */
const BACK_MICROSECONDS = 10e6;
const FORWARD_MICROSECONDS = 600e6;
/** Looked at of a picture for what it is, before its first slice at most. */
const HEAD_MAX_BYTES = 4096;
const SLICE_HEAD_BYTES = 24;

/** Undefined where no H.264 with its parameter sets is found. */
export async function openTransport(source: ByteSource): Promise<FoundIndex | undefined> {
  const found = findPackets(await source.read(0, Math.min(2048, source.size)));
  if (found === undefined) return undefined;
  const { form, from } = found;
  const start = await findStart(source, form, from);
  if (start === undefined) return undefined;
  const { pid, facts, time } = start;
  const walk = (part: ByteSource, at: number) => pictures(part, form, at, pid, time, facts);
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
        parameter: transportParameter(pid, form),
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
    ],
    durationMicroseconds: (span * source.size) / probeBytes,
    beginsAtZero: true,
    structure: [],
    samples: () => walk(source, from),
    samplesIn: (part) => walk(part, 0),
  };
}

interface Start {
  pid: number;
  facts: SequenceFacts;
  /** The video's first: from it times count. */
  time: number;
}

/** What has to be known before pictures can be told: where the video is, its parameter sets, and when it begins. */
async function findStart(source: ByteSource, form: PacketForm, from: number): Promise<Start | undefined> {
  const pid = await findVideo(source, form, from);
  if (pid === undefined) return undefined;
  let time: number | undefined;
  let held: Uint8Array = new Uint8Array();
  for await (const { bytes, end, offset, packet } of packetsOf(source, form, from)) {
    if (offset > OPEN_MAX_BYTES) return undefined;
    if (packet.pid !== pid) continue;
    time ??= packet.time;
    // A parameter set may lie across packets.
    held = concatBytes(held.subarray(-SEQUENCE_MAX_BYTES), bytes.subarray(packet.payload, end));
    const facts = sequenceIn(held);
    if (facts !== undefined) return { pid, facts, time: time ?? 0 };
  }
  return undefined;
}

async function findVideo(source: ByteSource, form: PacketForm, from: number): Promise<number | undefined> {
  const programme = new Programme();
  for await (const { bytes, end, offset, packet } of packetsOf(source, form, from)) {
    programme.push(packet.pid, bytes.subarray(packet.payload, end), packet.starts);
    if (programme.pid !== undefined || offset > OPEN_MAX_BYTES) break;
  }
  return programme.pid;
}

/** Undefined, too, before its end is there. */
function sequenceIn(bytes: Uint8Array): SequenceFacts | undefined {
  for (let at = nextStartCode(bytes, 0); at >= 0; ) {
    const next = nextStartCode(bytes, at + 3);
    const isWhole = next >= 0 || bytes.length - at > SEQUENCE_MAX_BYTES;
    const isSequence = ((bytes[at + 3] ?? 0) & 31) === NAL.sequence;
    const facts = isWhole && isSequence ? readSequence(bytes.subarray(at + 3)) : undefined;
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

async function* chunksOf(source: ByteSource, form: PacketForm, from: number): AsyncGenerator<PlacedPacket[]> {
  for (let at = from; at + PACKET_BYTES <= source.size; ) {
    const base = at;
    const bytes = await source.read(at, Math.min(CHUNK_PACKETS * form.bytes, source.size - at));
    const isLast = base + bytes.length === source.size;
    const found: PlacedPacket[] = [];
    const done = walkPackets(bytes, 0, form, isLast, (sync, end) => {
      const packet = readPacket(bytes, sync);
      if (packet === undefined || packet.payload > end) return;
      found.push({ bytes, sync, end, offset: base + sync - form.lead, packet });
    });
    yield found;
    if (isLast) return;
    at += done;
  }
}

async function* packetsOf(source: ByteSource, form: PacketForm, from: number): AsyncGenerator<PlacedPacket> {
  for await (const chunk of chunksOf(source, form, from)) yield* chunk;
}

/** A picture under way. */
interface OpenPicture {
  sample: CodedSample;
  /** Its first bytes, until it is known what it is; then undefined. */
  head: Uint8Array | undefined;
}

/** @param firstTime from it times count, in units of 90 kHz */
async function* pictures(
  source: ByteSource,
  form: PacketForm,
  from: number,
  pid: number,
  firstTime: number,
  facts: SequenceFacts,
): AsyncGenerator<CodedSample[]> {
  const programme = new Programme();
  programme.pid = pid;
  const times = new Times(firstTime, (1e6 * facts.picture.frameRate[1]) / facts.picture.frameRate[0]);
  const pairs = new FieldPairs();
  let open: OpenPicture | undefined;
  let current = await pidAtStart(source, form, from, pid);
  if (current !== pid) programme.pid = current;
  let batch: CodedSample[] = [];
  const look = (picture: OpenPicture, payload: Uint8Array, isEnd: boolean): void => {
    if (picture.head === undefined) return;
    picture.head = concatBytes(picture.head, payload);
    const slice = sliceIn(picture.head);
    if (slice === undefined && !isEnd && picture.head.length < HEAD_MAX_BYTES) return;
    picture.head = undefined;
    if (slice !== undefined && pairs.isSecond(readField(slice, facts.slices))) {
      picture.sample.isAddition = true;
      picture.sample.timeMicroseconds = times.newest;
    } else picture.sample.timeMicroseconds = times.take(picture.sample.timeMicroseconds);
  };
  const close = (end?: number): void => {
    if (open === undefined) return;
    look(open, new Uint8Array(), true);
    batch.push(end === undefined ? open.sample : { ...open.sample, size: end - open.sample.offset });
    open = undefined;
  };
  for await (const chunk of chunksOf(source, form, from)) {
    for (const { bytes, sync, end, offset, packet } of chunk) {
      const payload = bytes.subarray(packet.payload, end);
      programme.push(packet.pid, payload, packet.starts);
      if (packet.pid !== current && packet.pid === programme.pid && packet.starts && beginsUnit(payload)) {
        close(offset);
        current = packet.pid;
      }
      if (packet.pid !== current) continue;
      if (packet.starts) close(offset);
      const key = packet.starts && (packet.randomAccess || opensKey(payload));
      open ??= {
        sample: {
          offset,
          size: 0,
          timeMicroseconds: packet.time ?? Number.NaN,
          durationMicroseconds: 0,
          key,
          stream: 0,
          ...(current === pid ? {} : { parameter: transportParameter(current, form) }),
        },
        head: new Uint8Array(),
      };
      open.sample.size = offset + form.lead + end - sync - open.sample.offset;
      look(open, payload, false);
    }
    if (batch.length < BATCH_SAMPLES) continue;
    yield batch;
    batch = [];
  }
  close();
  if (batch.length > 0) yield batch;
}

/** The video's PID where a part of the stream begins: `pid`, or what the part has in its place. */
async function pidAtStart(source: ByteSource, form: PacketForm, from: number, pid: number): Promise<number> {
  let other: number | undefined;
  for await (const { bytes, end, packet } of packetsOf(source, form, from)) {
    if (packet.pid === pid) return pid;
    if (packet.starts && sliceIn(bytes.subarray(packet.payload, end)) !== undefined) other ??= packet.pid;
  }
  return other ?? pid;
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

/** Times of a stream's pictures in microseconds since the first, in coding order. */
class Times {
  /** Of the newest picture. */
  newest = 0;
  private shift = 0;
  private isFirst = true;

  constructor(
    private readonly firstTime: number,
    private readonly stepMicroseconds: number,
  ) {}

  /** @param time 90 kHz, as the stream has it; not a number where it tells none: a picture's duration after the one before */
  take(time: number): number {
    if (Number.isNaN(time)) {
      if (!this.isFirst) this.newest += this.stepMicroseconds;
      return this.newest;
    }
    const since = (((time - this.firstTime + BEFORE_FIRST) % CLOCK_WRAP) + CLOCK_WRAP) % CLOCK_WRAP;
    const microseconds = (since - BEFORE_FIRST) * CLOCK_MICROSECONDS;
    const jump = microseconds + this.shift - this.newest;
    if (!this.isFirst && (jump < -BACK_MICROSECONDS || jump > FORWARD_MICROSECONDS))
      this.shift += this.stepMicroseconds - jump;
    this.newest = microseconds + this.shift;
    this.isFirst = false;
    return this.newest;
  }
}

/** A picture whose first packet brings parameter sets or an IDR slice. */
function opensKey(payload: Uint8Array): boolean {
  for (let at = nextStartCode(payload, 0); at >= 0; at = nextStartCode(payload, at + 3)) {
    const type = (payload[at + 3] ?? 0) & 31;
    if (type === NAL.idr || type === NAL.sequence) return true;
    if (isSlice(type)) return false;
  }
  return false;
}
