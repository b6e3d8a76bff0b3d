import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from "react";
import type { Player, PlayerSnapshot } from "../../player/player.ts";
import { type PlayerState, showsCm } from "../../player/state.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/text-format.ts";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import type { MainFacts } from "../../workers/play-api.ts";
import { Icon } from "./icons.tsx";
import { LossNotice, useLoss } from "./loss-notice.tsx";

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

  const { state, cm, unblock } = snapshot;
  const waiting = WAITING[state];
  const loss = useLoss(player.loss);
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
      {waiting !== undefined && loss !== undefined && (
        <div className="stage-over" role="status">
          <LossNotice
            loss={loss}
            keepsPlace={state === "releasing" || state === "buffering"}
            onTry={() => player.loss.tryNow()}
          />
        </div>
      )}
      {waiting !== undefined && loss === undefined && (
        <div className="stage-over" role="status">
          <p className="waiting">{t(state === "buffering" && snapshot.heldBack ? "watch.heldBack" : waiting)}</p>
          {state === "preparing" && cm !== undefined && (
            <ProgressBar share={cm.loadedBytes / Math.max(1, cm.offer.bytes)} label={t("watch.preparing")} />
          )}
        </div>
      )}
      {showsCm(state) && cm !== undefined && (
        <p className="cm-badge">
          <strong>{t("watch.cm")}</strong>{" "}
          {t("watch.cmLeft", { time: formatTime(Math.ceil(cm.offer.durationSeconds - cm.positionSeconds)) })}
        </p>
      )}
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
