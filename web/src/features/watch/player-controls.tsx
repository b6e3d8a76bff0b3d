import { type ReactNode, useId } from "react";
import { SPEEDS } from "../../player/page/kept-speed.ts";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { showsCm, showsVideo } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { CaptionsControl } from "./captions-control.tsx";
import { ChaptersControl } from "./chapters-control.tsx";
import { Control } from "./control.tsx";
import { FieldsControl } from "./fields-control.tsx";
import { SeekBar } from "./seek-bar.tsx";
import { SoundControl } from "./sound-control.tsx";
import type { FullScreen } from "./use-full-screen.ts";
import type { PictureInPicture } from "./use-picture-in-picture.ts";

const STEP_SECONDS = 10;

interface PlayerControlsProps {
  player: Player;
  snapshot: PlayerSnapshot;
  fullScreen: FullScreen;
  /** Where there may be one. */
  small?: PictureInPicture;
  /** Where the page has it. */
  theatre?: { isOn: boolean; toggle(): void };
  /** Lets the viewer choose a file of captions, where one can be opened. */
  onOpenCaptions?: () => void;
}

/** Over the picture's lower edge (Cmix patent [0217], Fig. 11). In a CM nothing goes forward, and that is said. */
export function PlayerControls({
  player,
  snapshot,
  fullScreen,
  small,
  theatre,
  onOpenCaptions,
}: PlayerControlsProps): ReactNode {
  const { t } = useText();
  const noteId = useId();
  const { state, volume, muted, items, cm, speed } = snapshot;
  const isVideo = showsVideo(state);
  const isCm = showsCm(state);
  const isPaused = state === "paused";
  const isList = items.length > 1;
  const whyOff = () => player.explainCm();
  return (
    <div
      className="controls"
      role="toolbar"
      aria-label={t("watch.controls")}
      aria-describedby={isCm ? noteId : undefined}
    >
      <SeekBar player={player} snapshot={snapshot} />
      <div className="control-group">
        {isList && (
          <Control
            icon="previous"
            label={t("watch.previous")}
            isOff={!isVideo && !(isCm && (cm?.number ?? 1) > 1)}
            onOff={whyOff}
            onClick={() => player.previous()}
          />
        )}
        <Control
          icon="rewind"
          label={t("watch.rewind")}
          isOff={!isVideo}
          onOff={whyOff}
          onClick={() => player.step(-STEP_SECONDS)}
        />
        <Control
          isEntry
          icon={isVideo && !isPaused ? "pause" : "play"}
          label={t(isPaused ? "watch.play" : "watch.pause")}
          isOff={!isVideo}
          onOff={whyOff}
          onClick={() => (isPaused ? player.resume() : player.pause())}
        />
        <Control
          icon="stop"
          label={t("watch.stop")}
          hint={isVideo ? t("watch.stopNote") : state === "cm" ? t("watch.cmStop") : undefined}
          mark={isVideo ? t("watch.cmMark") : undefined}
          isOff={!isVideo && !isCm}
          onClick={() => void player.stop()}
        />
        <Control
          icon="forward"
          label={t("watch.forward")}
          isOff={!isVideo}
          onOff={whyOff}
          onClick={() => player.step(STEP_SECONDS)}
        />
        {isList && (
          <Control icon="next" label={t("watch.next")} isOff={!isVideo} onOff={whyOff} onClick={() => player.next()} />
        )}
      </div>
      <div className="control-group control-group-end">
        <Control
          icon={muted || volume === 0 ? "mute" : "loud"}
          label={t(muted ? "watch.unmute" : "watch.mute")}
          isPressed={muted}
          onClick={() => player.setVolume(volume, !muted)}
        />
        <input
          className="volume"
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={muted ? 0 : volume}
          aria-label={t("watch.volume")}
          aria-valuetext={`${Math.round((muted ? 0 : volume) * 100)} %`}
          onChange={(event) => player.setVolume(Number(event.target.value), false)}
        />
        <select
          className="speed"
          value={speed}
          aria-disabled={isCm || undefined}
          aria-label={t("watch.speed")}
          title={t("watch.speed")}
          onChange={(event) => player.setSpeed(Number(event.target.value))}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {one}×
            </option>
          ))}
        </select>
        <ChaptersControl player={player} snapshot={snapshot} />
        <FieldsControl player={player} />
        <SoundControl player={player} />
        <CaptionsControl captions={player.captions} onOpenFile={onOpenCaptions} />
        {small?.can && (
          <Control
            icon="small"
            label={t("watch.small")}
            isPressed={small.isOn}
            isOff={!isVideo && !isCm && !small.isOn}
            onClick={small.toggle}
          />
        )}
        {theatre !== undefined && !fullScreen.isFull && (
          <Control icon="theatre" label={t("watch.theatre")} isPressed={theatre.isOn} onClick={theatre.toggle} />
        )}
        {fullScreen.can && (
          <Control
            icon={fullScreen.isFull ? "smaller" : "larger"}
            label={t(fullScreen.isFull ? "watch.fullScreenEnd" : "watch.fullScreen")}
            onClick={fullScreen.toggle}
          />
        )}
      </div>
      {isCm && (
        <p className="visually-hidden" id={noteId}>
          {t(state === "last-cm" ? "watch.lastCmLocked" : "watch.cmLocked")}
        </p>
      )}
    </div>
  );
}
