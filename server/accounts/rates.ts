import ipaddr from "ipaddr.js";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimits } from "../config.ts";
import { Refusal } from "../refusal.ts";

/** Counts tries in memory: a restart forgets them. */
export class Rates {
  private readonly limiters: Record<keyof RateLimits, RateLimiterMemory>;

  constructor(limits: RateLimits) {
    const limiter = (keyPrefix: keyof RateLimits) => new RateLimiterMemory({ keyPrefix, ...limits[keyPrefix] });
    this.limiters = {
      signIn: limiter("signIn"),
      signInAddress: limiter("signInAddress"),
      registration: limiter("registration"),
      passwordChange: limiter("passwordChange"),
    };
  }

  /** Counts a try before it is made, so that many at the same time do not slip through. @throws Refusal too_many */
  async take(what: keyof RateLimits, key: string): Promise<void> {
    try {
      await this.limiters[what].consume(key);
    } catch (refusal) {
      const retryAfterSeconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
      throw new Refusal("too_many", `tried too often: try again in ${retryAfterSeconds} s`, { retryAfterSeconds });
    }
  }

  /** Takes a try back that turned out to be right. */
  async giveBack(what: keyof RateLimits, key: string): Promise<void> {
    await this.limiters[what].reward(key);
  }
}

/** One key for all addresses that one customer of a provider has: of IPv6 the first 64 bits. */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv6" ? parsed.toByteArray().slice(0, 8).join(".") : parsed.toString();
}
