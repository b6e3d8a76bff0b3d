/**
 * Browsers that signed in to an account before, by a mark in them, and networks that it is signed in from: so that strangers who guess at its
 * password keep its owner from nothing.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { addressKey } from "./rates.ts";

export class KnownBrowsers {
  private readonly key: Uint8Array;

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** What a browser of the account holds; it opens nothing. */
  markOf(accountId: string): string {
    return createHmac("sha256", this.key).update(accountId).digest("base64url");
  }

  /** Stands for a client's address, for this account alone: of two accounts nobody can tell that it is the same. */
  networkOf(accountId: string, address: string | undefined): string {
    return createHmac("sha256", this.key)
      .update(`network ${accountId} ${addressKey(address)}`)
      .digest("base64url")
      .slice(0, 22);
  }

  isMarkOf(accountId: string, given: string | undefined): boolean {
    const [wanted, found] = [Buffer.from(this.markOf(accountId)), Buffer.from(given ?? "")];
    return wanted.length === found.length && timingSafeEqual(wanted, found);
  }
}
