/** Combines main and slave, segment by segment (Cmix patent [0208]-[0210]). */
import { toHex } from "../bytes/bytes.ts";
import { PairingError, UnsupportedError } from "../errors.ts";
import type { SlaveHeader, SlaveTrailer } from "../format/header.ts";
import type { SegmentHead, SlaveSegmentHead } from "../format/layout.ts";
import type { MainReader } from "../format/main-file.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { type LayerProtections, layerProtections } from "../layers/registry.ts";
import { checkPair } from "./pairing.ts";

/** A slave that is at hand: a file ({@link SlaveReader}) or what a service delivers. */
export interface SlaveParts {
  readonly header: SlaveHeader;
  /** Where it is at hand, more of the main is verified. */
  readonly trailer?: SlaveTrailer | undefined;
  /** @param layer of the segment, as the main's index says */
  readSegment(number: number, layer: number): Promise<{ head: SlaveSegmentHead; payload: Uint8Array }>;
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
    return new SegmentOpener(main, slave, await layerProtections(main.header, main.headerHash, slave.header));
  }

  /**
   * @throws {@link FormatError} the main or the slave was changed
   * @throws {@link PairingError} the two parts are not of one segment
   * @throws {@link UnsupportedError} a layer that this version does not know
   */
  async openSegment(number: number): Promise<OpenedSegment> {
    const [{ head, payload, tag }, slave] = await Promise.all([
      this.main.readSegment(number),
      this.slave.readSegment(number, this.main.index[number]?.layer ?? BASE_LAYER),
    ]);
    if (slave.head.number !== number || slave.head.track !== head.track || slave.head.layer !== head.layer)
      throw new PairingError(
        `segment ${number} of main ${toHex(this.main.header.id)} and of its slave do not belong together: fetch the main file again`,
        { segment: number },
      );
    const protection = this.protections.get(head.layer);
    if (protection === undefined)
      throw new UnsupportedError(
        `segment ${number} is of layer ${head.layer}, which this version does not know: use a newer one`,
        { segment: number, layer: head.layer },
      );
    return { head, publicBytes: await protection.open(head, payload, tag, slave.payload), withheld: slave.payload };
  }
}
