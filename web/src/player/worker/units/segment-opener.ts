/** Combines main and slave, segment by segment (Cmix patent [0208]-[0210]); possible only once the play's secret is known. */

import {
  checkPair,
  createProtection,
  cryptUnit,
  type DeliveryContext,
  type Kernels,
  type MainReader,
  type Protection,
  parseSlaveSegment,
  parseSlaveStart,
  type SegmentHead,
  START_UNIT,
} from "../../../../../codec/index.ts";
import { type ByteSource, FormatError, fromHex, PairingError, toHex } from "../../../../../codec/page.ts";
import { BASE_LAYER } from "../../protocol/layers.ts";
import type { PlayTicket } from "../../protocol/play-api.ts";
import type { UnitStore } from "./unit-store.ts";

export interface OpenedSegment {
  head: SegmentHead;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
}

export class SegmentOpener {
  private readonly kernels: Kernels;
  private readonly main: MainReader;
  private readonly units: UnitStore;
  private readonly cm: ByteSource;
  private readonly context: DeliveryContext;
  private readonly headerHash: Uint8Array;
  private readonly protection: Protection;

  private constructor(
    parts: { kernels: Kernels; main: MainReader; units: UnitStore; cm: ByteSource },
    context: DeliveryContext,
    headerHash: Uint8Array,
    protection: Protection,
  ) {
    this.kernels = parts.kernels;
    this.main = parts.main;
    this.units = parts.units;
    this.cm = parts.cm;
    this.context = context;
    this.headerHash = headerHash;
    this.protection = protection;
  }

  /**
   * Decrypts the slave's start and holds it against the main.
   *
   * @param secret the play's, hexadecimal
   * @throws {@link PairingError} the service sent another main's slave
   * @throws {@link FormatError} the main was cut short
   */
  static async open(
    parts: { kernels: Kernels; main: MainReader; units: UnitStore; cm: ByteSource },
    ticket: PlayTicket,
    secret: string,
  ): Promise<SegmentOpener> {
    const context: DeliveryContext = {
      playSecret: fromHex(secret),
      playId: fromHex(ticket.playId),
      slaveId: fromHex(ticket.slaveId),
      layer: BASE_LAYER,
      cmId: fromHex(ticket.cmId),
      cmHash: fromHex(ticket.cmSha256),
    };
    const start = await cryptUnit(parts.kernels, context, parts.cm, START_UNIT, await parts.units.get(START_UNIT));
    const slave = await parseSlaveStart(start);
    checkPair(parts.main, slave.header);
    if (parts.main.index.length !== ticket.segments) {
      throw new FormatError(
        `main file has ${parts.main.index.length} segments, its slave ${ticket.segments}: fetch the main file again`,
      );
    }
    const { header, headerHash } = parts.main;
    const protection = await createProtection(
      header.protection,
      { mainId: header.id, headerHash },
      slave.header.secret,
    );
    return new SegmentOpener(parts, context, slave.headerHash, protection);
  }

  /** @throws FormatError the main was changed, or the service's bytes were */
  async openSegment(number: number): Promise<OpenedSegment> {
    const [main, unit] = await Promise.all([this.main.readSegment(number), this.units.get(number)]);
    const { head } = main;
    const context = { ...this.context, layer: head.layer };
    const slave = await parseSlaveSegment(
      await cryptUnit(this.kernels, context, this.cm, number, unit),
      this.headerHash,
    );
    if (slave.head.number !== number || slave.head.track !== head.track || slave.head.layer !== head.layer) {
      throw new PairingError(
        `segment ${number} of main ${toHex(this.main.header.id)} and of its slave do not belong together: fetch the main file again`,
        {
          segment: number,
        },
      );
    }
    const publicBytes = await this.protection.open(head, main.payload, main.tag, slave.payload);
    return { head, publicBytes, withheld: slave.payload };
  }
}
