/** Writes main and slave side by side, in one pass, for every method. */

import { type ByteSink, equalBytes } from "../bytes/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { InputError, UnsupportedError } from "../errors.ts";
import { encodeCaptions } from "../format/caption-texts.ts";
import { encodeFields, type MainHeader, type MainTrailer } from "../format/header.ts";
import {
  FILE_TRACK,
  MAIN_HEAD_BYTES,
  MAIN_SEGMENT_MAX_BYTES,
  type SegmentHead,
  SLAVE_HEAD_BYTES,
  SLAVE_SEGMENT_MAX_BYTES,
  TAG_BYTES,
} from "../format/layout.ts";
import { encodeMainStart, MainWriter } from "../format/main-file.ts";
import { encodeSlaveStart, SlaveWriter } from "../format/slave-file.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { hasFreshKeys, LAYERS, LayerProtections, withTail } from "../layers/registry.ts";
import { restricted } from "../layers/restricted.ts";
import { isStartUnit } from "../layers/start-unit.ts";
import { type DivisionDescription, newHeaders, restrictionsOf } from "./new-headers.ts";
import type { FinishedSegment, UnfinishedDivision } from "./unfinished.ts";

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
  /** Of them in what the base layer gives alone; `sourceBytes` where nothing is said. */
  baseBytes?: number;
  /** Of the base layer: stands in for the segments of a higher layer before it. */
  substitute?: boolean;
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
  /** Bytes of both files that are there for parts that not everybody sees: substitutes and start units, with their heads. */
  substituteBytes: number;
  segments: number;
  pictures: number;
  durationMicroseconds: number;
}

