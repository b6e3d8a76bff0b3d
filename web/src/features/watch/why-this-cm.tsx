import type { ReactNode } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { toldOfViewer } from "./your-data.tsx";

/** How the CM came to be chosen, and what of the viewer counted for it. */
export function WhyThisCm({ snapshot }: { snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const told = toldOfViewer(snapshot.sentAttributes, t);
  return (
    <details>
      <summary>{t("watch.why")}</summary>
      <p>{t(snapshot.isOwed ? "watch.why.owed" : "watch.why.fits")}</p>
      <p>{told === "" ? t("watch.why.nothing") : t("watch.why.told", { what: told })}</p>
    </details>
  );
}
