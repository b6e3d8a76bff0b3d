/** The tickets of one play: each answer brings the next, and elsewhere the service gives one for the asking. */

import { START_UNIT } from "../../../../../codec/index.ts";
import { DeliveryError } from "../../../../../codec/page.ts";
import { fetchUnits, postTicket, ticketOf } from "../../../shared/api/plays.ts";
import { chunksOf } from "../../../shared/net/answer-body.ts";
import { moveService } from "./service-position.ts";
import { readUnits, type Unit } from "./unit-stream.ts";

/** Another tab, a lost answer or a long pause used the ticket up: a new one for the same place helps. */
const STALE = new Set<unknown>(["ticket_used", "ticket_expired"]);

export class UnitTickets {
  private readonly playId: string;
  private readonly onHeldBack: (seconds: number) => void;
  private held: { from: number | "start"; ticket: string } | undefined;

  /** @param first the ticket that came with the play */
  constructor(playId: string, first: string | undefined, onHeldBack: (seconds: number) => void) {
    this.playId = playId;
    this.onHeldBack = onHeldBack;
    this.held = first === undefined ? undefined : { from: "start", ticket: first };
  }

  /** @throws {@link DeliveryError} `seek_first` where the place needs a seek, and whatever else the service refuses */
  async *fetch(from: number | "start", most: number, signal: AbortSignal, heard: () => void): AsyncGenerator<Unit> {
    const response = await this.ask(from, most, signal);
    const next = ticketOf(response);
    this.held = undefined;
    let end = 0;
    for await (const unit of readUnits(chunksOf(response, heard))) {
      end = unit.number === START_UNIT ? 0 : unit.number + 1;
      yield unit;
    }
    if (next !== undefined) this.held = { from: end, ticket: next };
  }

  /** Seeks on the service, waiting where that limits seeks. */
  async move(segment: number, signal: AbortSignal): Promise<void> {
    const ticket = await moveService(this.playId, segment, signal, this.onHeldBack);
    this.held = { from: segment, ticket };
  }

  private async ask(from: number | "start", most: number, signal: AbortSignal): Promise<Response> {
    if (this.held?.from === from) {
      try {
        return await fetchUnits(this.playId, this.held.ticket, most, signal);
      } catch (error) {
        if (!(error instanceof DeliveryError) || !STALE.has(error.details.serviceCode)) throw error;
      }
    }
    const ticket = await postTicket(this.playId, from, signal);
    this.held = { from, ticket };
    return fetchUnits(this.playId, ticket, most, signal);
  }
}
