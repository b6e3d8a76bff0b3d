/** Browsers that signed in to an account before: a mark in them, so that strangers who guess at its password keep its owner from nothing. */
import { createHmac, timingSafeEqual } from "node:crypto";

export class KnownBrowsers {
  private readonly key: Uint8Array;

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** What a browser of the account holds; it opens nothing. */
  markOf(accountId: string): string {
    return createHmac("sha256", this.key).update(accountId).digest("base64url");
  }

  isMarkOf(accountId: string, given: string | undefined): boolean {
    const [wanted, found] = [Buffer.from(this.markOf(accountId)), Buffer.from(given ?? "")];
    return wanted.length === found.length && timingSafeEqual(wanted, found);
  }
}
