/** Combining of main and delivered slave (Cmix patent [0208]-[0210]); possible only once the play's secret is known. */

import {
  DeliveredSlave,
  type Kernels,
  type MainReader,
  SegmentOpener,
  type Storyboard,
} from "../../../../../codec/index.ts";
import { BASE_LAYER, type ByteSource, FormatError, fromHex } from "../../../../../codec/page.ts";
import type { PlayTicket } from "../../protocol/play-api.ts";
import type { UnitStore } from "./unit-store.ts";

/**
 * Decrypts the slave's start and verifies it against the main.
 *
 * @param secret the play's, hexadecimal
 * @throws {@link PairingError} the service sent another main's slave
 * @throws {@link FormatError} the main was cut short
 */
export async function openDelivery(
  { main, ...parts }: { kernels: Kernels; main: MainReader; units: UnitStore; cm: ByteSource },
  ticket: PlayTicket,
  secret: string,
): Promise<{ opener: SegmentOpener; storyboard: Storyboard | undefined }> {
  const context = {
    playSecret: fromHex(secret),
    playId: fromHex(ticket.playId),
    slaveId: fromHex(ticket.slaveId),
    layer: BASE_LAYER,
    cmId: fromHex(ticket.cmId),
    cmHash: fromHex(ticket.cmSha256),
  };
  const slave = await DeliveredSlave.open({ ...parts, context });
  const opener = await SegmentOpener.open(main, slave);
  if (main.index.length !== ticket.segments)
    throw new FormatError(
      `main file has ${main.index.length} segments, its slave ${ticket.segments}: fetch the main file again`,
    );
  return { opener, storyboard: slave.header.storyboard };
}
