/** Decodes pictures a little ahead of the clock and shows each when it is due. Runs in a worker. */
import { nap, nextTask } from "./next-task.ts";
import type { TimedPacket } from "./track-reader.ts";

/** Decoded pictures held ready; at 1080p one takes 8 MB. */
const READY_PICTURES = 4;
/** Further behind than this, playing stops for buffering instead of dropping on. */
const STARVED_SECONDS = 0.4;
const LONGEST_NAP_MILLISECONDS = 40;

/** What the pump needs of `CompressDecoder`. */
export interface PictureDecoder {
  decode(publicBytes: Uint8Array, withheld: Uint8Array): void;
  /** The last picture, width * height * 4 bytes, valid until the next call. */
  rgba(): Uint8ClampedArray;
  reset(): void;
}

export interface Screen {
  width: number;
  height: number;
  paint(image: ImageData): void;
}

export interface PictureEvents {
  onPicture(timeSeconds: number): void;
  /** Enough is decoded to start. */
  onReady(): void;
  /** The clock has run away from what is decoded. */
  onStarved(): void;
}

export type WorkerClock = () => { seconds: number; running: boolean };

interface ReadyPicture {
  timeSeconds: number;
  image: ImageData;
}

export class PicturePump {
  private readonly decoder: PictureDecoder;
  private readonly screen: Screen;
  private readonly clock: WorkerClock;
  private readonly events: PictureEvents;
  private queue: ReadyPicture[] = [];
  private readonly spare: ImageData[] = [];
  private decodedSeconds = 0;
  private done = false;
  private ready = false;

  constructor(decoder: PictureDecoder, screen: Screen, clock: WorkerClock, events: PictureEvents) {
    this.decoder = decoder;
    this.screen = screen;
    this.clock = clock;
    this.events = events;
  }

  /**
   * Shows the picture of `targetSeconds`, then goes on with the clock until the last picture's time is over or `signal` fires.
   *
   * @param packets start where decoding can start, at or before the target
   */
  async run(packets: AsyncIterable<TimedPacket[]>, targetSeconds: number, signal: AbortSignal): Promise<void> {
    this.decoder.reset();
    for (const picture of this.queue) this.spare.push(picture.image);
    this.queue = [];
    this.decodedSeconds = targetSeconds;
    this.done = false;
    this.ready = false;
    const over = new AbortController();
    const presenting = this.present(AbortSignal.any([signal, over.signal]));
    try {
      await this.decodeAll(packets, targetSeconds, signal);
      this.done = true;
      if (!signal.aborted) this.tellReady();
      while (!signal.aborted && (this.queue.length > 0 || this.clock().seconds < this.decodedSeconds))
        await nap(LONGEST_NAP_MILLISECONDS);
    } finally {
      over.abort();
      await presenting;
    }
  }

  private async decodeAll(
    packets: AsyncIterable<TimedPacket[]>,
    targetSeconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    let timeSeconds = 0;
    let shown = false;
    const isBefore = (seconds: number, limit: number) => seconds < limit + 1e-6; // times are whole microseconds
    for await (const group of packets) {
      for (const packet of group) {
        await nextTask();
        if (signal.aborted) return;
        this.decoder.decode(packet.publicBytes, packet.withheld);
        timeSeconds = packet.timeMicroseconds / 1e6;
        const endSeconds = (packet.timeMicroseconds + packet.durationMicroseconds) / 1e6;
        if (!shown) {
          if (isBefore(endSeconds, targetSeconds)) continue; // on the way from the key picture to the target
          shown = true;
          this.show({ timeSeconds, image: this.copyPicture() });
        } else if (!this.clock().running || !isBefore(endSeconds, this.clock().seconds)) {
          this.queue.push({ timeSeconds, image: this.copyPicture() });
        }
        this.decodedSeconds = endSeconds;
        if (this.queue.length >= READY_PICTURES / 2) this.tellReady();
        while (this.queue.length >= READY_PICTURES && !signal.aborted) await nap(this.untilDue());
      }
    }
    // The target lies behind the last picture: sound may go on longer.
    if (!shown && !signal.aborted && timeSeconds > 0) this.show({ timeSeconds, image: this.copyPicture() });
  }

  private async present(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { seconds, running } = this.clock();
      let due: ReadyPicture | undefined;
      while (running && (this.queue[0]?.timeSeconds ?? Number.POSITIVE_INFINITY) <= seconds) {
        if (due !== undefined) this.spare.push(due.image);
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
      await nap(this.untilDue());
    }
  }

  private untilDue(): number {
    const { seconds, running } = this.clock();
    const next = this.queue[0];
    if (!running || next === undefined) return LONGEST_NAP_MILLISECONDS / 4;
    return Math.min(LONGEST_NAP_MILLISECONDS, Math.max(1, (next.timeSeconds - seconds) * 1000));
  }

  private tellReady(): void {
    if (this.ready) return;
    this.ready = true;
    this.events.onReady();
  }

  private show(picture: ReadyPicture): void {
    this.screen.paint(picture.image);
    this.spare.push(picture.image);
    this.events.onPicture(picture.timeSeconds);
  }

  private copyPicture(): ImageData {
    const image = this.spare.pop() ?? new ImageData(this.screen.width, this.screen.height);
    image.data.set(this.decoder.rgba());
    return image;
  }
}
