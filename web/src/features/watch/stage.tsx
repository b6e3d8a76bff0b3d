import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from "react";
import type { Player } from "../../player/player.ts";
import type { PlayerSnapshot } from "../../player/snapshot.ts";
import { type PlayerState, showsCm } from "../../player/state.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/text-format.ts";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import type { MainFacts } from "../../workers/play-api.ts";
import { RefusalNotice } from "./announcer.tsx";
import { Icon } from "./icons.tsx";

interface StageProps {
  player: Player;
  snapshot: PlayerSnapshot;
  facts: MainFacts;
}

const WAITING: Partial<Record<PlayerState, TextKey>> = {
  preparing: "watch.preparing",
  releasing: "watch.releasing",
  closing: "watch.preparing",
  buffering: "watch.buffering",
};

/** The picture, and over it what there is to say or press. */
export function Stage({ player, snapshot, facts }: StageProps): ReactNode {
  const { t } = useText();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    host.current?.append(player.element);
    return () => player.element.remove();
  }, [player]);

  const { state, cm, unblock, items, isOwed } = snapshot;
  const waiting = WAITING[state];
  return (
    <section className="stage" style={shapeOf(facts)} data-state={state} aria-label={facts.title}>
      <div className="stage-host" ref={host} />
      {(state === "ready" || state === "ended" || state === "error") && <Poster poster={facts.poster} />}
      {(state === "ready" || state === "ended") && (
        <div className="stage-over">
          <button type="button" className="play-large" onClick={() => void player.play()}>
            <Icon name="play" />
            <span>{t(state === "ended" ? "watch.playAgain" : "watch.play")}</span>
          </button>
          <p>{t(state === "ended" ? "watch.again.note" : "watch.playNote")}</p>
        </div>
      )}
      {waiting !== undefined && (
        <div className="stage-over" role="status">
          <p className="waiting">{t(state === "buffering" && snapshot.heldBack ? "watch.heldBack" : waiting)}</p>
          {state === "preparing" && cm !== undefined && (
            <ProgressBar share={cm.loadedBytes / Math.max(1, cm.offer.bytes)} label={t("watch.preparing")} />
          )}
        </div>
      )}
      {showsCm(state) && cm !== undefined && (
        <p className="cm-badge">
          <strong>
            {t("watch.cm")}
            {items.length > 1 && ` ${t("watch.cmOf", { number: cm.number, count: items.length + 1 })}`}
          </strong>{" "}
          {t(state === "cm" ? "watch.cmLeft" : "watch.cmLastLeft", {
            time: formatTime(Math.ceil(cm.offer.durationSeconds - cm.positionSeconds)),
          })}
        </p>
      )}
      {state === "cm" && isOwed && <p className="stage-note">{t("watch.owed")}</p>}
      <RefusalNotice refusal={snapshot.refusal} />
      {unblock !== undefined && (
        <div className="stage-over">
          <button type="button" className="play-large" onClick={unblock}>
            <Icon name="play" />
            <span>{t("watch.cmClick")}</span>
          </button>
        </div>
      )}
    </section>
  );
}

function Poster({ poster }: { poster: Blob | undefined }): ReactNode {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (poster === undefined) return;
    const made = URL.createObjectURL(poster);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [poster]);
  return url === undefined ? null : <img className="stage-poster" src={url} alt="" />;
}

/** The shape of the picture as it is to be seen: upright, with square pixels. */
function shapeOf({ video }: MainFacts): CSSProperties {
  const [horizontal, vertical] = video.pixelAspect;
  const width = video.width * horizontal;
  const height = video.height * vertical;
  const isTurned = video.rotation === 90 || video.rotation === 270;
  const ratio = isTurned ? height / width : width / height;
  return { "--ratio": String(ratio) } as CSSProperties;
}
