/** Tickets of a play as it stands: which are given, and which are taken. */
import { timingSafeEqual } from "node:crypto";
import { Refusal } from "../refusal.ts";
import type { PlayDeps } from "./deps.ts";
import { type Play, videoAt } from "./play.ts";
import { readTicket, TICKET_SECONDS, type Ticket, writeTicket } from "./ticket.ts";

type TicketDeps = Pick<PlayDeps, "playKey" | "now">;

/** @returns undefined where the play stands at no video and before none */
export function ticketFor(
  { playKey, now }: TicketDeps,
  play: Play,
  kind: Ticket["kind"],
  from: number,
): string | undefined {
  const { state } = play;
  const video = videoAt(state);
  const visit = video === undefined ? undefined : state.videos[video - 1]?.visit;
  if (video === undefined || visit === undefined) return undefined;
  const number = kind === "units" ? state.unitsTicket : state.secretTicket;
  const expiresAt = now() + TICKET_SECONDS * 1000;
  const ticket: Ticket = { playId: play.id, kind, video, visit, from, number, expiresAt };
  const text = writeTicket(playKey, play.sessionId, ticket);
  given.set(play, { text, ticket });
  return text;
}

/** Of each play, the ticket that was given last: the one that nearly always comes back, and then needs no second HMAC. */
const given = new WeakMap<Play, { text: string; ticket: Ticket }>();

function readGiven(play: Play, text: string, now: number): Ticket | undefined {
  const last = given.get(play);
  if (last === undefined || last.text.length !== text.length || last.ticket.expiresAt <= now) return undefined;
  const [brought, wanted] = [Buffer.from(text), Buffer.from(last.text)];
  return brought.length === wanted.length && timingSafeEqual(brought, wanted) ? last.ticket : undefined;
}

/**
 * Takes a ticket that is good now. Whoever calls stores the next number in the same breath, so that of several who bring the same
 * ticket one gets through.
 *
 * @throws Refusal bad_request: none was brought; ticket_forged, ticket_foreign, ticket_expired, ticket_misplaced, ticket_used
 */
export function redeem({ playKey, now }: TicketDeps, play: Play, text: string, kind: Ticket["kind"]): Ticket {
  const { id: playId, sessionId, state } = play;
  if (text === "") throw new Refusal("bad_request", "the header Cmix-Ticket is missing", { place: "header" });
  const ticket = readGiven(play, text, now()) ?? readTicket(playKey, { playId, sessionId, now: now() }, text);
  if (ticket === "forged") throw new Refusal("ticket_forged", "this server did not give that ticket to this session");
  if (ticket === "foreign") throw new Refusal("ticket_foreign", "the ticket is another play's");
  if (ticket === "expired") throw new Refusal("ticket_expired", "the ticket has expired: ask for a new one");
  const video = videoAt(state);
  if (ticket.kind !== kind || ticket.video !== video || ticket.visit !== state.videos[video - 1]?.visit)
    throw new Refusal("ticket_misplaced", "the ticket is for another place than the play stands at");
  if (ticket.number !== (kind === "units" ? state.unitsTicket : state.secretTicket))
    throw new Refusal("ticket_used", "the ticket was used before: ask for a new one");
  return ticket;
}
