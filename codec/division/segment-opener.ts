/** Combines main and slave, segment by segment (Cmix patent [0208]-[0210]). */
import { toHex } from "../bytes/bytes.ts";
import { FormatError, PairingError, UnsupportedError } from "../errors.ts";
import type { SlaveHeader, SlaveTrailer } from "../format/header.ts";
import type { IndexEntry, SegmentHead } from "../format/layout.ts";
import type { MainReader } from "../format/main-file.ts";
import type { SlaveSegment } from "../format/slave-file.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { LayerProtections, withoutTail } from "../layers/registry.ts";
import { isStartUnit, readStartUnit } from "../layers/start-unit.ts";
import type { Protection } from "../protect/protection.ts";
import { checkPair } from "./pairing.ts";

/** A slave that is at hand: a file ({@link SlaveReader}) or what a service delivers. */
export interface SlaveParts {
  readonly header: SlaveHeader;
  /** Where it is at hand, more of the main is verified. */
  readonly trailer?: SlaveTrailer | undefined;
  /**
   * @param layer of the segment, as the main's index says
   * @param again asks a service once more for what it did not send
   * @returns undefined where the service does not send it to this viewer
   */
  readSegment(number: number, layer: number, again?: boolean): Promise<SlaveSegment | undefined>;
}

/** Both parts of a segment in the clear; what they hold is the method's business. */
export interface OpenedSegment {
  head: SegmentHead;
  /** May be a view of what the main's source keeps where nothing is sealed. */
  publicBytes: Uint8Array;
  withheld: Uint8Array;
}

/** Opens the segments of a main, in any order, with the slave that belongs to it. */
export class SegmentOpener {
  private constructor(
    readonly main: MainReader,
    private readonly slave: SlaveParts,
    private readonly protections: LayerProtections,
  ) {}

  /**
   * @throws {@link PairingError} main and slave come from different divisions
   * @throws {@link FormatError} the main was changed, or a secret is missing
   */
  static async open(main: MainReader, slave: SlaveParts): Promise<SegmentOpener> {
    checkPair(main, slave.header, slave.trailer);
    const protections = new LayerProtections(main.header, main.headerHash);
    await protections.add(BASE_LAYER, slave.header.secret);
    return new SegmentOpener(main, slave, protections);
  }

  /**
   * @throws {@link FormatError} the main or the slave was changed
   * @throws {@link PairingError} the two parts are not of one segment, or the slave is without this one
   * @throws {@link UnsupportedError} a layer that this version does not know
   */
  async openSegment(number: number): Promise<OpenedSegment> {
    const opened = await this.openHeld(number);
    if (opened === undefined) throw this.missing(number);
    return opened;
  }

  /**
   * As {@link openSegment}, where the segment may not be this viewer's.
   *
   * @param again asks a service once more for what it did not send
   * @returns undefined where the slave at hand is without it
   */
  async openHeld(number: number, again?: boolean): Promise<OpenedSegment | undefined> {
    const layer = this.main.index[number]?.layer ?? BASE_LAYER;
    const [{ head, payload, tag }, slave] = await Promise.all([
      this.main.readSegment(number),
      this.slave.readSegment(number, layer, again),
    ]);
    if (slave === undefined) return undefined;
    this.checkParts(number, slave);
    if (slave.head.absent) return undefined;
    const protection = this.protections.get(head.layer) ?? (await this.learn(number, head.layer));
    if (protection === undefined) return undefined;
    const publicBytes = await protection.open(head, payload, tag, slave.payload);
    return { head, publicBytes, withheld: withoutTail(head.layer, slave.payload, number) };
  }

  /** What is told of a segment that is not this viewer's. */
  missing(number: number): PairingError {
    return new PairingError(
      `the slave of main ${toHex(this.main.header.id)} is without its part of segment ${number}: take a slave that has all layers`,
      { segment: number },
    );
  }

  /** Whether the slave at hand has its part of a segment. */
  async holds({ number, layer }: IndexEntry): Promise<boolean> {
    const segment = await this.slave.readSegment(number, layer);
    return segment !== undefined && !segment.head.absent;
  }

  /**
   * Holds what the main's index says of a segment, which is not opened, against the slave.
   *
   * @throws {@link PairingError} they differ
   */
  async confirm({ number, layer }: IndexEntry): Promise<void> {
    const segment = await this.slave.readSegment(number, layer);
    if (segment !== undefined) this.checkParts(number, segment);
  }

  /** Takes a layer's secret from the start unit before a segment; undefined where the slave is without it. */
  private async learn(number: number, layer: number): Promise<Protection | undefined> {
    if (!this.protections.canKnow(layer))
      throw new UnsupportedError(
        `segment ${number} is of layer ${layer}, which this version does not know: use a newer one`,
        { segment: number, layer },
      );
    const start = this.main.index.findLast(
      (entry) => entry.number <= number && entry.layer === layer && isStartUnit(entry),
    );
    if (start === undefined)
      throw new FormatError(
        `segment ${number} of layer ${layer} has no start unit before it: the main file is damaged; fetch it again`,
        { segment: number, layer },
      );
    const [{ head, payload, tag }, slave] = await Promise.all([
      this.main.readSegment(start.number),
      this.slave.readSegment(start.number, layer, true),
    ]);
    if (slave === undefined) return undefined;
    this.checkParts(start.number, slave);
    if (slave.head.absent) return undefined;
    const protection = await this.protections.add(layer, readStartUnit(layer, slave.payload, start.number));
    await protection.open(head, payload, tag, slave.payload); // shows that the secret is the main's
    return protection;
  }

  /** The main's heads agree with its index: {@link MainReader.readSegment}. */
  private checkParts(number: number, { head }: SlaveSegment): void {
    const entry = this.main.index[number];
    const isOne =
      entry !== undefined &&
      head.number === number &&
      head.track === entry.track &&
      head.layer === entry.layer &&
      head.startUnit === isStartUnit(entry);
    if (!isOne || (this.main.trailer !== undefined && head.substitute !== entry.substitute))
      throw new PairingError(
        `segment ${number} of main ${toHex(this.main.header.id)} and of its slave do not belong together: fetch the main file again`,
        { segment: number },
      );
  }
}
