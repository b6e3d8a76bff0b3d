import type { ReactNode } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { useInstall } from "../../shared/routing/install.ts";

/** For who comes with a `.cmx` for the first time: nothing need be installed, and how to have it open by a double-click (Cmix patent [0191]-[0193]). */
export function InstallCard(): ReactNode {
  const { t } = useText();
  const install = useInstall();
  return (
    <section className="card install">
      <h2>{t("app.title")}</h2>
      <p>{t("app.lead")}</p>
      {install === undefined ? (
        <p className="quiet">{t("app.byMenu")}</p>
      ) : (
        <button type="button" className="button" onClick={() => void install()}>
          {t("app.install")}
        </button>
      )}
    </section>
  );
}
