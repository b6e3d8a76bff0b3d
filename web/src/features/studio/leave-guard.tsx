/** Asks before the page is left for another one of the app while it has something in hand. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { navigate } from "../../shared/routing/router.tsx";

/**
 * @param isBusy asked at the time
 * @returns the question, to be drawn; and `leave`, for what leaves the page by other ways than links
 */
export function useLeaveGuard(isBusy: () => boolean): { question: ReactNode; leave: (go: () => void) => void } {
  const [go, setGo] = useState<() => void>();
  const ask = useRef(isBusy);
  ask.current = isBusy;
  useEffect(() => {
    const here = location.href;
    // Before the app's own links and router hear of it.
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.("a[href]");
      if (!(link instanceof HTMLAnchorElement) || !ask.current() || !leavesPage(event, link)) return;
      event.preventDefault();
      event.stopPropagation();
      setGo(() => () => navigate(link.href));
    };
    const onBack = (event: PopStateEvent) => {
      if (location.pathname === new URL(here).pathname || !ask.current()) return;
      event.stopImmediatePropagation();
      const wanted = location.href;
      history.pushState(null, "", here);
      setGo(() => () => navigate(wanted));
    };
    addEventListener("click", onClick, true);
    addEventListener("popstate", onBack, true);
    return () => {
      removeEventListener("click", onClick, true);
      removeEventListener("popstate", onBack, true);
    };
  }, []);
  return {
    question: go && <LeaveQuestion onStay={() => setGo(undefined)} onLeave={go} />,
    leave: (wanted) => (ask.current() ? setGo(() => wanted) : wanted()),
  };
}

/** An ordinary click on a link to another page of the app. */
function leavesPage(event: MouseEvent, link: HTMLAnchorElement): boolean {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  if (link.hasAttribute("download") || (link.target !== "" && link.target !== "_self")) return false;
  return link.origin === location.origin && link.pathname !== location.pathname;
}

function LeaveQuestion({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }): ReactNode {
  const { t } = useText();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onStay}>
      <h2 id={id}>{t("studio.leave")}</h2>
      <p>{t("studio.leave.what")}</p>
      <div className="actions">
        <button type="button" className="button button-main" onClick={onStay}>
          {t("studio.leave.stay")}
        </button>
        <button type="button" className="button" onClick={onLeave}>
          {t("studio.leave.go")}
        </button>
      </div>
    </dialog>
  );
}
