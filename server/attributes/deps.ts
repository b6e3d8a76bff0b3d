import type { AccountStore } from "../accounts/store.ts";
import type { Limits } from "../config.ts";
import type { AttributeStore } from "./store.ts";

/** What certified attributes work with. */
export interface AttributeDeps {
  store: { attributes: AttributeStore; accounts: AccountStore };
  limits: Pick<Limits, "rates">;
  /** Milliseconds since 1970. */
  now(): number;
}
