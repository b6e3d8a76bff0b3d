/** Shows a CM, a video or an image, that cannot be skipped, sped up or left behind in a hidden tab. */
import { UnsupportedError } from "../../../../../codec/page.ts";
import { deferred } from "../../../shared/deferred.ts";
import type { ArrivingCm } from "../play/arriving-cm.ts";
import { type CmFeed, feedOf } from "./cm-feed.ts";
import { showImage } from "./cm-image.ts";
import { CmProof } from "./cm-proof.ts";
import { isHidden, isOnScreen } from "./on-screen.ts";

/** Forward jumps up to this are the player's own jitter. */
const JUMP_SECONDS = 0.3;
/** When pictures were not on screen, the CM is shown again from a little before the first of them; so often at most. */
const REPEATS = 3;
const REPEAT_SECONDS = 0.5;

export interface CmStageEvents {
  /** The CM, or as much of it as is needed to begin, is there and is shown. */
  onShown(): void;
  onPosition(seconds: number): void;
  /** The browser wants a click before it plays; `start` is to be called in its handler. */
  onBlocked(start: () => void): void;
}

export class CmStage {
  /** Both, one behind the other; the one that is shown has `data-shown`. */
  readonly elements: readonly HTMLElement[];
  /** Shows CMs that are videos. */
  readonly video: HTMLVideoElement;
  private readonly image: HTMLImageElement;
  private readonly events: CmStageEvents;
  private reached = 0;
  private url = "";

  constructor(events: CmStageEvents) {
    this.events = events;
    this.video = document.createElement("video");
    this.video.className = "cm-video";
    this.video.playsInline = true;
    this.video.disablePictureInPicture = true;
    this.video.disableRemotePlayback = true;
    this.video.tabIndex = -1;
    this.image = document.createElement("img");
    this.image.className = "cm-image";
    this.image.alt = "";
    this.elements = [this.video, this.image];
    for (const element of this.elements) element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** In the window where it is: a small window on top is seen while its page is not. */
  private get isHidden(): boolean {
    return isHidden(this.video);
  }

  setVolume(volume: number, muted: boolean): void {
    this.video.volume = volume;
    this.video.muted = muted;
  }

  /**
   * Shows the CM, a video while it arrives where it can. Resolves when it has played and all of it was on screen, or when an image was on
   * screen for its time.
   *
   * @throws {@link UnsupportedError} this browser cannot play the CM; AbortError on `signal`; what stops the CM's bytes
   */
  async play(cm: ArrivingCm, signal: AbortSignal): Promise<void> {
    const { video: element, image } = this;
    const shown = cm.type.startsWith("image/") ? image : element;
    const ending = new AbortController();
    const listen = AbortSignal.any([signal, ending.signal]);
    this.reached = 0;
    try {
      if (shown === image) {
        this.show(shown, await cm.whole);
        await showImage(image, cm.durationSeconds, (position) => this.events.onPosition(position), signal);
      } else await this.playToEnd(cm, await feedOf(cm, listen), listen, signal);
    } finally {
      ending.abort();
      element.pause();
      delete shown.dataset.shown;
      shown.removeAttribute("src");
      element.load();
      URL.revokeObjectURL(this.url);
    }
  }

  /** Gives an element what it shows, in place of what it had. */
  private show(shown: HTMLVideoElement | HTMLImageElement, media: Blob | MediaSource): void {
    const old = this.url;
    this.url = URL.createObjectURL(media);
    shown.dataset.shown = "";
    shown.src = this.url;
    URL.revokeObjectURL(old);
    this.events.onShown();
  }

  private playToEnd(cm: ArrivingCm, feed: CmFeed | undefined, listen: AbortSignal, signal: AbortSignal): Promise<void> {
    const { video: element } = this;
    const proof = new CmProof();
    let repeats = 0;
    const { promise, resolve, reject } = deferred<void>();
    const on = (type: string, listener: () => void, target: EventTarget = element) =>
      target.addEventListener(type, listener, { signal: listen });

    const play = () => {
      if (this.isHidden || listen.aborted || element.ended) return;
      element.play().catch((error: unknown) => {
        if ((error as Error).name === "NotAllowedError") this.events.onBlocked(play);
      });
    };
    const watchFrames = () => {
      if (listen.aborted || !("requestVideoFrameCallback" in element)) return;
      element.requestVideoFrameCallback((_, metadata) => {
        if (isOnScreen(element)) proof.frame(metadata.mediaTime);
        watchFrames();
      });
    };
    on("timeupdate", () => {
      if (!("requestVideoFrameCallback" in element) && isOnScreen(element))
        proof.frame((element as HTMLVideoElement).currentTime);
      if (element.currentTime > this.reached + JUMP_SECONDS && element.seeking) return;
      this.reached = Math.max(this.reached, element.currentTime);
      this.events.onPosition(element.currentTime);
    });
    on("seeking", () => {
      if (element.currentTime > this.reached + JUMP_SECONDS) element.currentTime = this.reached;
    });
    on("ratechange", () => {
      if (element.playbackRate !== 1) element.playbackRate = 1;
    });
    on("pause", () => {
      if (!element.ended) play();
    });
    on(
      "visibilitychange",
      () => {
        if (this.isHidden) element.pause();
        else play();
      },
      document,
    );
    let isGoingOn = false;
    let showsWhole = false;
    /** Shows the whole file from there on, once it is here. */
    const goOn = async (fromSeconds: number) => {
      if (isGoingOn || listen.aborted) return;
      isGoingOn = true;
      try {
        const whole = await cm.whole;
        if (listen.aborted) return;
        showsWhole = true;
        this.show(element, whole);
        if (fromSeconds > 0) element.currentTime = fromSeconds;
        play();
      } catch (error) {
        reject(error);
      }
    };
    on("error", () => {
      if (!showsWhole) void goOn(this.reached);
      else if (element.error !== null)
        reject(
          new UnsupportedError(
            `this browser cannot play the commercial (${element.error.message || "no reason given"}): try another browser`,
            { mediaError: element.error.code },
          ),
        );
    });
    on("ended", () => {
      const unseen = proof.firstUnseen(element.duration);
      if (unseen === undefined) {
        resolve();
      } else if (repeats < REPEATS) {
        repeats += 1;
        const fromSeconds = Math.max(0, unseen - REPEAT_SECONDS);
        // Browsers may drop pieces that were played.
        if (!showsWhole) return void goOn(fromSeconds);
        element.currentTime = fromSeconds;
        play();
      } else {
        reject(
          new UnsupportedError("parts of the commercial were not on screen: keep this page visible and play again"),
        );
      }
    });
    signal.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")), { once: true });
    if (signal.aborted) reject(new DOMException("cancelled", "AbortError"));
    cm.whole.catch(reject);
    watchFrames();
    if (feed === undefined) void goOn(0);
    else {
      this.show(element, feed.source);
      feed.run().catch(() => goOn(this.reached));
      play();
    }
    return promise;
  }
}
