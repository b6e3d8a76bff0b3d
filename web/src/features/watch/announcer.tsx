import { type ReactNode, useEffect, useState } from "react";
import type { PlayerSnapshot, Refusal } from "../../player/page/snapshot.ts";
import type { PlayerState } from "../../player/page/state.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";

const SHOWN_MILLISECONDS = 5000;

/** What a screen reader is told when the state changes; the rest is seen and heard, or told where it is shown. */
const SPOKEN: Partial<Record<PlayerState, TextKey>> = {
  cm: "watch.says.cm",
  "last-cm": "watch.says.lastCm",
  playing: "watch.says.playing",
  paused: "watch.says.paused",
  ended: "watch.says.ended",
};

/** Tells changes of state to screen readers. */
export function Announcer({ snapshot }: { snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const { state, facts, isOwed } = snapshot;
  const key = SPOKEN[state];
  const said = key === undefined ? "" : t(key, { title: facts?.title ?? "" });
  return (
    <p className="visually-hidden" role="status">
      {state === "cm" && isOwed ? `${said} ${t("watch.owed")}` : said}
    </p>
  );
}

/** Why a move was not made; over the picture for some seconds. */
export function RefusalNotice({ refusal }: { refusal: Refusal | undefined }): ReactNode {
  const { t, reason } = useText();
  const [hidden, setHidden] = useState<number>();
  const textOf = ({ reason: kind, error }: Refusal): string => {
    if (kind === "no-captions") return t("watch.refused.noCaptions");
    if (kind === "in-cm" || error === undefined) return t("watch.refused.inCm");
    return kind === "captions" ? t("watch.refused.captions", { why: reason(error) }) : reason(error);
  };
  useEffect(() => {
    if (refusal === undefined) return;
    const timer = setTimeout(() => setHidden(refusal.id), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [refusal]);
  const isShown = refusal !== undefined && hidden !== refusal.id;
  return (
    <div className="stage-refusal" role="status">
      {isShown && <p key={refusal.id}>{textOf(refusal)}</p>}
    </div>
  );
}
