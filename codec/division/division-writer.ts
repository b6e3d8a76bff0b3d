/** Writes main and slave side by side, in one pass, for every method. */

import { type ByteSink, equalBytes } from "../bytes/bytes.ts";
import type { CaptionTrack } from "../captions/caption-track.ts";
import { sha256 } from "../crypto/primitives.ts";
import { InputError, UnsupportedError } from "../errors.ts";
import { encodeCaptions } from "../format/caption-texts.ts";
import type { Chapter } from "../format/chapters.ts";
import {
  encodeFields,
  type MainHeader,
  type Method,
  type ProtectionName,
  type SlaveHeader,
  type Track,
  umidFor,
} from "../format/header.ts";
import { MAIN_SEGMENT_MAX_BYTES, type SegmentHead, SLAVE_SEGMENT_MAX_BYTES, TAG_BYTES } from "../format/layout.ts";
import { encodeMainStart, MainWriter } from "../format/main-file.ts";
import { encodeSlaveStart, SlaveWriter } from "../format/slave-file.ts";
import type { Storyboard } from "../format/storyboard.ts";
import { BASE_LAYER } from "../layers/base.ts";
import type { LayerKind } from "../layers/layer.ts";
import { LAYERS, type LayerProtections, layerProtections } from "../layers/registry.ts";
import type { FinishedSegment, UnfinishedDivision } from "./unfinished.ts";

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
  /** In the order in which they are offered; public, as title and poster are. */
  captions?: readonly CaptionTrack[];
  /** As {@link tidyChapters} gives them; public too. */
  chapters?: readonly Chapter[];
  /** In the slave alone. */
  storyboard?: Storyboard | undefined;
}

/** Where a segment belongs and what it covers. */
export interface SegmentPlace {
  layer: number;
  track: number;
  key: boolean;
  structure: boolean;
  startMicroseconds: number;
  durationMicroseconds: number;
  pictures: number;
  /** Methods `samples` and `mpeg`: bytes of the source file that this segment stands for. */
  sourceBytes?: number;
}

export interface DividedSegment extends SegmentPlace {
  publicBytes: Uint8Array;
  withheld: Uint8Array;
}

/** Where a division goes. */
export interface DivisionSinks {
  main: ByteSink;
  slave: ByteSink;
  /** Makes it possible to go on after an interruption: unfinished.ts. */
  journal?: ByteSink;
}

