import { useCallback, useEffect, useState } from "react";
import type { Player } from "../../player/page/player.ts";

/** WICG Document Picture-in-Picture, in Chromium on computers. */
interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

const { documentPictureInPicture } = globalThis as { documentPictureInPicture?: DocumentPictureInPicture };

export interface PictureInPicture {
  can: boolean;
  isOn: boolean;
  toggle(): void;
}

const WIDTH_PIXELS = 480;

/**
 * Shows the player's element, video and CM alike, in a small window that stays on top: a CM is seen there as it would be in the page.
 *
 * @param onKey for keys pressed in that window
 */
export function usePictureInPicture(player: Player, onKey: (event: KeyboardEvent) => void): PictureInPicture {
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
    // The browser refuses without a click, and says so itself.
    toggle: () => (small === undefined ? void open().catch(() => {}) : small.close()),
  };
}
