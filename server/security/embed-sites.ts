/** Sites whose pages may show the player (Cmix patent [0219]). */
import { InputError } from "../../codec/index.ts";

/** A source of CSP's `frame-ancestors`: scheme, host, which may begin with a star, and port (CSP Level 3, 2.3.1). */
const SITE = /^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i;

/** @throws InputError one of them is no site, or more than a site */
export function checkEmbedSites(sites: readonly string[]): readonly string[] {
  for (const site of sites)
    if (!SITE.test(site))
      throw new InputError(
        `embedding site "${site}" is not the address of a site: give one such as https://www.example.org, without a path`,
      );
  return sites;
}
