import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { randomBytes } from "./random-bytes.ts";

/** What a browser holds: 256 random bits. The database holds their hash only. */
export const newToken = (): string => randomBytes(32).toString("base64url");

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/** The value of the header `X-Cmix-CSRF` for a session; another site's page can read neither it nor the cookie. */
export const csrfOf = (token: string): string => createHmac("sha256", token).update("cmix/csrf").digest("base64url");

export function isCsrfOf(token: string, given: string | undefined): boolean {
  const [wanted, found] = [Buffer.from(csrfOf(token)), Buffer.from(given ?? "")];
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}
