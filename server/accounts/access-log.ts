import { createHmac, randomBytes } from "node:crypto";
import type { AccessEvent } from "./access-events.ts";
import type { AccountLogStore } from "./store.ts";

const DAY = 24 * 3600 * 1000;

/** What happened to accounts, for the administrator (Cmix patent, [0055], [0197]). */
export class AccessLog {
  private readonly store: AccountLogStore;
  private readonly now: () => number;
  private key = { day: -1, bytes: Buffer.alloc(0) };

  constructor(store: AccountLogStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  /** @param by the administrator who did it to someone else's account */
  async add(event: AccessEvent, accountId: string | undefined, address: string | undefined, by?: string) {
    const at = this.now();
    await this.store.addAccess({
      at,
      event,
      accountId: accountId ?? null,
      byAccountId: by ?? null,
      addressHash: address === undefined ? null : this.hashOf(address, at),
    });
  }

  /** The same address looks the same for a day; its key is kept nowhere, so nobody can find out which it was. */
  private hashOf(address: string, at: number): string {
    const day = Math.floor(at / DAY);
    if (this.key.day !== day) this.key = { day, bytes: randomBytes(32) };
    return createHmac("sha256", this.key.bytes).update(address).digest("hex").slice(0, 16);
  }
}
