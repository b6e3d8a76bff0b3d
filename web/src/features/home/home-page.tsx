import { type ReactNode, useEffect, useState } from "react";
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { openInWatch } from "../../shared/routing/handoff.ts";
import { Link } from "../../shared/routing/router.tsx";
import { FileButton } from "../../shared/ui/file-button.tsx";
import { ShelfPart } from "../shelf/shelf-part.tsx";
import { Library } from "./library.tsx";
import { PlaylistBar } from "./playlist-bar.tsx";

/** For the file dialogue. */
const MAIN_FILES = ".cmx,application/octet-stream";
const VISITED = "cmix-visited";

export function HomePage(): ReactNode {
  return (
    <div className="page page-wide home">
      <Hero />
      <ShelfPart />
      <Library />
      <PlaylistBar />
    </div>
  );
}

/** What Cmix is, at length on the first visit only. */
function Hero(): ReactNode {
  const { t } = useText();
  const [isFirst] = useState(() => keptValues(VISITED).wasHere !== true);
  useEffect(() => keepValues(VISITED, { wasHere: true }), []);
  return (
    <section className="hero" data-first={isFirst || undefined}>
      <div>
        <h1>{t("home.title")}</h1>
        {isFirst && <p className="lead">{t("home.lead")}</p>}
      </div>
      <div className="actions">
        <Link href="/studio" className="button button-main">
          {t("home.toStudio")}
        </Link>
        <FileButton accept={MAIN_FILES} onFiles={openInWatch}>
          {t("home.toWatch")}
        </FileButton>
      </div>
    </section>
  );
}
