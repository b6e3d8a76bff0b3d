/** Writes main and slave side by side, in one pass, for every method. */

import { UnsupportedError } from "../errors.ts";
import { createProtection } from "../protect/create-protection.ts";
import type { Protection } from "../protect/protection.ts";
import { type ByteSink, sha256 } from "./bytes.ts";
import { type MainHeader, type Method, type ProtectionName, type Track, umidFor } from "./header.ts";
import { MAIN_SEGMENT_MAX_BYTES, type SegmentHead, SLAVE_SEGMENT_MAX_BYTES } from "./layout.ts";
import { encodeMainStart, MainWriter } from "./main-file.ts";
import { encodeSlaveStart, SlaveWriter } from "./slave-file.ts";

/** What a method knows at the start of a division. */
export interface DivisionDescription {
  method: Method;
  protection: ProtectionName;
  /** Decoding information, in both files' headers (Cmix patent [0073], [0080]). */
  parameters: Record<string, string | number | boolean>;
  tracks: Track[];
  title: string;
  copyright?: string;
  ageLimit?: number;
  genre?: string;
  service?: string;
  player?: string;
  mainName: string;
  slaveName: string;
  poster?: MainHeader["poster"];
}

export interface DividedSegment {
  layer: number;
  track: number;
  key: boolean;
  structure: boolean;
  startMicroseconds: number;
  durationMicroseconds: number;
  pictures: number;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  /** Methods `samples` and `mpeg`: bytes of the source file that this segment stands for. */
  sourceBytes?: number;
}

export interface DivisionResult {
  mainId: Uint8Array;
  slaveId: Uint8Array;
  mainBytes: number;
  slaveBytes: number;
  /** Bytes of the poster, which are counted apart from the main's. */
  extrasBytes: number;
  segments: number;
  pictures: number;
  durationMicroseconds: number;
}

interface ProtectedSegment {
  head: SegmentHead;
  payload: Uint8Array;
  tag: Uint8Array;
  withheld: Uint8Array;
}

/** Segments being protected at once; more only cost memory. */
const PROTECTED_AHEAD = 3;

export class DivisionWriter {
  private number = 0;
  private pictures = 0;
  private endMicroseconds = 0;
  private readonly sourceLengths: number[] = [];
  /** The newest segment waits here: only the next one, or the end, tells whether it is the last. */
  private waiting: DividedSegment | undefined;
  /** Being protected, in order; writing one goes on beside protecting the next ones. */
  private readonly underWay: Promise<ProtectedSegment>[] = [];

  private constructor(
    private readonly description: DivisionDescription,
    private readonly ids: { main: Uint8Array; slave: Uint8Array },
    private readonly main: MainWriter,
    private readonly slave: SlaveWriter,
    private readonly sinks: { main: ByteSink; slave: ByteSink },
    private readonly headerHash: Uint8Array,
    private readonly protection: Protection,
  ) {}

  /** Writes both headers. A fresh id for each file and, for `sealed`, a fresh secret. */
  static async open(
    description: DivisionDescription,
    sinks: { main: ByteSink; slave: ByteSink },
  ): Promise<DivisionWriter> {
    const ids = { main: crypto.getRandomValues(new Uint8Array(16)), slave: crypto.getRandomValues(new Uint8Array(16)) };
    const secret = description.protection === "sealed" ? crypto.getRandomValues(new Uint8Array(32)) : undefined;
    const layers = [
      { id: 0, name: "base", public: description.protection === "sealed" ? ("sealed" as const) : ("clear" as const) },
    ];
    const createdAt = new Date().toISOString();
    const { method, protection, parameters, title, mainName, slaveName } = description;
    const mainStart = encodeMainStart({
      id: ids.main,
      umid: umidFor(ids.main),
      slaveId: ids.slave,
      slaveName,
      title,
      copyright: description.copyright ?? "",
      ageLimit: description.ageLimit ?? 0,
      genre: description.genre ?? "",
      service: description.service ?? "",
      player: description.player ?? "",
      createdAt,
      method,
      protection,
      parameters,
      layers,
      tracks: description.tracks,
      poster: description.poster,
    });
    const slaveStart = encodeSlaveStart({
      id: ids.slave,
      mainId: ids.main,
      mainName,
      title,
      createdAt,
      method,
      protection,
      parameters,
      layers,
      secret,
    });
    const headerHash = await sha256(mainStart);
    const main = await MainWriter.open(sinks.main, mainStart, headerHash);
    const slave = await SlaveWriter.open(sinks.slave, slaveStart);
    return new DivisionWriter(
      description,
      ids,
      main,
      slave,
      sinks,
      headerHash,
      await createProtection(protection, { mainId: ids.main, headerHash }, secret),
    );
  }

