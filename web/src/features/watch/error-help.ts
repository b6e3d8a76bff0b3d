import { CmixError } from "../../../../codec/page.ts";
import type { MissingItem } from "../../player/page/playlist.ts";
import { isGone } from "../../shared/api/library.ts";
import type { Translate } from "../../shared/i18n/text.tsx";

/** What a viewer can do about an error. */
export function helpFor(error: Error, service: string | undefined, t: Translate): string {
  if (!(error instanceof CmixError)) return t("watch.help.other");
  switch (error.code) {
    case "format":
    case "input":
      return t("watch.help.format");
    case "pairing":
      return t("watch.help.pairing");
    case "unsupported":
      return t(error.details.codec === undefined ? "watch.help.unsupported" : "watch.help.codec");
    case "kernel":
      return t("watch.help.unsupported");
    case "delivery":
      if (error.details.serviceCode === "guest_plays_used_up") return t("watch.help.guestPlays");
      return helpForDelivery(Number(error.details.status), service, t);
  }
}

/** Whether opening a main again can end otherwise: a file stays as it is, a network does not. */
export function canOpenLater({ source, error }: MissingItem): boolean {
  if (typeof source !== "string") return false;
  return !(error instanceof CmixError) || error.code === "input" || error.details.retryable === true;
}

/** What a viewer can do about a main that cannot be opened. */
export function helpForOpening(error: Error, t: Translate): string {
  if (isGone({ error })) return t("watch.help.gone");
  if (error instanceof CmixError && error.code === "delivery" && error.details.retryable === true)
    return t(error.details.status === 429 ? "watch.help.wait" : "watch.help.cannotFetch");
  return helpFor(error, undefined, t);
}

function helpForDelivery(status: number, service: string | undefined, t: Translate): string {
  if (status === 0 || status >= 500) return t("watch.help.unreachable");
  if (status === 425 || status === 429) return t("watch.help.wait");
  if (status === 404) {
    const isElsewhere = service !== undefined && service !== "" && service !== location.origin;
    return isElsewhere
      ? `${t("watch.help.missing")} ${t("watch.help.elsewhere", { service })}`
      : t("watch.help.missing");
  }
  return t("watch.help.other");
}
