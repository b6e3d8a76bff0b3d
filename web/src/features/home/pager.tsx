import type { ReactNode } from "react";
import { useText } from "../../shared/i18n/text.tsx";

/** Nothing where there is one page only. */
export function Pager({
  page,
  pages,
  onPage,
}: {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}): ReactNode {
  const { t } = useText();
  if (pages < 2) return null;
  return (
    <nav className="actions pager" aria-label={t("home.pages", { page, pages })}>
      <button type="button" className="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {t("home.previous")}
      </button>
      <span aria-live="polite">{t("home.pages", { page, pages })}</span>
      <button type="button" className="button" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        {t("home.next")}
      </button>
    </nav>
  );
}
