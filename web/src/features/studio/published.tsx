import type { ReactNode } from "react";
import { embedCode, frameCode } from "../../shared/embed-code.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchAddress, watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";
import { CopyField } from "../../shared/ui/copy-field.tsx";

/** What a published video is passed on by: its address, and what other sites put into their pages. */
export function Published({ mainId, title }: { mainId: string; title: string }): ReactNode {
  const { t } = useText();
  return (
    <section className="published" aria-label={t("studio.publish.done")}>
      <p className="notice notice-good" role="status">
        {t("studio.publish.done")}
      </p>
      <CopyField label={t("studio.published.link")} text={watchAddress(mainId)} />
      <CopyField label={t("studio.published.embed")} text={embedCode(mainId, title)} isLong />
      <CopyField label={t("embed.frame")} text={frameCode(mainId, title)} isLong />
      <div className="actions">
        <Link href={watchPath(mainId)} className="button">
          {t("studio.published.open")}
        </Link>
        <Link href="/" className="button">
          {t("error.toLibrary")}
        </Link>
      </div>
    </section>
  );
}
