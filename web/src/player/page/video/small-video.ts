/**
 * The player's picture in a browser's own small window, where no page can be put into one: the video's canvas as a stream, and a CM as itself,
 * so that it is seen there too. A CM that is an image ends it.
 */
import { canShowSmall, isSmall, leaveSmall, showSmall, WINDOW_EVENTS } from "./small-window.ts";

const FRAME_MILLISECONDS = 3000;

export class SmallVideo {
  /** Shows what the canvas shows; turning and stretching are the page's, so {@link canShow} leaves such videos out. */
  private readonly streamed = document.createElement("video");
  private readonly cm: HTMLVideoElement;
  private readonly element: HTMLElement;
  private readonly ending = new AbortController();
  private canvas: HTMLCanvasElement | null = null;

  /**
   * @param element the player's, with its canvas
   * @param cm      what shows CMs
   * @param onChange the window came or went
   */
  constructor(element: HTMLElement, cm: HTMLVideoElement, onChange: (isOn: boolean) => void) {
    this.element = element;
    this.cm = cm;
    this.streamed.muted = true;
    this.streamed.playsInline = true;
    const { signal } = this.ending;
    // One leaves before the other has come.
    for (const video of [this.streamed, cm])
      for (const name of WINDOW_EVENTS)
        video.addEventListener(name, () => setTimeout(() => onChange(this.isOn)), { signal });
    cm.addEventListener("playing", () => this.goOver(cm), { signal });
    cm.addEventListener("ended", () => this.goOver(this.streamed), { signal });
  }

  /** @param video of the main's header: one that the page turns or stretches would be shown as it is coded */
  static canShow(video: { rotation: number; mirrored: boolean; pixelAspect: readonly [number, number] }): boolean {
    const isAsCoded = video.rotation === 0 && !video.mirrored && video.pixelAspect[0] === video.pixelAspect[1];
    const hasStreams = typeof HTMLCanvasElement.prototype.captureStream === "function";
    return isAsCoded && hasStreams && canShowSmall(document.createElement("video"));
  }

  get isOn(): boolean {
    return isSmall(this.streamed) || isSmall(this.cm);
  }

  /** To be called in a click's handler. Rejects where the browser does not let it. */
  async toggle(): Promise<void> {
    if (this.isOn) return this.leave();
    this.takeCanvas();
    await this.show(this.cm.dataset.shown === undefined ? this.streamed : this.cm);
  }

  close(): void {
    this.ending.abort();
    void this.leave().catch(() => {});
    this.streamed.srcObject = null;
  }

  private async leave(): Promise<void> {
    for (const video of [this.streamed, this.cm]) await leaveSmall(video);
    this.cm.disablePictureInPicture = true; // as cm-stage.ts has it
  }

  private async show(video: HTMLVideoElement): Promise<void> {
    this.cm.disablePictureInPicture = false;
    if (video.readyState === 0) await firstFrame(video);
    await showSmall(video);
  }

  /** Within the window that is open already, no click is needed. */
  private goOver(video: HTMLVideoElement): void {
    if (!this.isOn || isSmall(video)) return;
    this.takeCanvas();
    this.show(video)
      .catch(() => this.leave())
      .catch(() => {});
  }

  /** Each video of a playlist has a canvas of its own. */
  private takeCanvas(): void {
    const canvas = this.element.querySelector("canvas");
    if (canvas === null || canvas === this.canvas) return;
    this.canvas = canvas;
    this.streamed.srcObject = canvas.captureStream();
    void this.streamed.play().catch(() => {}); // when the first picture is there
  }
}

/** Rejects where none comes: browsers want the click to be a short time ago. */
function firstFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no picture")), FRAME_MILLISECONDS);
    const onData = () => {
      clearTimeout(timer);
      resolve();
    };
    video.addEventListener("loadedmetadata", onData, { once: true });
  });
}
