import { useEffect } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { showsCm, showsVideo } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";

/** The screen stays on while something is shown. The browser releases the lock of a hidden tab; it is asked for again. */
export function useWakeLock({ state }: PlayerSnapshot): void {
  const isShown = showsCm(state) || state === "playing" || state === "buffering";
  useEffect(() => {
    if (!isShown || !("wakeLock" in navigator)) return;
    let isOver = false;
    let lock: WakeLockSentinel | undefined;
    const ask = async () => {
      if (document.hidden) return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (isOver) await lock.release();
      } catch {
        // Refused when the battery is low: the screen may go dark.
      }
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, [isShown]);
}

/** The video's title in the tab. @param title undefined: the page's own */
export function useTabTitle(title: string | undefined): void {
  const { language } = useText();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the app names the page anew in another language
  useEffect(() => {
    if (title === undefined) return;
    const own = document.title;
    // Behind the app, which names the page.
    queueMicrotask(() => {
      document.title = `${title} – Cmix`;
    });
    return () => {
      document.title = own;
    };
  }, [title, language]);
}

/** Title and keys of the system's media controls; in a CM they move nothing. */
export function useMediaSession(player: Player, { state, facts }: PlayerSnapshot): void {
  const [title, copyright] = [facts?.title, facts?.copyright];
  const isVideo = showsVideo(state);
  useEffect(() => {
    if (!("mediaSession" in navigator) || title === undefined) return;
    const { mediaSession } = navigator;
    mediaSession.metadata = new MediaMetadata({ title, artist: copyright ?? "" });
    return () => {
      mediaSession.metadata = null;
    };
  }, [title, copyright]);
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    const { mediaSession } = navigator;
    const by = (seconds: number) => () => player.step(seconds);
    const actions: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", () => player.resume()],
      ["pause", () => player.pause()],
      ["stop", () => void player.stop()],
      ["seekbackward", by(-10)],
      ["seekforward", by(10)],
      ["nexttrack", () => player.next()],
      ["previoustrack", () => player.previous()],
      ["seekto", ({ seekTime }) => player.seek(seekTime ?? 0)],
    ];
    for (const [name, handler] of actions) mediaSession.setActionHandler(name, isVideo ? handler : null);
    return () => {
      for (const [name] of actions) mediaSession.setActionHandler(name, null);
    };
  }, [player, isVideo]);
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState =
      state === "paused" ? "paused" : isVideo || showsCm(state) ? "playing" : "none";
  }, [state, isVideo]);
}
