/** Whether a CM was really shown to its end (Cmix patent, claim 8). Pure; fed by the page's `<video>`. */

/** Frames at the end that may go unseen: a browser need not present the very last one. */
const TOLERATED_FRAMES = 2;
/** Taken as a frame's length while only one was seen: 15 pictures a second. */
const ASSUMED_FRAME_SECONDS = 1 / 15;
/** Longest credible distance of two frames; more is a hole. */
const LONGEST_FRAME_SECONDS = 0.5;
/** The CM's sound may outlast its picture by this much: one AAC frame and rounding. */
const SOUND_TAIL_SECONDS = 0.1;

export class CmProof {
  private lastFrame: number | undefined;
  private frameSeconds = ASSUMED_FRAME_SECONDS;

  /** A frame was presented; `mediaTime` as requestVideoFrameCallback gives it. */
  frame(mediaTime: number): void {
    if (this.lastFrame !== undefined) {
      const step = mediaTime - this.lastFrame;
      if (step > 0.001 && step < LONGEST_FRAME_SECONDS) this.frameSeconds = step;
    }
    this.lastFrame = mediaTime;
  }

  /** Whether, at the `ended` event, the last frames had been on screen. */
  isWatched(durationSeconds: number): boolean {
    if (this.lastFrame === undefined) return false;
    const lastFrameEnd = this.lastFrame + this.frameSeconds;
    return lastFrameEnd >= durationSeconds - TOLERATED_FRAMES * this.frameSeconds - SOUND_TAIL_SECONDS;
  }
}
