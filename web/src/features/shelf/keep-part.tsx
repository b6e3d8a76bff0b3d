import { type ReactNode, useEffect, useRef, useState } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import { formatBytes, formatShare } from "../../shared/ui/text-format.ts";
import { isAllowed, type ShelfItem, shelf } from "../../shelf/page/shelf.ts";
import { SignInButton } from "../account/sign-in-button.tsx";
import { KeepError } from "./keep-error.tsx";
import { itemOf, useShelf } from "./use-shelf.ts";

interface KeepPartProps {
  mainId: string;
  title: string;
  /** Begins to keep it; left out where there is nothing to begin with. */
  onKeep?: () => Promise<void>;
}

/** The way to keep a main on this device, and how far that is. */
export interface Keep {
  item: ShelfItem | undefined;
  problem: Error | undefined;
  /** It was wanted by a viewer without an account. */
  wantsAccount: boolean;
  isOffered: boolean;
  /** It was begun before and goes on. */
  isBegun: boolean;
  start(): Promise<void>;
}

/** @returns undefined where the browser stores nothing for pages */
export function useKeep({ mainId, onKeep }: Omit<KeepPartProps, "title">): Keep | undefined {
  const state = useShelf();
  const item = itemOf(state, mainId);
  const [wantsAccount, setWantsAccount] = useState(false);
  const [error, setError] = useState<Error>();
  if (!state.isPossible) return undefined;
  const begin = item?.main.url === undefined ? onKeep : () => shelf.goOn(mainId);
  const isRunning = item?.step !== undefined;
  return {
    item,
    problem: error ?? state.errors[mainId],
    wantsAccount,
    isOffered: begin !== undefined && !isRunning && !item?.isElsewhere && item?.main.state !== "kept",
    isBegun: item !== undefined && item.main.state !== "damaged",
    start: async () => {
      setError(undefined);
      setWantsAccount(false);
      try {
        if (await isAllowed()) await begin?.();
        else setWantsAccount(true);
      } catch (cause) {
        setError(cause as Error);
      }
    },
  };
}

/** The way to keep a main on this device, how far that is, and what is in the way; nothing where the browser stores nothing for pages. */
export function KeepPart({ mainId, title, onKeep }: KeepPartProps): ReactNode {
  const keep = useKeep({ mainId, ...(onKeep !== undefined && { onKeep }) });
  return keep && <KeepView keep={keep} title={title} />;
}

/** @param isBegunElsewhere whether something else on the page offers to begin */
export function KeepView({
  keep,
  title,
  isBegunElsewhere = false,
}: {
  keep: Keep;
  title: string;
  isBegunElsewhere?: boolean;
}): ReactNode {
  const { t } = useText();
  const { item, problem, wantsAccount, isOffered, isBegun } = keep;
  const part = useRef<HTMLDivElement>(null);
  const wasPressed = useRef(false);
  const isRunning = item?.step !== undefined;
  useEffect(() => {
    // What was pressed is gone: who goes by keys is led on.
    if (isRunning && wasPressed.current) part.current?.querySelector("button")?.focus();
    wasPressed.current = false;
  }, [isRunning]);

  const start = () => {
    wasPressed.current = true;
    void keep.start();
  };
  return (
    <div className="keep" ref={part}>
      {item !== undefined && <KeepStatus item={item} />}
      {problem !== undefined && <KeepError error={problem} />}
      {isOffered && wantsAccount && (
        <div className="notice" role="status">
          <p>{t("shelf.account")}</p>
          <SignInButton kind="viewer" onDone={start}>
            {t("account.signInOrRegister")}
          </SignInButton>
        </div>
      )}
      {isOffered && !wantsAccount && (isBegun || !isBegunElsewhere) && (
        <button
          type="button"
          className="button"
          aria-label={t(isBegun ? "shelf.goOnTitle" : "shelf.keepTitle", { title })}
          onClick={start}
        >
          {t(isBegun ? "shelf.goOn" : "shelf.keep")}
        </button>
      )}
    </div>
  );
}

function KeepStatus({ item }: { item: ShelfItem }): ReactNode {
  const { t } = useText();
  const { main, storedBytes, step, isElsewhere } = item;
  const { mainId, title, bytes } = main;
  if (step === undefined) {
    if (isElsewhere) return <p className="quiet">{t("shelf.elsewhere")}</p>;
    if (main.state === "kept") return <p className="quiet">{t("shelf.kept")}</p>;
    if (main.state === "damaged") return <p className="quiet">{t("shelf.damaged")}</p>;
    return (
      <p className="quiet">{t("shelf.stopped", { stored: formatBytes(storedBytes), total: formatBytes(bytes) })}</p>
    );
  }
  const { phase, loss } = step;
  const share = { share: formatShare(step.bytes, bytes), stored: formatBytes(step.bytes), total: formatBytes(bytes) };
  return (
    <>
      {phase !== "waiting" && <ProgressBar share={step.bytes / bytes} label={t("shelf.progress", { title })} />}
      <p className="quiet">{t(`shelf.${phase}`, share)}</p>
      {loss !== undefined && <p role="status">{t(loss.isTrying ? "loss.trying" : "loss.over")}</p>}
      <div className="actions">
        <button
          type="button"
          className="button"
          aria-label={t("shelf.cancelTitle", { title })}
          onClick={() => void shelf.remove(mainId)}
        >
          {t("shelf.cancel")}
        </button>
        {loss !== undefined && (
          <button type="button" className="button" onClick={() => shelf.tryNow(mainId)}>
            {t("loss.tryNow")}
          </button>
        )}
      </div>
    </>
  );
}
