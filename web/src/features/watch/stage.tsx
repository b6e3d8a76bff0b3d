import { type ReactNode, useEffect, useId, useRef, useSyncExternalStore } from "react";
import { contentOf, cuesAt } from "../../player/page/captions/captions.ts";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { type PlayerState, showsCm, showsVideo } from "../../player/page/state.ts";
import type { MainFacts } from "../../player/protocol/play-api.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { useUrlOf } from "../../shared/ui/use-url-of.ts";
import { RefusalNotice } from "./announcer.tsx";
import { BegunNotice } from "./begun-notice.tsx";
import { captionLook, captionStyle } from "./caption-look.ts";
import { ChangeNotice } from "./change-notice.tsx";
import { CmLine } from "./cm-line.tsx";
import { Icon } from "./icons.tsx";
import { LossNotice, useLoss } from "./loss-notice.tsx";
import { usePictureGestures } from "./picture-gestures.ts";
import { shapeOf } from "./picture-shape.ts";

interface StageProps {
  player: Player;
  snapshot: PlayerSnapshot;
  facts: MainFacts;
  /** Whether the picture is in a small window. */
  isAway: boolean;
  toggleFullScreen(): void;
  /** What may be watched next, once the play is over. */
  next?: ReactNode;
}

const WAITING: Partial<Record<PlayerState, TextKey>> = {
  preparing: "watch.preparing",
  releasing: "watch.releasing",
  closing: "watch.preparing",
  buffering: "watch.buffering",
};

/** What is waited for, more closely than the state tells. */
function waitingText({ state, heldBack, isElsewhere }: PlayerSnapshot, usual: TextKey): TextKey {
  if (isElsewhere) return "watch.elsewhere";
  return state === "buffering" && heldBack ? "watch.heldBack" : usual;
}

/** The picture, and over it what there is to say or press. */
export function Stage({ player, snapshot, facts, isAway, toggleFullScreen, next }: StageProps): ReactNode {
  const { t } = useText();
  const helpId = useId();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    host.current?.append(player.element);
    return () => player.element.remove();
  }, [player]);
  const shape = shapeOf(facts);
  useEffect(() => player.element.style.setProperty("--ratio", String(shape["--ratio"])), [player, shape["--ratio"]]);
  const gestures = usePictureGestures(player, toggleFullScreen);

  const { state, cm, unblock, isOwed, leftSeconds, begunSeconds } = snapshot;
  const waiting = WAITING[state];
  const loss = useLoss(player.loss);
  const startText =
    leftSeconds !== undefined
      ? t("watch.goOnAt", { time: formatTime(leftSeconds) })
      : t(state === "ended" ? "watch.playAgain" : "watch.play");
  return (
    <section
      className="stage"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: on the picture the arrow keys seek and change the volume
      tabIndex={0}
      style={shape}
      data-state={state}
      aria-label={facts.title}
      aria-describedby={helpId}
    >
      <p className="visually-hidden" id={helpId}>
        {t("watch.keys")}
      </p>
      <div className="stage-host" ref={host} {...gestures} />
      {isAway && <p className="stage-away">{t("watch.small.away")}</p>}
      {showsVideo(state) && <Captions player={player} />}
      {(state === "ready" || state === "ended" || state === "error") && <Poster poster={facts.poster} />}
      {(state === "ready" || state === "ended") && (
        // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: all of the picture starts it for pointers; the button and the keys do for everyone
        <div className="stage-over play-start" onClick={() => void player.play()}>
          <button type="button" className="play-large" data-takes-focus>
            <Icon name="play" />
            <span>{startText}</span>
          </button>
          <p>
            {t(
              leftSeconds !== undefined ? "watch.left.note" : state === "ended" ? "watch.again.note" : "watch.playNote",
            )}
          </p>
          {state === "ended" && next}
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
          <p className="waiting">{t(waitingText(snapshot, waiting))}</p>
          {state === "preparing" && cm !== undefined && (
            <ProgressBar share={cm.loadedBytes / Math.max(1, cm.offer.bytes)} label={t("watch.preparing")} />
          )}
        </div>
      )}
      {showsCm(state) && <CmLine player={player} snapshot={snapshot} />}
      {showsVideo(state) && begunSeconds !== undefined && <BegunNotice player={player} seconds={begunSeconds} />}
      <ChangeNotice snapshot={snapshot} />
      {state === "cm" && isOwed && <p className="stage-note">{t("watch.owed")}</p>}
      <RefusalNotice refusal={snapshot.refusal} />
      {unblock !== undefined && (
        <div className="stage-over">
          <button type="button" className="play-large" data-takes-focus onClick={unblock}>
            <Icon name="play" />
            <span>{t("watch.cmClick")}</span>
          </button>
        </div>
      )}
    </section>
  );
}

function Captions({ player }: { player: Player }): ReactNode {
  const look = useSyncExternalStore(captionLook.subscribe, captionLook.snapshot);
  const { offers, chosen, cues } = useSyncExternalStore(player.captions.subscribe, player.captions.snapshot);
  const shown = cuesAt(cues, useSyncExternalStore(player.position.subscribe, player.position.snapshot));
  if (shown.length === 0) return null;
  const offer = chosen === undefined ? undefined : offers[chosen];
  return (
    <div
      className="captions"
      style={captionStyle(look)}
      lang={offer !== undefined && "language" in offer ? offer.language : undefined}
    >
      {shown.map((cue) => (
        <Cue key={`${cue.startTime} ${cue.text}`} cue={cue} />
      ))}
    </div>
  );
}

function Cue({ cue }: { cue: VTTCue }): ReactNode {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => line.current?.replaceChildren(contentOf(cue)), [cue]);
  return <p ref={line} />;
}

function Poster({ poster }: { poster: Blob | undefined }): ReactNode {
  const url = useUrlOf(poster);
  return url === undefined ? null : <img className="stage-poster" src={url} alt="" />;
}
