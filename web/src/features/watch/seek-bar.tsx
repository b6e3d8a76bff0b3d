import { type CSSProperties, type ReactNode, useState, useSyncExternalStore } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { showsCm, showsVideo } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { SeekPreview } from "./seek-preview.tsx";

/** One press of an arrow key on the seek bar. */
const KEY_STEP_SECONDS = 1;
/** Width of what is dragged, as browsers draw it. */
const THUMB_PIXELS = 16;
/** In key steps. */
const KEYS: Record<string, number> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  PageUp: 10,
  PageDown: -10,
};

/** The position, and the way to another within the video; it is gone to when pointer or key is released. */
export function SeekBar({ player, snapshot }: { player: Player; snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const { state, facts } = snapshot;
  const positionSeconds = useSyncExternalStore(player.position.subscribe, player.position.snapshot);
  const loaded = useSyncExternalStore(player.loaded.subscribe, player.loaded.snapshot);
  const [dragged, setDragged] = useState<number>();
  const [pointed, setPointed] = useState<number>();
  const length = facts?.durationSeconds ?? 0;
  const isVideo = showsVideo(state);
  const position = isVideo ? (dragged ?? positionSeconds) : 0;
  const commit = () => {
    if (dragged === undefined) return;
    player.seek(dragged);
    setDragged(undefined);
  };
  const preview = dragged ?? pointed;
  const cm = showsCm(state) ? snapshot.cm : undefined;
  // In a CM, that one's own progress.
  const [shown, shownLength] = cm === undefined ? [position, length] : [cm.positionSeconds, cm.offer.durationSeconds];
  const share = (seconds: number) => (shownLength > 0 ? Math.min(1, seconds / shownLength) : 0);
  return (
    <div className="seek-row" data-cm={cm !== undefined || undefined}>
      <div className="seek-place">
        {isVideo && facts !== undefined && preview !== undefined && (
          <SeekPreview player={player} facts={facts} seconds={preview} />
        )}
        <span className="seek-track" style={{ "--share": share(shown) } as CSSProperties} aria-hidden>
          {isVideo &&
            loaded.map(([start, end]) => (
              <span
                className="seek-loaded"
                key={start}
                style={{ left: `${share(start) * 100}%`, right: `${(1 - share(end)) * 100}%` }}
              />
            ))}
          <span className="seek-played" />
          {isVideo &&
            facts?.chapters
              .filter(({ startSeconds }) => startSeconds > 0)
              .map(({ startSeconds }) => (
                <span className="seek-mark" key={startSeconds} style={{ left: `${share(startSeconds) * 100}%` }} />
              ))}
        </span>
        <input
          className="seek"
          type="range"
          min={0}
          max={length}
          step={0.01}
          value={position}
          aria-disabled={!isVideo || undefined}
          aria-label={t("watch.seek")}
          aria-valuetext={t("watch.position", { position: formatTime(position), length: formatTime(length) })}
          onChange={(event) => isVideo && setDragged(Number(event.target.value))}
          onPointerMove={({ nativeEvent: { offsetX }, currentTarget: { clientWidth } }) =>
            setPointed(Math.min(1, Math.max(0, (offsetX - THUMB_PIXELS / 2) / (clientWidth - THUMB_PIXELS))) * length)
          }
          onPointerDown={() => {
            if (!isVideo) player.explainCm();
          }}
          onPointerLeave={() => setPointed(undefined)}
          onPointerUp={commit}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.altKey || event.metaKey) return; // from chapter to chapter: use-keys.ts
            const step = KEYS[event.key];
            const edge = event.key === "Home" ? 0 : event.key === "End" ? length : undefined;
            if (step === undefined && edge === undefined) return;
            event.preventDefault();
            if (isVideo) setDragged(edge ?? Math.min(length, Math.max(0, position + (step ?? 0) * KEY_STEP_SECONDS)));
            else player.explainCm();
          }}
          onKeyUp={commit}
        />
      </div>
      <span className="times">
        {formatTime(shown)} / {formatTime(shownLength)}
      </span>
    </div>
  );
}
