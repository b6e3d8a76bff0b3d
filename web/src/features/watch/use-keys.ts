import { useCallback, useEffect } from "react";
import { SPEEDS } from "../../player/page/kept-speed.ts";
import type { Player } from "../../player/page/player.ts";
import { isAtRest, showsCm, showsVideo } from "../../player/page/state.ts";

const SHORT_SECONDS = 5;
const LONG_SECONDS = 10;
const VOLUME_STEP = 0.05;

/** Where keys have a meaning of their own. */
const TYPED_INTO = "input:not([type=range]), select:not(.speed), textarea, [contenteditable]";
/** What space and Enter press. */
const PRESSED = "button, a, summary";

/** Whether a range or a list takes a key itself. */
function isTakenBy(target: Element, key: string): boolean {
  if (target.matches("select")) return /^(Arrow|Home|End|Enter| |\d)/.test(key);
  return target.matches("input") && /^(Arrow|Home|End)/.test(key);
}

const CHAPTER_STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Ctrl with an arrow, as in other players; on a Mac, where that is the system's, Option. Elsewhere Alt goes back in the browser's history. */
function isForChapters({ ctrlKey, altKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  const isMac = /^Mac/.test(navigator.platform);
  return !metaKey && !shiftKey && (isMac ? altKey && !ctrlKey : ctrlKey && !altKey);
}

interface KeyTargets {
  toggleFullScreen(): void;
  captions(): void;
  /** Where the page has them. */
  toggleTheatre?: () => void;
  help?: () => void;
}

/**
 * The keys that the big players share: space and k, j and l, arrows, with Ctrl from chapter to chapter, n and p, < and >, 0 to 9, Home and End, m, c, f, t, ?. In a CM they tell
 * why not; before and behind a play, space and k start one.
 *
 * @returns the same for another window
 */
export function useKeys(player: Player, targets: KeyTargets): (event: KeyboardEvent) => void {
  const { toggleFullScreen, captions, toggleTheatre, help } = targets;
  const onKey = useCallback(
    (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.defaultPrevented || target.matches(TYPED_INTO) || target.closest("dialog") !== null) return;
      const chapters = CHAPTER_STEPS[event.key];
      if (chapters !== undefined && isForChapters(event) && (player.snapshot().facts?.chapters.length ?? 0) > 0) {
        event.preventDefault();
        player.toChapter(chapters);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " " && target.closest(PRESSED) !== null) return;
      const action = actionOf(event.key, player, { toggleFullScreen, captions, toggleTheatre, help });
      if (action === undefined || isTakenBy(target, event.key)) return;
      event.preventDefault();
      action();
    },
    [player, toggleFullScreen, captions, toggleTheatre, help],
  );
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onKey]);
  return onKey;
}

/** @returns undefined for a key that means nothing here */
function actionOf(
  key: string,
  player: Player,
  { toggleFullScreen, captions, toggleTheatre, help }: { [K in keyof KeyTargets]: KeyTargets[K] | undefined },
): (() => void) | undefined {
  const { state, facts, volume, muted, speed } = player.snapshot();
  if (facts === undefined) return undefined;
  const by = (seconds: number) => () => player.step(seconds);
  const louder = (step: number) => () => player.setVolume(Math.min(1, Math.max(0, volume + step)), false);
  const always: Record<string, (() => void) | undefined> = {
    m: () => player.setVolume(volume, !muted),
    f: toggleFullScreen,
    c: captions,
    t: toggleTheatre,
    "?": help,
    ArrowUp: louder(VOLUME_STEP),
    ArrowDown: louder(-VOLUME_STEP),
  };
  const faster = (steps: number) => () => {
    const next = SPEEDS[SPEEDS.indexOf(speed) + steps];
    if (next !== undefined) player.setSpeed(next);
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
    "<": faster(-1),
    ">": faster(1),
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
  if (isAtRest(state)) return name === " " || name === "k" ? () => void player.play() : undefined;
  if (!showsVideo(state)) return undefined;
  if (isDigit) return () => player.seek((facts.durationSeconds * Number(name)) / 10);
  return inVideo[name];
}
