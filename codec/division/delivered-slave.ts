/** A slave as a service delivers it: units of which each is encrypted for one play (FORMAT.md 7, server/API.md). */
import type { ByteSource } from "../bytes/bytes.ts";
import type { SlaveHeader } from "../format/header.ts";
import { parseSlaveSegment, parseSlaveStart, type SlaveSegment } from "../format/slave-file.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { cryptUnit, type DeliveryContext, START_UNIT } from "../protect/delivery.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import type { SlaveParts } from "./segment-opener.ts";

/** What decrypting the units of one play takes. */
export interface DeliveryParts {
  kernels: Kernels;
  context: DeliveryContext;
  /** The commercial that was played directly before. */
  cm: ByteSource;
  /** Units as they came, by their number. */
  units: {
    /** Asks for it where it is not there. */
    get(number: number): Promise<Uint8Array>;
    /** @param again asks once more for what the service passed over; @returns undefined where it does that */
    getIfSent(number: number, again: boolean): Promise<Uint8Array | undefined>;
  };
}

/** Decrypts units of one play; a unit is asked for when its segment is opened, and checked. */
export class DeliveredSlave implements SlaveParts {
  private constructor(
    private readonly parts: DeliveryParts,
    readonly header: SlaveHeader,
    private readonly headerHash: Uint8Array,
  ) {}

  /** Decrypts the slave's start. @throws {@link FormatError} the service's bytes were changed, or the play's secret is another */
  static async open(parts: DeliveryParts): Promise<DeliveredSlave> {
    const { kernels, context, cm, units } = parts;
    const start = await cryptUnit(kernels, context, cm, START_UNIT, await units.get(START_UNIT));
    const { header, headerHash } = await parseSlaveStart(start);
    return new DeliveredSlave(parts, header, headerHash);
  }

  /** @returns undefined where the service does not send it to this viewer; never of the base layer */
  async readSegment(number: number, layer: number, again = false): Promise<SlaveSegment | undefined> {
    const { kernels, cm, units } = this.parts;
    const context = { ...this.parts.context, layer };
    const sent = layer === BASE_LAYER ? await units.get(number) : await units.getIfSent(number, again);
    if (sent === undefined) return undefined;
    return parseSlaveSegment(await cryptUnit(kernels, context, cm, number, sent), this.headerHash);
  }
}
