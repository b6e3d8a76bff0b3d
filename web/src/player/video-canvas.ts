/** What the video is seen on: painted by the worker, turned and mirrored by the page's style. */
import * as Comlink from "comlink";
import type { MainFacts, PlayWorkerApi } from "../workers/play-api.ts";
import type { Display } from "./screen.ts";

export function createVideoCanvas({ video }: MainFacts): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "video-canvas";
  canvas.dataset.rotation = String(video.rotation);
  canvas.dataset.mirrored = String(video.mirrored);
  return canvas;
}

/** Hands the canvas to the worker, once. @param key of the main that is painted there */
export async function attachScreen(
  remote: Comlink.Remote<PlayWorkerApi>,
  key: number,
  canvas: HTMLCanvasElement,
  display: Display,
): Promise<void> {
  const screen = canvas.transferControlToOffscreen();
  canvas.dataset.display = await remote.attachScreen(key, Comlink.transfer(screen, [screen]), display);
}
