/** Takes pictures a little ahead of the clock and shows each when it is due. */

import { nap } from "../../../shared/worker/next-task.ts";
import { KEY_FIRST_SECONDS, type Picture } from "../feeds/media-feed.ts";

/** Decoded pictures held ready; at 1080p one takes 8 MB. */
const READY_PICTURES = 4;
/** Further behind than this, playing stops for buffering instead of dropping on. */
const STARVED_SECONDS = 0.4;
/** What is painted now is seen at the screen's next refresh, and browsers take one more to put it there. */
const DISPLAY_SECONDS = 1 / 60;
const LONGEST_NAP_MILLISECONDS = 40;

export interface PictureEvents {
  onPicture(timeSeconds: number): void;
  /** Enough is decoded to start. */
  onReady(): void;
  /** The clock has run away from what is decoded. */
  onStarved(): void;
}

export type WorkerClock = () => { seconds: number; running: boolean };

export class PicturePump {
  private readonly clock: WorkerClock;
  private readonly events: PictureEvents;
  private readonly queue: Picture[] = [];
  /** The one on screen. */
  private shown: Picture | undefined;
  private decodedSeconds = 0;
  private done = false;
  /** Called after each look at the clock, which may have taken pictures from the queue. */
  private hasLooked: (() => void) | undefined;
  private ready = false;

  constructor(clock: WorkerClock, events: PictureEvents) {
    this.clock = clock;
    this.events = events;
  }

  /**
   * Shows the picture of `targetSeconds`, then goes on with the clock until the last picture's time is over or `signal` fires. Once a
   * pump.
   *
   * @param pictures start at or before the target; all that are taken are closed
   */
  async run(pictures: AsyncIterable<Picture>, targetSeconds: number, signal: AbortSignal): Promise<void> {
    this.decodedSeconds = targetSeconds;
    const over = new AbortController();
    const presenting = this.present(AbortSignal.any([signal, over.signal]));
    try {
      await this.takeAll(pictures, targetSeconds, signal);
      this.done = true;
      if (!signal.aborted) this.tellReady();
      while (!signal.aborted && (this.queue.length > 0 || this.clock().seconds < this.decodedSeconds))
        await nap(LONGEST_NAP_MILLISECONDS);
    } finally {
      over.abort();
      await presenting;
      for (const picture of this.queue) picture.close();
      this.shown?.close();
      this.shown = undefined;
    }
  }

  /** Paints the picture on screen anew, while it runs. */
  repaint(): void {
    this.shown?.paint();
  }

  private async takeAll(pictures: AsyncIterable<Picture>, targetSeconds: number, signal: AbortSignal): Promise<void> {
    /** The newest, where its time is over: the last of all is shown all the same. */
    let late: Picture | undefined;
    let shown = false;
    let isFirst = true;
    try {
      for await (const picture of pictures) {
        late?.close();
        late = undefined;
        if (signal.aborted) {
          picture.close();
          return;
        }
        const dueSeconds = shown ? this.clock().seconds : targetSeconds;
        if (picture.endSeconds < dueSeconds + 1e-6) {
          // Times are whole microseconds. On the way from the key picture to the target:
          if (isFirst && picture.timeSeconds < targetSeconds - KEY_FIRST_SECONDS) this.paint(picture);
          late = picture;
        } else if (!shown) {
          shown = true;
          this.show(picture);
        } else {
          picture.keep();
          this.queue.push(picture);
        }
        isFirst = false;
        this.decodedSeconds = Math.max(this.decodedSeconds, picture.endSeconds);
        if (this.queue.length >= READY_PICTURES / 2) this.tellReady();
        while (this.queue.length >= READY_PICTURES && !signal.aborted)
          await new Promise<void>((resolve) => {
            this.hasLooked = resolve;
          });
      }
      if (late !== undefined && !signal.aborted) {
        late.keep();
        this.queue.push(late);
        late = undefined;
      }
    } finally {
      late?.close();
    }
  }

  private async present(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { seconds: now, running } = this.clock();
      const seconds = running ? now + DISPLAY_SECONDS : now;
      let due: Picture | undefined;
      while ((this.queue[0]?.timeSeconds ?? Number.POSITIVE_INFINITY) <= seconds) {
        due?.close();
        due = this.queue.shift();
      }
      if (due !== undefined) this.show(due);
      if (
        running &&
        this.ready &&
        !this.done &&
        this.queue.length === 0 &&
        seconds > this.decodedSeconds + STARVED_SECONDS
      ) {
        this.ready = false;
        this.events.onStarved();
      }
      this.hasLooked?.();
      await nap(this.untilDue());
    }
    this.hasLooked?.();
  }

  private untilDue(): number {
    const { seconds, running } = this.clock();
    const next = this.queue[0];
    if (!running || next === undefined) return LONGEST_NAP_MILLISECONDS / 4;
    // Timers leave fractions of a millisecond out: one that rings too early would have to be set again.
    const milliseconds = Math.ceil((next.timeSeconds - DISPLAY_SECONDS - seconds) * 1000);
    return Math.min(LONGEST_NAP_MILLISECONDS, Math.max(1, milliseconds));
  }

  private tellReady(): void {
    if (this.ready) return;
    this.ready = true;
    this.events.onReady();
  }

  private show(picture: Picture): void {
    picture.keep();
    this.shown?.close();
    this.shown = picture;
    this.paint(picture);
  }

  private paint(picture: Picture): void {
    picture.paint();
    this.events.onPicture(picture.timeSeconds);
  }
}
