import type { ReactNode } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { isAtRest } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { otherService, watchAt } from "../../shared/routing/other-service.ts";

/**
 * Whose a video is that this service does not know (Cmix patent [0201]): its service is named, and asked when the viewer goes there.
 * Until then no byte goes to it.
 */
export function OtherServiceNotice({ snapshot }: { snapshot: PlayerSnapshot }): ReactNode {
  const { items, current, state } = snapshot;
  const item = items[current];
  if (item === undefined || item.isVerified || !isAtRest(state)) return null;
  const service = otherService(item.facts.service, location.origin);
  if (service === undefined) return null;
  return (
    <LeadElsewhere
      service={service}
      address={watchAt(service, item.facts.mainId)}
      hasFile={item.source instanceof Blob}
    />
  );
}

/** Of a link that was shared with the app. @param link as the address has it */
export function OtherLinkNotice({ link }: { link: string | null }): ReactNode {
  const service = link === null ? undefined : otherService(link, location.origin);
  return service === undefined || link === null ? null : <LeadElsewhere service={service} address={link} />;
}

interface LeadElsewhereProps {
  service: string;
  address: string;
  /** The viewer has the main, which that service may not. */
  hasFile?: boolean;
}

function LeadElsewhere({ service, address, hasFile = false }: LeadElsewhereProps): ReactNode {
  const { t } = useText();
  const { host } = new URL(service);
  return (
    <div className="notice" role="status" data-other-service>
      <p>{t("watch.other.whose", { host })}</p>
      <p className="quiet">{t(hasFile ? "watch.other.file" : "watch.other.rules", { host })}</p>
      <a className="button" href={address} rel="noreferrer" data-takes-focus>
        {t("watch.other.go", { host })}
      </a>
    </div>
  );
}
