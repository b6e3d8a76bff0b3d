import ipaddr from "ipaddr.js";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import type { Rate } from "../config.ts";
import { Refusal } from "../refusal.ts";

/** Counts tries in memory: a restart forgets them. */
export class Rates<Name extends string> {
  private readonly limiters: ReadonlyMap<string, RateLimiterMemory>;

  constructor(limits: Readonly<Record<Name, Rate>>) {
    this.limiters = new Map(
      Object.entries<Rate>(limits).map(([name, rate]) => [name, new RateLimiterMemory({ keyPrefix: name, ...rate })]),
    );
  }

  /** Counts a try before it is made, so that many at the same time do not slip through. @throws Refusal too_many */
  async take(what: Name, key: string): Promise<void> {
    try {
      await this.limiters.get(what)?.consume(key);
    } catch (refusal) {
      const retryAfterSeconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
      throw new Refusal("too_many", `tried too often: try again in ${retryAfterSeconds} s`, { retryAfterSeconds });
    }
  }

  /** Takes a try back that turned out to be right. */
  async giveBack(what: Name, key: string): Promise<void> {
    await this.limiters.get(what)?.reward(key);
  }
}

/** One key for all addresses that one customer of a provider has: of IPv6 the first 64 bits. */
export function addressKey(address: string | undefined): string {
  return keyOf(address, 4);
}

/** One key for a network: of IPv4 the first 24 bits, of IPv6 64. */
export function networkKey(address: string | undefined): string {
  return keyOf(address, 3);
}

function keyOf(address: string | undefined, ipv4Bytes: number): string {
  if (address === undefined) return "unknown";
  const parsed = ipaddr.process(address);
  return parsed
    .toByteArray()
    .slice(0, parsed.kind() === "ipv6" ? 8 : ipv4Bytes)
    .join(".");
}
