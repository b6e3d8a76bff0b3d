/** Programme association and programme map (ISO/IEC 13818-1 2.4.4): which PIDs carry what, also where that changes. */
import { equalBytes } from "../../bytes/bytes.ts";
import type { TransportCoding } from "./transport-packets.ts";

const ASSOCIATION = 0;
const MAP = 2;
const SECTION_MAX_BYTES = 4096;
const STUFFING = 0xff;

/** Stream types by what they carry: ISO/IEC 13818-1 table 2-34, ATSC A/53 part 3, and what makers of discs and cameras use. */
const CODED: Readonly<Record<TransportCoding, readonly number[]>> = {
  h264: [0x1b],
  hevc: [0x24],
  aac: [0x0f],
  "mpeg-audio": [0x03, 0x04],
  "ac-3": [0x81, 0x84, 0x87],
  // AAC in LATM; of discs LPCM, DTS, TrueHD and what followed them.
  sound: [0x11, 0x80, 0x82, 0x83, 0x85, 0x86, 0x8a, 0xa1, 0xa2],
  // MPEG-1 and -2, MPEG-4 part 2, further views and layers of H.264 and HEVC, JPEG 2000, VVC, AVS, VC-1.
  pictures: [0x01, 0x02, 0x10, 0x1f, 0x20, 0x21, 0x25, 0x28, 0x29, 0x2a, 0x2b, 0x33, 0x42, 0xd1, 0xd2, 0xea],
};
const TYPES: ReadonlyMap<number, TransportCoding> = new Map(
  Object.entries(CODED).flatMap(([coding, types]) => types.map((type) => [type, coding as TransportCoding])),
);
/** Private data, which its descriptors name. */
const PRIVATE = 0x06;
const LANGUAGE = 0x0a;
const REGISTRATION = 0x05;
/** ETSI EN 300 468 annexes D, G and H: AC-3 and E-AC-3; DTS and AAC. */
const AC3_DESCRIPTORS = [0x6a, 0x7a];
const SOUND_DESCRIPTORS = [0x7b, 0x7c];
const AC3_NAMES = ["AC-3", "EAC3"];
const SOUND_NAMES = ["Opus", "DTS1", "DTS2", "DTS3", "AC-4"];

/** What a map tells of one of a programme's streams. */
export interface MappedStream {
  pid: number;
  coding: TransportCoding;
  /** ISO 639-2; empty where the map does not tell. */
  language: string;
}

/** Codings that method `samples` knows as a film. */
export type FilmCoding = "h264" | "hevc";
const isFilm = (coding: TransportCoding): coding is FilmCoding => coding === "h264" || coding === "hevc";
/** One whose frames are known. */
const isSound = ({ coding }: MappedStream): boolean => !isFilm(coding) && coding !== "sound" && coding !== "pictures";

/** Joins a PID's packets to sections. */
class Sections {
  private pending: number[] | undefined;

  /** @param payload a packet's; @param starts a section begins in it, where its first byte says */
  push(payload: Uint8Array, starts: boolean): Uint8Array[] {
    const found: Uint8Array[] = [];
    const rest = starts ? payload.subarray(1 + (payload[0] ?? 0)) : payload.subarray(0, 0);
    this.pending?.push(...(starts ? payload.subarray(1, 1 + (payload[0] ?? 0)) : payload));
    this.take(found);
    if (starts) {
      this.pending = [...rest];
      this.take(found);
    }
    return found;
  }

  /** Takes the sections that are whole. */
  private take(found: Uint8Array[]): void {
    let { pending } = this;
    while (pending !== undefined && pending.length >= 3 && pending[0] !== STUFFING) {
      const length = 3 + ((((pending[1] ?? 0) & 15) << 8) | (pending[2] ?? 0));
      if (pending.length < length) break;
      found.push(Uint8Array.from(pending.slice(0, length)));
      pending = pending.slice(length);
    }
    this.pending = (pending?.length ?? 0) > SECTION_MAX_BYTES || pending?.[0] === STUFFING ? undefined : pending;
  }
}

export class Programme {
  /** Of the film, as the newest map says, which may be damaged; undefined until one names it. */
  pid: number | undefined;
  coding: FilmCoding | undefined;
  /** Of the film's programme, in its map's order. */
  sounds: readonly MappedStream[] = [];
  /** What the maps of all programmes say of PIDs; the newest word counts. */
  readonly codings = new Map<number, TransportCoding>();
  /** By their maps' PIDs, as they were read last. */
  private readonly programmes = new Map<number, readonly MappedStream[]>();
  private map: number | undefined;
  private maps: ReadonlySet<number> = new Set();
  private readonly sections = new Map<number, Sections>();
  /** By PID: the newest packet, which most others repeat. */
  private readonly newest = new Map<number, Uint8Array>();