  async add(segment: DividedSegment): Promise<void> {
    if (this.waiting !== undefined) this.protect(this.waiting, false);
    this.waiting = segment;
    if (this.underWay.length >= PROTECTED_AHEAD) await this.writeOldest();
  }

  async finish(): Promise<DivisionResult> {
    if (this.waiting !== undefined) this.protect(this.waiting, true);
    this.waiting = undefined;
    while (this.underWay.length > 0) await this.writeOldest();
    const tagsHash = await this.main.finish(this.endMicroseconds, this.pictures, this.sourceRanges());
    await this.slave.finish(this.endMicroseconds, this.headerHash, tagsHash);
    const extrasBytes = this.description.poster?.data.length ?? 0;
    return {
      mainId: this.ids.main,
      slaveId: this.ids.slave,
      mainBytes: this.main.bytesWritten - extrasBytes,
      slaveBytes: this.slave.bytesWritten,
      extrasBytes,
      segments: this.number,
      pictures: this.pictures,
      durationMicroseconds: this.endMicroseconds,
    };
  }

  /** Gives both sinks up; no output is left. */
  async abort(): Promise<void> {
    await Promise.allSettled([this.sinks.main.abort(), this.sinks.slave.abort()]);
  }

  private protect(segment: DividedSegment, last: boolean): void {
    const { layer, track, key, structure, startMicroseconds, durationMicroseconds, pictures, publicBytes, withheld } =
      segment;
    checkTime("startMicroseconds", startMicroseconds, Number.MAX_SAFE_INTEGER);
    checkTime("durationMicroseconds", durationMicroseconds, 0xffffffff);
    this.checkSize("public", publicBytes.length, MAIN_SEGMENT_MAX_BYTES);
    this.checkSize("withheld", withheld.length, SLAVE_SEGMENT_MAX_BYTES);
    const head: SegmentHead = {
      number: this.number,
      layer,
      track,
      key,
      last,
      structure,
      startMicroseconds,
      durationMicroseconds,
      pictures,
      length: publicBytes.length,
    };
    const protecting = this.protection
      .protect(head, publicBytes, withheld)
      .then((result) => ({ head, withheld, ...result }));
    protecting.catch(() => {}); // reported when its turn comes
    this.underWay.push(protecting);
    this.number += 1;
    if (segment.sourceBytes !== undefined) this.sourceLengths.push(segment.sourceBytes);
    // A segment of the whole file counts the pictures of its first video track.
    const whole = segment.sourceBytes !== undefined;
    if (whole || this.description.tracks.find((candidate) => candidate.id === track)?.kind === "video")
      this.pictures += pictures;
    this.endMicroseconds = Math.max(this.endMicroseconds, startMicroseconds + durationMicroseconds);
  }

  private async writeOldest(): Promise<void> {
    const oldest = await this.underWay.shift();
    if (oldest === undefined) return;
    const { head, payload, tag, withheld } = oldest;
    const { number, layer, track, last } = head;
    await this.main.writeSegment(head, payload, tag);
    const startMilliseconds = Math.floor(head.startMicroseconds / 1000);
    await this.slave.writeSegment({ number, layer, track, last, startMilliseconds, length: withheld.length }, withheld);
  }

  private sourceRanges(): { sourceLengths?: Uint8Array; sourceBytes?: number } {
    if (this.sourceLengths.length === 0) return {};
    const sourceLengths = new Uint8Array(this.sourceLengths.length * 4);
    const view = new DataView(sourceLengths.buffer);
    this.sourceLengths.forEach((length, i) => {
      view.setUint32(i * 4, length);
    });
    return { sourceLengths, sourceBytes: this.sourceLengths.reduce((sum, length) => sum + length, 0) };
  }

  /** What is written must be readable: readers refuse larger segments. */
  private checkSize(part: string, bytes: number, most: number): void {
    if (bytes <= most) return;
    throw new UnsupportedError(
      `${part} part of segment ${this.number} takes ${bytes} bytes, at most ${most} are allowed: choose a coarser quality or scale the video down`,
      { segment: this.number, bytes },
    );
  }
}

/** Times are whole microseconds that their fields can hold. */
function checkTime(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new RangeError(`${name}: ${value}, a whole number from 0 to ${most} expected`);
}
