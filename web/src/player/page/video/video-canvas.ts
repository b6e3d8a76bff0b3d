/** What the video is seen on: painted by the worker, turned and mirrored by the page's style. */
import * as Comlink from "comlink";
import type { Display, MainFacts, PlayWorkerApi } from "../../protocol/play-api.ts";

export function createVideoCanvas({ video }: MainFacts): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "video-canvas";
  canvas.dataset.rotation = String(video.rotation);
  canvas.dataset.mirrored = String(video.mirrored);
  return canvas;
}

/** Says which picture is on it. @param shownPictures so far */
export function markPicture(canvas: HTMLCanvasElement, timeSeconds: number, shownPictures: number): void {
  canvas.dataset.pictureSeconds = timeSeconds.toFixed(6);
  canvas.dataset.shownPictures = String(shownPictures);
}

/** Hands the canvas to the worker, once. @param key of the main that is painted there */
export async function attachScreen(
  remote: Comlink.Remote<PlayWorkerApi>,
  key: number,
  canvas: HTMLCanvasElement,
  display: Display,
): Promise<void> {
  const screen = canvas.transferControlToOffscreen();
  const attached = remote.attachScreen(key, Comlink.transfer(screen, [screen]), display);
  watchSize(canvas, (width, height) => void remote.setScreenSize(width, height));
  canvas.dataset.display = await attached;
}

/** Tells the size in pixels of the device, now and when it changes; not of a canvas that is not in the page. */
function watchSize(canvas: HTMLCanvasElement, onSize: (width: number, height: number) => void): void {
  const observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return;
    // WebKit has no device-pixel-content-box.
    const [exact] = entry.devicePixelContentBoxSize ?? [];
    const { width, height } = entry.contentRect;
    const [columns, rows] =
      exact === undefined
        ? [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)]
        : [exact.inlineSize, exact.blockSize];
    if (columns > 0 && rows > 0) onSize(columns, rows);
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(canvas);
  }
}
