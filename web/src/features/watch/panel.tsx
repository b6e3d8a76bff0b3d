import type { ReactNode } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { showsCm } from "../../player/page/state.ts";
import type { MainFacts } from "../../player/protocol/play-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatBytes, formatTime } from "../../shared/ui/text-format.ts";
import { shelf } from "../../shelf/page/shelf.ts";
import { KeepPart } from "../shelf/keep-part.tsx";
import { SponsorLink } from "./sponsor-link.tsx";
import { WhyThisCm } from "./why-this-cm.tsx";

interface PanelProps {
  snapshot: PlayerSnapshot;
  facts: MainFacts;
  /** The sponsor's link was followed. */
  onSponsorLink(): void;
}

/** Beside the picture: the video's facts, and during a CM the sponsor's (Cmix patent [0216]-[0218], Fig. 11). */
export function Panel({ snapshot, facts, onSponsorLink }: PanelProps): ReactNode {
  const { t } = useText();
  const offer = snapshot.cm?.offer;
  const item = snapshot.items[snapshot.current];
  const source = item?.source;
  const { mainId } = facts;
  const rows: [string, string][] = [
    [t("watch.copyright"), facts.copyright],
    [t("watch.genre"), facts.genre],
    [t("watch.age"), facts.ageLimit > 0 ? `${facts.ageLimit}+` : ""],
    [t("watch.length"), formatTime(facts.durationSeconds)],
    [t("watch.size"), formatBytes(facts.bytes)],
  ];
  return (
    <aside className="panel">
      <section className="card" aria-label={t("watch.about")}>
        <h2>{facts.title}</h2>
        <dl className="facts">
          {rows
            .filter(([, value]) => value !== "")
            .map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
        <KeepPart
          key={mainId}
          mainId={mainId}
          title={facts.title}
          onKeep={() => (source instanceof Blob ? shelf.keepCopy(facts, source) : shelf.keepListed(mainId))}
        />
        {item?.isVerified === false && <p className="quiet">{t("watch.unverified")}</p>}
        {facts.protection === "patent" && <p className="quiet">{t("watch.unprotected")}</p>}
      </section>
      {offer !== undefined && (
        <section className="card sponsor" data-now={showsCm(snapshot.state) || undefined}>
          <p className="quiet">{t("watch.sponsor")}</p>
          <p className="sponsor-name">{offer.sponsor}</p>
          <p>{offer.title}</p>
          <SponsorLink offer={offer} onFollow={onSponsorLink} />
          <WhyThisCm snapshot={snapshot} />
        </section>
      )}
    </aside>
  );
}
