import type { ReactNode } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";
import { forgetPicked, usePicked } from "./picked.ts";

/** The playlist that is being picked, and the way to watch it; nothing while it is empty. */
export function PlaylistBar(): ReactNode {
  const { t } = useText();
  const picked = usePicked();
  if (picked.length === 0) return null;
  return (
    <section className="card playlist-bar" aria-label={t("watch.list")}>
      <p>
        <strong>{t("watch.list")}</strong> {picked.map(({ title }) => title).join(" → ")}
      </p>
      <div className="actions">
        <Link
          href={watchPath(...picked.map(({ mainId }) => mainId))}
          className="button button-main"
          onClick={forgetPicked}
        >
          {t("home.list.watch", { count: picked.length })}
        </Link>
        <button type="button" className="button" onClick={forgetPicked}>
          {t("home.list.clear")}
        </button>
      </div>
    </section>
  );
}
