import type { ReactNode } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { LINK, SponsorLink } from "./sponsor-link.tsx";

/** Over a CM: which one it is, how long it goes on, and the way to its sponsor. */
export function CmLine({ player, snapshot }: { player: Player; snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const { state, cm, items } = snapshot;
  if (cm === undefined) return null;
  return (
    <div className="cm-line">
      <p className="cm-badge">
        <strong>
          {t("watch.cm")}
          {items.length > 1 && ` ${t("watch.cmOf", { number: cm.number, count: items.length + 1 })}`}
        </strong>{" "}
        {t(state === "cm" ? "watch.cmLeft" : "watch.cmLastLeft", {
          time: formatTime(Math.ceil(cm.offer.durationSeconds - cm.positionSeconds)),
        })}
      </p>
      <SponsorLink offer={cm.offer} onFollow={() => player.cmClicked()} className="cm-visit" />
    </div>
  );
}

/** A click on the CM itself leads to its sponsor. @returns false where it names no page */
export function visitSponsor(player: Player): boolean {
  const { cm } = player.snapshot();
  if (cm === undefined || !LINK.test(cm.offer.link)) return false;
  player.cmClicked();
  open(cm.offer.link, "_blank", "noopener,noreferrer");
  return true;
}
