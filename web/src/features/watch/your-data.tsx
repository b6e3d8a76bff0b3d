import type { ReactNode } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import type { ViewerAttributes } from "../../shared/api/plays.ts";
import { useSession } from "../../shared/api/session.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { type Translate, useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { ViewerDataForm } from "../account/viewer-data-form.tsx";

const NAMES: Record<keyof ViewerAttributes, TextKey> = {
  age: "data.age",
  gender: "data.gender",
  languages: "data.languages",
  kinds: "data.kinds",
  genres: "data.genres",
};

/** What a play told of its viewer, in words; empty where that was nothing. */
export function toldOfViewer(sent: ViewerAttributes, t: Translate): string {
  const entries = Object.entries(sent) as [keyof ViewerAttributes, unknown][];
  return entries.map(([name, value]) => `${t(NAMES[name])}: ${[value].flat().join(", ")}`).join("; ");
}

/** What this play told of the viewer, what is on the device, and what an account would lift (Cmix patent [0195]-[0199]). */
export function YourData({ snapshot }: { snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const session = useSession();
  const { playId, sentAttributes } = snapshot;
  const told = toldOfViewer(sentAttributes, t);
  return (
    <section className="card" aria-label={t("data.title")}>
      {playId !== undefined && (
        <p className="sent">{told === "" ? t("data.sentNothing") : t("data.sent", { what: told })}</p>
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