  /** Whether packets of a PID have to be pushed. */
  isTable(pid: number): boolean {
    return pid === ASSOCIATION || this.maps.has(pid);
  }

  /** @param payload behind the packet's head @returns whether a map was read */
  push(pid: number, payload: Uint8Array, starts: boolean): boolean {
    if (!this.isTable(pid)) return false;
    const newest = this.newest.get(pid);
    if (newest !== undefined && starts && equalBytes(newest, payload)) return false;
    this.newest.set(pid, starts ? payload.slice() : new Uint8Array());
    let sections = this.sections.get(pid);
    if (sections === undefined) {
      sections = new Sections();
      this.sections.set(pid, sections);
    }
    let hasRead = false;
    for (const section of sections.push(payload, starts)) {
      if (pid === ASSOCIATION && section[0] === ASSOCIATION) this.associate(section);
      else if (pid !== ASSOCIATION && section[0] === MAP) {
        this.readMap(pid, section);
        hasRead = true;
      }
    }
    return hasRead;
  }

  /** The sounds of the programme that a stream belongs to, in its map's order. */
  soundsBeside(pid: number): MappedStream[] {
    const own = [...this.programmes.values()].find((streams) => streams.some((stream) => stream.pid === pid));
    return own?.filter(isSound) ?? [];
  }

  private associate(section: Uint8Array): void {
    const maps = new Set<number>();
    for (let i = 8; i + 4 <= section.length - 4; i += 4)
      if (((section[i] ?? 0) | (section[i + 1] ?? 0)) !== 0) maps.add(pidAt(section, i + 2)); // number 0 is the network's
    if (maps.size === 0) return;
    // What was passed over beside other programmes counts now.
    for (const pid of [...this.maps, ...maps]) if (!this.maps.has(pid) || !maps.has(pid)) this.newest.clear();
    this.maps = maps;
  }

  /** The first programme with a film stays the one, as long as it is there. */
  private readMap(mapPid: number, section: Uint8Array): void {
    const streams = mappedStreams(section);
    for (const { pid, coding } of streams) this.codings.set(pid, coding);
    this.programmes.set(mapPid, streams);
    if (this.map !== undefined && this.map !== mapPid && this.maps.has(this.map)) return;
    const films = streams.filter(({ coding }) => isFilm(coding) && coding === (this.coding ?? coding));
    const film = films.find(({ pid }) => pid === this.pid) ?? films[0];
    if (film === undefined) return;
    this.map = mapPid;
    this.sounds = streams.filter(isSound);
    this.pid = film.pid;
    this.coding = film.coding as FilmCoding;
  }
}

function mappedStreams(section: Uint8Array): MappedStream[] {
  const streams: MappedStream[] = [];
  const end = section.length - 4;
  for (let i = 12 + (((section[10] ?? 0) & 15) << 8) + (section[11] ?? 0); i + 5 <= end; ) {
    const next = i + 5 + ((((section[i + 3] ?? 0) & 15) << 8) | (section[i + 4] ?? 0));
    const descriptors = descriptorsOf(section.subarray(i + 5, Math.min(next, end)));
    const type = section[i] ?? 0;
    const coding = TYPES.get(type) ?? (type === PRIVATE ? privateCoding(descriptors) : undefined);
    const language = descriptors.find(({ tag }) => tag === LANGUAGE)?.text.slice(0, 3) ?? "";
    if (coding !== undefined) streams.push({ pid: pidAt(section, i + 1), coding, language });
    i = next;
  }
  return streams;
}

interface Descriptor {
  tag: number;
  text: string;
}

function descriptorsOf(bytes: Uint8Array): Descriptor[] {
  const found: Descriptor[] = [];
  for (let at = 0; at + 2 <= bytes.length; at += 2 + (bytes[at + 1] ?? 0))
    found.push({
      tag: bytes[at] ?? 0,
      text: String.fromCharCode(...bytes.subarray(at + 2, at + 2 + (bytes[at + 1] ?? 0))),
    });
  return found;
}

function privateCoding(descriptors: readonly Descriptor[]): TransportCoding | undefined {
  const isNamed = (tags: readonly number[], names: readonly string[]): boolean =>
    descriptors.some(
      ({ tag, text }) => tags.includes(tag) || (tag === REGISTRATION && names.includes(text.slice(0, 4))),
    );
  if (isNamed(AC3_DESCRIPTORS, AC3_NAMES)) return "ac-3";
  return isNamed(SOUND_DESCRIPTORS, SOUND_NAMES) ? "sound" : undefined;
}

const pidAt = (section: Uint8Array, at: number): number => (((section[at] ?? 0) & 31) << 8) | (section[at + 1] ?? 0);
