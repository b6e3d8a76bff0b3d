/** Whether a CM was really shown, from its first picture to its last (Cmix patent, claim 8). Pure; fed by the page's `<video>`. */

/** Frames at the end that may go unseen: a browser need not present the very last one. */
const TOLERATED_FRAMES = 2;
/** Taken as a frame's length while only one was seen: 15 pictures a second. */
const ASSUMED_FRAME_SECONDS = 1 / 15;
/** A picture stands for so long at most until the next one: the service takes CMs with a picture a second (server/cm/import-cm.ts). */
const LONGEST_FRAME_SECONDS = 1.2;
/** The first picture may begin by so much after 0: sound begins first, or pictures are put in order. */
const LATE_START_SECONDS = 0.5;
/** The CM's sound may outlast its picture by this much: one AAC frame and rounding. */
const SOUND_TAIL_SECONDS = 0.1;

export class CmProof {
  /** Stretches of the CM that were on screen, apart from one another and in order. */
  private shown: { from: number; to: number }[] = [];
  private lastFrame: number | undefined;
  private frameSeconds = ASSUMED_FRAME_SECONDS;

  /** A frame was presented; `mediaTime` as requestVideoFrameCallback gives it. */
  frame(mediaTime: number): void {
    const step = this.lastFrame === undefined ? Number.NaN : mediaTime - this.lastFrame;
    const follows = step > 0.001 && step < LONGEST_FRAME_SECONDS;
    if (follows) this.frameSeconds = step;
    this.add(follows ? (this.lastFrame ?? mediaTime) : mediaTime, mediaTime);
    this.lastFrame = mediaTime;
  }

  /**
   * Where the first picture stands that was not on screen, at the `ended` event.
   *
   * @returns seconds; undefined where all of the CM was
   */
  firstUnseen(durationSeconds: number): number | undefined {
    const [first] = this.shown;
    if (first === undefined || first.from > LATE_START_SECONDS) return 0;
    const end = first.to + this.frameSeconds * (1 + TOLERATED_FRAMES) + SOUND_TAIL_SECONDS;
    return end >= durationSeconds ? undefined : first.to;
  }

  private add(from: number, to: number): void {
    const apart = this.shown.filter((one) => one.to < from || one.from > to);
    const joined = this.shown.filter((one) => !apart.includes(one));
    apart.push({
      from: Math.min(from, ...joined.map((one) => one.from)),
      to: Math.max(to, ...joined.map((one) => one.to)),
    });
    this.shown = apart.sort((a, b) => a.from - b.from);
  }
}
