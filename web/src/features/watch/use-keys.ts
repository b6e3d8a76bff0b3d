import { useEffect } from "react";
import type { Player } from "../../player/player.ts";
import { showsCm, showsVideo } from "../../player/state.ts";

const SHORT_SECONDS = 5;
const LONG_SECONDS = 10;
const VOLUME_STEP = 0.05;

/** Where keys have a meaning of their own. */
const TYPED_INTO = "input:not([type=range]), select, textarea, [contenteditable]";
/** What space and Enter press. */
const PRESSED = "button, a, summary";

/** The keys that the big players share: space and k, j and l, arrows, n and p, 0 to 9, Home and End, m, f. In a CM they tell why not. */
export function useKeys(player: Player, toggleFullScreen: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target.matches(TYPED_INTO))
        return;
      if (event.key === " " && target.closest(PRESSED) !== null) return;
      const action = actionOf(event.key, player, toggleFullScreen);
      // A range takes arrows, Home and End itself.
      if (action === undefined || (target.matches("input") && /^(Arrow|Home|End)/.test(event.key))) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [player, toggleFullScreen]);
}

/** @returns undefined for a key that means nothing here */
function actionOf(key: string, player: Player, toggleFullScreen: () => void): (() => void) | undefined {
  const { state, facts, volume, muted } = player.snapshot();
  if (facts === undefined) return undefined;
  const by = (seconds: number) => () => player.step(seconds);
  const louder = (step: number) => () => player.setVolume(Math.min(1, Math.max(0, volume + step)), false);
  const always: Record<string, () => void> = {
    m: () => player.setVolume(volume, !muted),
    f: toggleFullScreen,
    ArrowUp: louder(VOLUME_STEP),
    ArrowDown: louder(-VOLUME_STEP),
  };
  const toggle = () => (state === "paused" ? player.resume() : player.pause());
  const inVideo: Record<string, () => void> = {
    " ": toggle,
    k: toggle,
    j: by(-LONG_SECONDS),
    l: by(LONG_SECONDS),
    ArrowLeft: by(-SHORT_SECONDS),
    ArrowRight: by(SHORT_SECONDS),
    Home: () => player.seek(0),
    End: () => player.seek(facts.durationSeconds),
    n: () => player.next(),
    p: () => player.previous(),
  };
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (name in always) return always[name];
  const isDigit = /^\d$/.test(name);
  if (showsCm(state)) {
    if (name === "p") return inVideo.p;
    return isDigit || name in inVideo ? () => player.explainCm() : undefined;
  }
  if (!showsVideo(state)) return undefined;
  if (isDigit) return () => player.seek((facts.durationSeconds * Number(name)) / 10);
  return inVideo[name];
}
