import { type ComponentType, lazy, type ReactNode, type RefObject, Suspense, useEffect, useRef } from "react";
import { Route, Switch, useLocation } from "wouter";
import { HomePage } from "../features/home/home-page.tsx";
import { WatchPage } from "../features/watch/watch-page.tsx";
import { type Session, useSession } from "../shared/api/session.ts";
import type { TextKey } from "../shared/i18n/en.ts";
import { LANGUAGES, type Language } from "../shared/i18n/language.ts";
import { loadLateTexts, useText } from "../shared/i18n/text.tsx";
import { Link } from "../shared/routing/router.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";

/** A page that has words of its own, which come with it. */
async function withLateTexts<T>(page: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([page, loadLateTexts()]);
  return loaded;
}

// What the library does not need is fetched when it is opened: it starts the sooner.
const StudioPage = lazy(async () => ({
  default: (await withLateTexts(import("../features/studio/studio-page.tsx"))).StudioPage,
}));
const BenchPage = lazy(async () => ({ default: (await import("../features/bench/bench-page.tsx")).BenchPage }));
const ProviderPage = lazy(async () => ({
  default: (await withLateTexts(import("../features/provider/provider-page.tsx"))).ProviderPage,
}));
const AdminPage = lazy(async () => ({
  default: (await withLateTexts(import("../features/admin/admin-page.tsx"))).AdminPage,
}));
const AccountPage = lazy(async () => ({
  default: (await withLateTexts(import("../features/account/account-page.tsx"))).AccountPage,
}));
const FirstAdminPage = lazy(async () => ({
  default: (await import("../features/account/link-pages.tsx")).FirstAdminPage,
}));
const MarkPage = lazy(async () => ({
  default: (await withLateTexts(import("../features/mark/mark-page.tsx"))).MarkPage,
}));
const NewPasswordPage = lazy(async () => ({
  default: (await import("../features/account/link-pages.tsx")).NewPasswordPage,
}));

/** Tokens and shared parts in every state; a build has neither the page nor its address. */
const DesignPage = import.meta.env.PROD
  ? undefined
  : lazy(async () => ({ default: (await import("../features/design/design-page.tsx")).DesignPage }));

interface Page {
  name: TextKey;
  page: ComponentType;
  /** Whether the navigation names it; it does unless told otherwise. */
  isListed?(session: Session | undefined): boolean;
}

const PAGES: Record<string, Page> = {
  "/": { name: "nav.home", page: HomePage },
  "/watch": { name: "nav.watch", page: WatchPage },
  "/studio": { name: "nav.studio", page: StudioPage },
  "/bench": { name: "nav.bench", page: BenchPage, isListed: () => false },
  "/provider": {
    name: "provider.title",
    page: ProviderPage,
    isListed: (session) => session?.role === "provider" || session?.role === "administrator",
  },
  "/admin": { name: "nav.admin", page: AdminPage, isListed: (session) => session?.role === "administrator" },
  "/account": { name: "account.title", page: AccountPage, isListed: () => false },
  "/first-admin": { name: "account.first.title", page: FirstAdminPage, isListed: () => false },
  "/r": { name: "mark.title", page: MarkPage, isListed: () => false },
  "/new-password": { name: "account.newPassword", page: NewPasswordPage, isListed: () => false },
  ...(DesignPage && { "/design": { name: "nav.home", page: DesignPage, isListed: () => false } }),
};

export function App(): ReactNode {
  const { t, language, setLanguage } = useText();
  const session = useSession();
  const path = useLocation()[0].replace(/(.)\/$/, "$1");
  const title = t(PAGES[path]?.name ?? "nav.home");
  useEffect(() => {
    document.title = `${title} – Cmix`;
  }, [title]);
  const content = useArrival(path);
  return (
    <>
      <a className="skip-link" href="#content">
        {t("nav.skip")}
      </a>
      <header className="top">
        <Link href="/" className="brand" aria-label="Cmix">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>Cmix</span>
        </Link>
        <nav aria-label="Cmix">
          {Object.entries(PAGES)
            .filter(([, { isListed }]) => isListed === undefined || isListed(session))
            .map(([href, { name }]) => (
              <Link key={href} href={href} aria-current={href === path ? "page" : undefined}>
                {t(name)}
              </Link>
            ))}
          <Link href="/account" className="who" aria-current={path === "/account" ? "page" : undefined}>
            {session?.account?.email ?? t("nav.signIn")}
          </Link>
        </nav>
      </header>
      <main id="content" tabIndex={-1} ref={content}>
        <ErrorBoundary key={path}>
          <Suspense>
            <Switch>
              {Object.entries(PAGES).map(([address, { page }]) => (
                <Route key={address} path={address} component={page} />
              ))}
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <footer className="bottom">
        <Link href="/bench">{t("nav.bench")}</Link>
        <a href="/licences.txt">{t("nav.licences")}</a>
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

/** A page inside the app begins as one that was loaded: at its top, with the focus in it, where it did not take that itself. */
function useArrival(path: string): RefObject<HTMLElement | null> {
  const content = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    scrollTo(0, 0);
    if (!content.current?.contains(document.activeElement)) content.current?.focus({ preventScroll: true });
  }, [path]);
  return content;
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
