/**
 * Tickets: what a play may ask for next, and once only. A ticket names play, video, visit, place, number and expiry and carries an
 * HMAC-SHA-256 over them and the session; nothing of it is a secret. Which number is next, the play itself knows.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Long enough for a pause; a new one is had for the asking. */
export const TICKET_SECONDS = 600;

export interface Ticket {
  /** 32 hexadecimal digits. */
  playId: string;
  /** What it is good for: units of a video, or the secret behind a CM. */
  kind: "units" | "secret";
  /** Of the video, from 1. */
  video: number;
  /** How often the play came to that video before. */
  visit: number;
  /** First unit that it gives; 0 for a secret. */
  from: number;
  number: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export type TicketFault = "forged" | "foreign" | "expired";

const BODY_BYTES = 16 + 1 + 2 + 4 + 4 + 4 + 8;
const MAC_BYTES = 32;
const KINDS = ["units", "secret"] as const;

/** @param key 32 bytes, the server's */
export function writeTicket(key: Uint8Array, sessionId: string, ticket: Ticket): string {
  const body = Buffer.allocUnsafe(BODY_BYTES);
  body.write(ticket.playId, "hex");
  body.writeUInt8(KINDS.indexOf(ticket.kind), 16);
  body.writeUInt16BE(ticket.video, 17);
  body.writeUInt32BE(ticket.visit, 19);
  body.writeUInt32BE(ticket.from, 23);
  body.writeUInt32BE(ticket.number, 27);
  body.writeDoubleBE(ticket.expiresAt, 31);
  return body.toString("base64url") + hmacOf(key, sessionId, body).digest("base64url"); // 39 bytes are whole letters of it
}

/** Checks all that can be checked without the play's own state; `foreign`: it is another play's. */
export function readTicket(
  key: Uint8Array,
  bearer: { sessionId: string; playId: string; now: number },
  text: string,
): Ticket | TicketFault {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString("base64url") !== text) return "forged";
  const body = bytes.subarray(0, BODY_BYTES);
  if (!timingSafeEqual(bytes.subarray(BODY_BYTES), hmacOf(key, bearer.sessionId, body).digest())) return "forged";
  const ticket: Ticket = {
    playId: body.toString("hex", 0, 16),
    kind: KINDS[body.readUInt8(16)] ?? "units",
    video: body.readUInt16BE(17),
    visit: body.readUInt32BE(19),
    from: body.readUInt32BE(23),
    number: body.readUInt32BE(27),
    expiresAt: body.readDoubleBE(31),
  };
  if (ticket.playId !== bearer.playId) return "foreign";
  return ticket.expiresAt <= bearer.now ? "expired" : ticket;
}

const hmacOf = (key: Uint8Array, sessionId: string, body: Uint8Array) =>
  createHmac("sha256", key).update(body).update(sessionId);
