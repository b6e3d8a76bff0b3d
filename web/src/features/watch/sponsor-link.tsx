import type { ReactNode } from "react";
import type { PlayCm } from "../../shared/api/plays.ts";
import { useText } from "../../shared/i18n/text.tsx";

/** Only these may be followed from a service's answer: another site, or a page of this service. */
export const LINK = /^(https?:\/\/|\/(?!\/))/i;

/** @param onFollow called when the viewer goes there */
export function SponsorLink({
  offer,
  onFollow,
  className = "button",
}: {
  offer: Pick<PlayCm, "link" | "sponsor">;
  onFollow(): void;
  className?: string;
}): ReactNode {
  const { t } = useText();
  if (!LINK.test(offer.link)) return null;
  return (
    <a
      className={className}
      href={offer.link}
      target="_blank"
      rel="noopener noreferrer"
      onClick={onFollow}
      onAuxClick={({ button }) => button === 1 && onFollow()}
    >
      {t("watch.visit", { name: offer.sponsor })}
      <span className="visually-hidden"> ({t("watch.newTab")})</span>
    </a>
  );
}
