import ipaddr from "ipaddr.js";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { HttpError } from "../http/answer-error.ts";

/** How often something may be tried: `points` times in `duration` seconds. */
export interface Rate {
  points: number;
  duration: number;
}

export interface RateLimits {
  /** Wrong passwords for one account from one address. */
  signIn: Rate;
  /** For one account from all addresses: far above, so that others cannot lock its owner out with a few tries. */
  signInAccount: Rate;
  /** From one address for all accounts. */
  signInAddress: Rate;
  /** Accounts made from one address. */
  registration: Rate;
  /** Wrong passwords of one account that is signed in already, when it is asked for again. */
  passwordChange: Rate;
}

export const DEFAULT_RATES: RateLimits = {
  signIn: { points: 10, duration: 15 * 60 },
  signInAccount: { points: 100, duration: 3600 },
  signInAddress: { points: 100, duration: 3600 },
  registration: { points: 10, duration: 3600 },
  passwordChange: { points: 10, duration: 15 * 60 },
};

/** Counts tries in memory: a restart forgets them. */
export class Rates {
  private readonly limiters: Record<keyof RateLimits, RateLimiterMemory>;

  constructor(limits: RateLimits) {
    const limiter = (keyPrefix: keyof RateLimits) => new RateLimiterMemory({ keyPrefix, ...limits[keyPrefix] });
    this.limiters = {
      signIn: limiter("signIn"),
      signInAccount: limiter("signInAccount"),
      signInAddress: limiter("signInAddress"),
      registration: limiter("registration"),
      passwordChange: limiter("passwordChange"),
    };
  }

  /** Counts a try before it is made, so that many at the same time do not slip through. @throws HttpError too_many */
  async take(what: keyof RateLimits, key: string): Promise<void> {
    try {
      await this.limiters[what].consume(key);
    } catch (refusal) {
      const retryAfterSeconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
      throw new HttpError("too_many", `tried too often: try again in ${retryAfterSeconds} s`, { retryAfterSeconds });
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
