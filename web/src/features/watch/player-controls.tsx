import { type ReactNode, useState } from "react";
import type { Player, PlayerSnapshot } from "../../player/player.ts";
import { showsVideo } from "../../player/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/text-format.ts";
import { Icon } from "./icons.tsx";
import type { FullScreen } from "./use-full-screen.ts";

/** One press of an arrow key on the seek bar. */
const KEY_STEP_SECONDS = 1;

interface PlayerControlsProps {
  player: Player;
  snapshot: PlayerSnapshot;
  fullScreen: FullScreen;
}

export function PlayerControls({ player, snapshot, fullScreen }: PlayerControlsProps): ReactNode {
  const { t } = useText();
  const { state, facts, positionSeconds, volume, muted } = snapshot;
  const [dragged, setDragged] = useState<number>();
  const length = facts?.durationSeconds ?? 0;
  const isVideo = showsVideo(state);
  const isPaused = state === "paused";
  const position = dragged ?? (isVideo ? positionSeconds : 0);
  const commit = () => {
    if (dragged === undefined) return;
    player.seek(dragged);
    setDragged(undefined);
  };
  return (
    <fieldset className="controls">
      <legend className="visually-hidden">{t("watch.controls")}</legend>
      <button
        type="button"
        className="control"
        disabled={!isVideo}
        aria-label={t(isPaused ? "watch.play" : "watch.pause")}
        onClick={() => (isPaused ? player.resume() : player.pause())}
      >
        <Icon name={isPaused || !isVideo ? "play" : "pause"} />
      </button>
      <button
        type="button"
        className="control"
        disabled={!isVideo}
        aria-label={t("watch.stop")}
        onClick={() => void player.stop()}
      >
        <Icon name="stop" />
      </button>
      <input
        className="seek"
        type="range"
        min={0}
        max={length}
        step={0.01}
        value={position}
        disabled={!isVideo}
        aria-label={t("watch.seek")}
        aria-valuetext={t("watch.position", { position: formatTime(position), length: formatTime(length) })}
        onChange={(event) => setDragged(Number(event.target.value))}
        onPointerUp={commit}
        onBlur={commit}
        onKeyDown={(event) => {
          const steps: Record<string, number> = {
            ArrowRight: 1,
            ArrowUp: 1,
            ArrowLeft: -1,
            ArrowDown: -1,
            PageUp: 10,
            PageDown: -10,
          };
          const step = steps[event.key];
          const edge = event.key === "Home" ? 0 : event.key === "End" ? length : undefined;
          if (step === undefined && edge === undefined) return;
          event.preventDefault();
          setDragged(edge ?? Math.min(length, Math.max(0, position + (step ?? 0) * KEY_STEP_SECONDS)));
        }}
        onKeyUp={commit}
      />
      <span className="times">
        {formatTime(position)} / {formatTime(length)}
      </span>
      <button
        type="button"
        className="control"
        aria-label={t(muted ? "watch.unmute" : "watch.mute")}
        aria-pressed={muted}
        onClick={() => player.setVolume(volume, !muted)}
      >
        <Icon name={muted || volume === 0 ? "mute" : "loud"} />
      </button>
      <input
        className="volume"
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={muted ? 0 : volume}
        aria-label={t("watch.volume")}
        aria-valuetext={`${Math.round((muted ? 0 : volume) * 100)} %`}
        onChange={(event) => player.setVolume(Number(event.target.value), false)}
      />
      {fullScreen.can && (
        <button
          type="button"
          className="control"
          aria-label={t(fullScreen.isFull ? "watch.fullScreenEnd" : "watch.fullScreen")}
          onClick={fullScreen.toggle}
        >
          <Icon name={fullScreen.isFull ? "smaller" : "larger"} />
        </button>
      )}
    </fieldset>
  );
}
