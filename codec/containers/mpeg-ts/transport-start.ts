/** What a transport stream's first packets tell: its programme, the film's parameter sets, what its sounds are. */
import { type ByteSource, concatBytes } from "../../bytes/bytes.ts";
import { NAL, nextStartCode } from "../streams/annexb.ts";
import { FrameSplitter } from "../streams/frame-splitter.ts";
import { type PictureFacts, readSequence, type SliceCoding } from "../streams/h264-headers.ts";
import { HEVC_NAL, hevcType, readHevcSequence } from "../streams/hevc-headers.ts";
import type { FrameHead, SoundCoding } from "../streams/sound-frames.ts";
import { type FilmCoding, type MappedStream, Programme } from "./programme.ts";
import { packetsOf } from "./transport-chunks.ts";
import type { PacketForm, TransportCoding } from "./transport-packets.ts";

/** The parameter sets have to come within this. */
const OPEN_MAX_BYTES = 64 << 20;
/** The first frame of each sound has to come within this behind the parameter sets: a second at 64 Mbit/s. */
const SOUND_MAX_BYTES = 8 << 20;
/** A sequence parameter set, as far as it is read. */
const SEQUENCE_MAX_BYTES = 1024;

/** What the film's parameter sets tell. */
export interface FilmFacts {
  picture: PictureFacts;
  hasRate: boolean;
  /** Of H.264, whose fields are told by it. */
  slices?: SliceCoding;
}

/** A sound with what its first frame tells. */
export interface FoundSound {
  stream: MappedStream & { coding: SoundCoding };
  head: FrameHead;
}

export interface Start {
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
export async function findStart(source: ByteSource, form: PacketForm, from: number): Promise<Start | undefined> {
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