/** What was written: ids, sizes in bytes, counts, and the duration in microseconds. */
export interface DivisionResult {
  mainId: Uint8Array;
  slaveId: Uint8Array;
  mainBytes: number;
  slaveBytes: number;
  /** Bytes of poster and captions, which are counted apart from the main's. */
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
const PROTECTED_AHEAD = 8;

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
    private readonly header: MainHeader,
    private readonly main: MainWriter,
    private readonly slave: SlaveWriter,
    private readonly sinks: DivisionSinks,
    private readonly headerHash: Uint8Array,
    private readonly protections: LayerProtections,
    private readonly captionTexts: Uint8Array,
    private readonly sealedTags: readonly Uint8Array[] = [],
  ) {}

  /**
   * Writes both headers, with a fresh id for each file and, for `sealed`, a fresh secret for each layer.
   *
   * @param layers those that segments will be added to, each under a protection of its own
   */
  static async open(
    description: DivisionDescription,
    sinks: DivisionSinks,
    layers: readonly LayerKind[] = LAYERS,
  ): Promise<DivisionWriter> {
    const ids = { main: crypto.getRandomValues(new Uint8Array(16)), slave: crypto.getRandomValues(new Uint8Array(16)) };
    const fresh = layers.map((kind) => kind.create(description.protection));
    const entries = fresh.map(({ entry }) => entry);
    const createdAt = new Date().toISOString();
    const captions = await encodeCaptions(description.captions);
    const { method, protection, parameters, title, mainName, slaveName } = description;
    const header: MainHeader = {
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
      layers: entries,
      tracks: description.tracks,
      poster: description.poster,
      captions: captions.entries,
      chapters: description.chapters?.length ? [...description.chapters] : undefined,
    };
    const mainStart = encodeMainStart(header);
    const slaveHeader: SlaveHeader = {
      id: ids.slave,
      mainId: ids.main,
      mainName,
      title,
      createdAt,
      method,
      protection,
      parameters,
      layers: entries,
      secret: fresh.find(({ entry }) => entry.id === BASE_LAYER)?.secret,
      storyboard: description.storyboard,
    };
    const slaveStart = encodeSlaveStart(slaveHeader);
    const headerHash = await sha256(mainStart);
    const slave = await SlaveWriter.open(sinks.slave, slaveStart);
    const main = await MainWriter.open(sinks.main, mainStart, headerHash);
    return new DivisionWriter(
      header,
      main,
      slave,
      sinks,
      headerHash,
      await layerProtections(header, headerHash, slaveHeader),
      captions.texts,
    );
  }

  /**
   * Goes on with an interrupted division: `keep` its finished segments, in order, then `add` the others.
   *
   * @param sinks    write behind `unfinished.mainBytes`, `slaveBytes` and `journalBytes`
   * @param captions those of the interrupted division: their texts come last
   * @throws {@link InputError} they are others
   */
  static async resume(
    unfinished: UnfinishedDivision,
    sinks: DivisionSinks,
    captions?: readonly CaptionTrack[],
  ): Promise<DivisionWriter> {
    const { mainHeader, slaveHeader, mainHeaderHash, slaveHeaderHash, sealedTags, journalBytes } = unfinished;
    const { entries, texts } = await encodeCaptions(captions);
    if (!equalBytes(encodeFields({ entries }), encodeFields({ entries: mainHeader.captions })))
      throw new InputError("the captions are not those of the interrupted division: divide the file from the start");
    for (const tag of sealedTags.slice(journalBytes / TAG_BYTES)) await sinks.journal?.write(tag);
    return new DivisionWriter(
      mainHeader,
      MainWriter.resume(sinks.main, unfinished.mainStartBytes, mainHeaderHash),
      SlaveWriter.resume(sinks.slave, unfinished.slaveStartBytes, slaveHeaderHash),
      sinks,
      mainHeaderHash,
      await layerProtections(mainHeader, mainHeaderHash, slaveHeader),
      texts,
      sealedTags,
    );
  }

  /**
   * Takes a segment over that was finished before the interruption.
   *
   * @param place what it would be now
   * @throws {@link InputError} it is not that
   */
  keep(place: SegmentPlace, { head, tag, withheldBytes }: FinishedSegment): void {
    const same =
      head.number === this.number &&
      (["layer", "track", "key", "structure", "startMicroseconds", "durationMicroseconds", "pictures"] as const).every(
        (name) => head[name] === place[name],
      );
    if (!same) throw changed(this.number);
    this.main.keepSegment(head, tag);
    this.slave.keepSegment(withheldBytes);
    this.count(place);
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
    await this.sinks.journal?.close();
    const tagsHash = await this.main.finish(
      this.endMicroseconds,
      this.pictures,
      this.sourceRanges(),
      this.captionTexts,
    );
    await this.slave.finish(this.endMicroseconds, this.headerHash, tagsHash);
    const extrasBytes = (this.header.poster?.data.length ?? 0) + this.captionTexts.length;
    return {
      mainId: this.header.id,
      slaveId: this.header.slaveId,
      mainBytes: this.main.bytesWritten - extrasBytes,
      slaveBytes: this.slave.bytesWritten,
      extrasBytes,
      segments: this.number,
      pictures: this.pictures,
      durationMicroseconds: this.endMicroseconds,
    };
  }

  /** Gives all sinks up; no output is left. */
  async abort(): Promise<void> {
    await Promise.allSettled(Object.values(this.sinks).map((sink) => sink.abort()));
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
    const protection = this.protections.get(layer);
    if (protection === undefined) throw new RangeError(`layer: ${layer}, the division was opened without it`);
    const protecting = protection
      .protect(head, publicBytes, withheld)
      .then((result) => ({ head, withheld, ...result }));
    protecting.catch(() => {}); // reported when its turn comes
    this.underWay.push(protecting);
    this.count(segment);
  }

  private count({ track, startMicroseconds, durationMicroseconds, pictures, sourceBytes }: SegmentPlace): void {
    this.number += 1;
    if (sourceBytes !== undefined) this.sourceLengths.push(sourceBytes);
    // A segment of the whole file counts the pictures of its first video track.
    const whole = sourceBytes !== undefined;
    if (whole || this.header.tracks.find((candidate) => candidate.id === track)?.kind === "video")
      this.pictures += pictures;
    this.endMicroseconds = Math.max(this.endMicroseconds, startMicroseconds + durationMicroseconds);
  }

  private async writeOldest(): Promise<void> {
    const oldest = await this.underWay.shift();
    if (oldest === undefined) return;
    const { head, payload, tag, withheld } = oldest;
    const { number, layer, track, last } = head;
    // A segment is sealed a second time only to the same bytes: unfinished.ts.
    const sealed = this.sealedTags[number];
    if (sealed === undefined) await this.sinks.journal?.write(tag);
    else if (!equalBytes(sealed, tag)) throw changed(number);
    const startMilliseconds = Math.floor(head.startMicroseconds / 1000);
    await this.slave.writeSegment({ number, layer, track, last, startMilliseconds, length: withheld.length }, withheld);
    await this.main.writeSegment(head, payload, tag);
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

function changed(segment: number): InputError {
  return new InputError(
    `segment ${segment} comes out otherwise than before the interruption: the file, or this program, has changed; divide it from the start`,
    { segment, reason: "changed" },
  );
}

/** Times are whole microseconds that their fields can hold. */
function checkTime(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new RangeError(`${name}: ${value}, a whole number from 0 to ${most} expected`);
}
