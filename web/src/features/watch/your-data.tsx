import type { ReactNode } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import type { ViewerAttributes } from "../../shared/api/plays.ts";
import { useSession } from "../../shared/api/session.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { ViewerDataForm } from "../account/viewer-data-form.tsx";

const NAMES: Record<keyof ViewerAttributes, TextKey> = {
  age: "data.age",
  gender: "data.gender",
  languages: "data.languages",
  kinds: "data.kinds",
  genres: "data.genres",
};

/** What this play told of the viewer, what is on the device, and what an account would lift (Cmix patent [0195]-[0199]). */
export function YourData({ snapshot }: { snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const session = useSession();
  const { playId, sentAttributes } = snapshot;
  const sent = Object.entries(sentAttributes) as [keyof ViewerAttributes, unknown][];
  return (
    <section className="card" aria-label={t("data.title")}>
      {playId !== undefined && (
        <p className="sent">
          {sent.length === 0
            ? t("data.sentNothing")
            : t("data.sent", {
                what: sent.map(([name, value]) => `${t(NAMES[name])}: ${[value].flat().join(", ")}`).join("; "),
              })}
        </p>
      )}
      <details>
        <summary>{t("data.title")}</summary>
        <ViewerDataForm />
      </details>
      {session?.account === null && (
        <p className="quiet">
          {t("data.guest", { plays: session.guestPlaysPerDay })}{" "}
          <Link href="/account">{t("account.signInOrRegister")}</Link>
        </p>
      )}
    </section>
  );
}
