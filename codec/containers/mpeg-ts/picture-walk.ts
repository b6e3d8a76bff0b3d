/** The pictures of a transport stream's film, and what stands beside them: a picture reaches from its first packet to the next picture's. */
import { type ByteSource, concatBytes } from "../../bytes/bytes.ts";
import { isVideoStream } from "../mpeg-ps/pes.ts";
import { BATCH_SAMPLES, type CodedSample, UNKNOWN } from "../source-index.ts";
import { isSlice, NAL, nextStartCode } from "../streams/annexb.ts";
import { FieldPairs, readField } from "../streams/h264-headers.ts";
import { HEVC_NAL, hevcType } from "../streams/hevc-headers.ts";
import { PictureTimes } from "./picture-times.ts";
import { type FilmCoding, Programme } from "./programme.ts";
import { type ChunkVisit, chunksOf, packetsOf } from "./transport-chunks.ts";
import {
  isPes,
  type Packet,
  type PacketForm,
  PIDS,
  readPacketHead,
  type TransportCoding,
  transportParameter,
} from "./transport-packets.ts";
import type { Start } from "./transport-start.ts";

/** Looked at of a picture for what it is, before its first slice at most. */
const HEAD_MAX_BYTES = 4096;
const SLICE_HEAD_BYTES = 24;
/** More than this without a packet of the film is no part of a picture. */
const GAP_MAX_BYTES = 1 << 20;

/** A picture under way. */
interface OpenPicture {
  sample: CodedSample;
  time: number | undefined;
  /** Its first bytes, until it is known what it is; then undefined. */
  head: Uint8Array | undefined;
}

/** Goes through a stream, or a part of it, for its pictures. */
export class PictureWalk {
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
      this.parameters[pid] = transportParameter(pid, this.form, "pictures");
    if (this.parameters[pid] === 0 || this.seen[pid] === this.pictures || packet.payload >= end) return;
    this.seen[pid] = this.pictures;
    this.beside.push(this.parameters[pid] as number);
  }

  /** A packet of the film. */
  private film(bytes: Uint8Array, base: number, sync: number, end: number, packet: Packet): void {
    const { form } = this;
    const offset = base + sync - form.lead;
    if (packet.starts || offset - this.filmEnd > GAP_MAX_BYTES) this.close(this.endOfGap(offset));
    if (this.open !== undefined && this.open.head === undefined) {
      this.filmEnd = base + end;
      return;
    }
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
