import { type ComponentType, lazy, type ReactNode, Suspense, useEffect } from "react";
import { HomePage } from "../features/home/home-page.tsx";
import { StudioPage } from "../features/studio/studio-page.tsx";
import { WatchPage } from "../features/watch/watch-page.tsx";
import type { TextKey } from "../shared/i18n/en.ts";
import { LANGUAGES, type Language, useText } from "../shared/i18n/text.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Link, useAddress } from "./router.tsx";

/** Brings a chart library along, which no other page needs. */
const BenchPage = lazy(async () => ({ default: (await import("../features/bench/bench-page.tsx")).BenchPage }));

const PAGES: Record<string, { name: TextKey; page: ComponentType }> = {
  "/": { name: "nav.home", page: HomePage },
  "/watch": { name: "nav.watch", page: WatchPage },
  "/studio": { name: "nav.studio", page: StudioPage },
  "/bench": { name: "nav.bench", page: BenchPage },
};

export function App(): ReactNode {
  const { t, language, setLanguage } = useText();
  const path = useAddress().pathname.replace(/(.)\/$/, "$1");
  const entry = PAGES[path];
  const title = t(entry?.name ?? "nav.home");
  useEffect(() => {
    document.title = `${title} – Cmix`;
  }, [title]);
  const Page = entry?.page ?? NotFound;
  return (
    <>
      <a className="skip-link" href="#content">
        {t("nav.skip")}
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Cmix
        </Link>
        <nav aria-label="Cmix">
          {Object.entries(PAGES).map(([href, { name }]) => (
            <Link key={href} href={href} aria-current={href === path ? "page" : undefined}>
              {t(name)}
            </Link>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <ErrorBoundary key={path}>
          <Suspense>
            <Page />
          </Suspense>
        </ErrorBoundary>
      </main>
      <footer className="bottom">
        <label>
          <span>{t("nav.language")}</span>
          <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
            {Object.entries(LANGUAGES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </footer>
    </>
  );
}

function NotFound(): ReactNode {
  const { t } = useText();
  return (
    <section className="page">
      <h1>404</h1>
      <p className="lead">{t("error.notFound")}</p>
      <Link href="/" className="button">
        {t("error.toLibrary")}
      </Link>
    </section>
  );
}