interface ProtectedSegment {
  head: SegmentHead;
  substitute: boolean;
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
  /** Of the source, and of what the base layer gives alone: a number for each segment. */
  private readonly lengths: { source: number[]; base: number[] } = { source: [], base: [] };
  private countsSource = false;
  private substituteBytes = 0;
  private newestLayer = BASE_LAYER;
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
    private readonly secrets: ReadonlyMap<number, Uint8Array>,
    private readonly captionTexts: Uint8Array,
    private readonly sealedTags: readonly Uint8Array[] = [],
  ) {}

  /**
   * Writes both headers, with a fresh id for each file and, for `sealed`, a fresh secret for each layer: the base layer's, and
   * `restricted` where there are restrictions.
   *
   * @throws {@link UnsupportedError} restrictions under a protection that cannot carry them
   */
  static async open(description: DivisionDescription, sinks: DivisionSinks): Promise<DivisionWriter> {
    const { mainHeader: header, slaveHeader, secrets, captionTexts } = await newHeaders(description);
    const [mainStart, slaveStart] = [encodeMainStart(header), encodeSlaveStart(slaveHeader)];
    const headerHash = await sha256(mainStart);
    const slave = await SlaveWriter.open(sinks.slave, slaveStart);
    const main = await MainWriter.open(sinks.main, mainStart, headerHash);
    const protections = new LayerProtections(header, headerHash);
    for (const { id } of header.layers) await protections.add(id, secrets.get(id));
    return new DivisionWriter(header, main, slave, sinks, headerHash, protections, secrets, captionTexts);
  }

  /**
   * Goes on with an interrupted division: `keep` its finished segments, in order, then `add` the others.
   *
   * @param sinks    write behind `unfinished.mainBytes`, `slaveBytes` and `journalBytes`
   * @param same     captions and restrictions of the interrupted division: the captions' texts come last
   * @throws {@link InputError} they are others
   */
  static async resume(
    unfinished: UnfinishedDivision,
    sinks: DivisionSinks,
    same: Pick<DivisionDescription, "captions" | "restrictions"> = {},
  ): Promise<DivisionWriter> {
    const { mainHeader, mainHeaderHash, slaveHeaderHash, sealedTags, journalBytes } = unfinished;
    const { entries, texts } = await encodeCaptions(same.captions);
    if (!equalBytes(encodeFields({ entries }), encodeFields({ entries: mainHeader.captions })))
      throw new InputError("the captions are not those of the interrupted division: divide the file from the start");
    const parts = restrictionsOf(same);
    if (!equalBytes(encodeFields({ parts }), encodeFields({ parts: unfinished.slaveHeader.restrictions })))
      throw new InputError("the parts are not those of the interrupted division: divide the file from the start");
    for (const tag of sealedTags.slice(journalBytes / TAG_BYTES)) await sinks.journal?.write(tag);
    const protections = new LayerProtections(mainHeader, mainHeaderHash);
    const secrets = new Map(unfinished.secrets);
    for (const { id, create } of LAYERS) {
      const fresh = secrets.has(id) || !protections.canKnow(id) ? undefined : create(mainHeader.protection).secret;
      if (fresh !== undefined) secrets.set(id, fresh);
    }
    for (const { id } of mainHeader.layers) await protections.add(id, secrets.get(id));
    return new DivisionWriter(
      mainHeader,
      MainWriter.resume(sinks.main, unfinished.mainStartBytes, mainHeaderHash),
      SlaveWriter.resume(sinks.slave, unfinished.slaveStartBytes, slaveHeaderHash),
      sinks,
      mainHeaderHash,
      protections,
      secrets,
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
  keep(place: SegmentPlace, { head, substitute, tag, withheldBytes }: FinishedSegment): void {
    const same =
      head.number === this.number &&
      substitute === (place.substitute ?? false) &&
      (["layer", "track", "key", "structure", "startMicroseconds", "durationMicroseconds", "pictures"] as const).every(
        (name) => head[name] === place[name],
      );
    if (!same) throw changed(this.number);
    this.newestLayer = head.layer;
    this.main.keepSegment(head, tag, substitute);
    this.slave.keepSegment(withheldBytes);
    this.countAdded(head, substitute, withheldBytes);
    this.count(place);
  }

  /**
   * Adds the next segment; before a run of segments of the layer `restricted` the start unit that brings its secret.
   *
   * @param segment of a layer that the division was opened with
   */
  async add(segment: DividedSegment): Promise<void> {
    const { layer, startMicroseconds } = segment;
    const secret = this.secrets.get(layer);
    if (layer === restricted.id && this.newestLayer !== layer && secret !== undefined)
      await this.queue({ ...startPlace(startMicroseconds), publicBytes: new Uint8Array(), withheld: secret });
    await this.queue(segment);
  }

  private async queue(segment: DividedSegment): Promise<void> {
    this.newestLayer = segment.layer;
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
      substituteBytes: this.substituteBytes,
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
    const { layer, track, key, structure, startMicroseconds, durationMicroseconds, pictures, publicBytes } = segment;
    const withheld = withTail(layer, segment.withheld);
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
    const substitute = segment.substitute ?? false;
    const protecting = protection
      .protect(head, publicBytes, withheld)
      .then((result) => ({ head, substitute, withheld, ...result }));
    protecting.catch(() => {}); // reported when its turn comes
    this.underWay.push(protecting);
    this.count(segment);
  }

  private count(place: SegmentPlace): void {
    const { layer, track, startMicroseconds, durationMicroseconds, pictures, sourceBytes } = place;
    this.number += 1;
    const isWhole = sourceBytes !== undefined;
    this.countsSource ||= isWhole;
    this.lengths.source.push(sourceBytes ?? 0);
    this.lengths.base.push(place.baseBytes ?? sourceBytes ?? 0);
    // A segment of the whole file counts the pictures of its first video track; what the base layer shows is all there is in time.
    const isVideo = isWhole || this.header.tracks.find((candidate) => candidate.id === track)?.kind === "video";
    if (isVideo && layer === BASE_LAYER) this.pictures += pictures;
    this.endMicroseconds = Math.max(this.endMicroseconds, startMicroseconds + durationMicroseconds);
  }

  private countAdded(head: SegmentHead, substitute: boolean, withheldBytes: number): void {
    if (!substitute && !isStartUnit(head)) return;
    this.substituteBytes += MAIN_HEAD_BYTES + TAG_BYTES + head.length + SLAVE_HEAD_BYTES + withheldBytes;
  }

  private async writeOldest(): Promise<void> {
    const oldest = await this.underWay.shift();
    if (oldest === undefined) return;
    const { head, substitute, payload, tag, withheld } = oldest;
    const { number, layer, track, last } = head;
    // A segment is sealed a second time only to the same bytes: unfinished.ts.
    const sealed = this.sealedTags[number];
    if (sealed === undefined) await this.sinks.journal?.write(tag);
    else if (!hasFreshKeys(layer) && !equalBytes(sealed, tag)) throw changed(number);
    const startMilliseconds = Math.floor(head.startMicroseconds / 1000);
    const flags = { last, startUnit: isStartUnit(head), substitute, absent: false };
    await this.slave.writeSegment(
      { number, layer, track, ...flags, startMilliseconds, length: withheld.length },
      withheld,
    );
    await this.main.writeSegment(head, payload, tag, substitute);
    this.countAdded(head, substitute, withheld.length);
  }

  private sourceRanges(): Pick<MainTrailer, "sourceLengths" | "sourceBytes" | "baseLengths"> {
    if (!this.countsSource) return {};
    const { source, base: alone } = this.lengths;
    return {
      sourceLengths: u32List(source),
      sourceBytes: source.reduce((sum, length) => sum + length, 0),
      ...(this.secrets.has(restricted.id) && { baseLengths: u32List(alone) }),
    };
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

const startPlace = (startMicroseconds: number): SegmentPlace => ({
  ...{ layer: restricted.id, track: FILE_TRACK, key: false, structure: true },
  ...{ startMicroseconds, durationMicroseconds: 0, pictures: 0 },
});

function u32List(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, i) => {
    view.setUint32(i * 4, number);
  });
  return bytes;
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
