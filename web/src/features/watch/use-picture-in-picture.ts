import { useCallback, useEffect, useState } from "react";
import type { Player } from "../../player/page/player.ts";
import { SmallVideo } from "../../player/page/video/small-video.ts";
import type { MainFacts } from "../../player/protocol/play-api.ts";

/** WICG Document Picture-in-Picture, in Chromium on computers. */
interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

const { documentPictureInPicture } = globalThis as { documentPictureInPicture?: DocumentPictureInPicture };

export interface PictureInPicture {
  can: boolean;
  isOn: boolean;
  /** The picture has left the page for it. */
  isAway: boolean;
  toggle(): void;
}

const WIDTH_PIXELS = 480;

/**
 * A small window that stays on top: the page's own where the browser has such windows, else one with the picture alone; none in Firefox,
 * which lets no page open one.
 *
 * @param onKey for keys pressed in the page's own
 */
export function usePictureInPicture(
  player: Player,
  facts: MainFacts | undefined,
  onKey: (event: KeyboardEvent) => void,
): PictureInPicture {
  const own = useOwnWindow(player, onKey);
  const small = useSmallVideo(player, facts);
  return documentPictureInPicture === undefined ? small : own;
}

/** For browsers whose small window shows a `<video>` only. */
function useSmallVideo(player: Player, facts: MainFacts | undefined): PictureInPicture {
  const [isOn, setIsOn] = useState(false);
  const can = documentPictureInPicture === undefined && facts !== undefined && SmallVideo.canShow(facts.video);
  const [video, setVideo] = useState<SmallVideo>();
  useEffect(() => {
    if (!can) return;
    const made = player.smallVideo(setIsOn);
    setVideo(made);
    return () => {
      made.close();
      setIsOn(false);
    };
  }, [can, player]);
  return { can, isOn, isAway: false, toggle: () => void video?.toggle().catch(() => {}) };
}

/**
 * Shows the player's element, video and CM alike, in a small window that stays on top: a CM is seen there as it would be in the page.
 */
function useOwnWindow(player: Player, onKey: (event: KeyboardEvent) => void): PictureInPicture {
  const [small, setSmall] = useState<Window>();
  const open = useCallback(async () => {
    const { element } = player;
    const home = element.parentElement;
    if (documentPictureInPicture === undefined || home === null) return;
    const ratio = Number(getComputedStyle(element).getPropertyValue("--ratio")) || 16 / 9;
    const opened = await documentPictureInPicture.requestWindow({
      width: WIDTH_PIXELS,
      height: Math.round(WIDTH_PIXELS / ratio),
    });
    for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style'))
      opened.document.head.append(sheet.cloneNode(true));
    opened.document.title = document.title;
    opened.document.body.className = "small-window";
    opened.document.body.append(element);
    opened.addEventListener("keydown", onKey);
    opened.addEventListener("pagehide", () => {
      home.append(element);
      setSmall(undefined);
    });
    setSmall(opened);
  }, [player, onKey]);
  useEffect(() => () => small?.close(), [small]);
  return {
    can: documentPictureInPicture !== undefined,
    isOn: small !== undefined,
    isAway: small !== undefined,
    // The browser refuses without a click, and says so itself.
    toggle: () => (small === undefined ? void open().catch(() => {}) : small.close()),
  };
}
