/** Tells the page what is on screen: of each picture it would cost as much as showing it. */

const TELL_MILLISECONDS = 100;
/** Of a run, told at once: a seek shows a key picture, then its target. */
const FIRST_PICTURES = 2;

export class PictureNews {
  private readonly tell: (run: number, timeSeconds: number, shownPictures: number) => void;
  private newest: { run: number; timeSeconds: number } | undefined;
  private run = 0;
  private toldOfRun = 0;
  private shownPictures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param tell called at once for the first pictures of a run, then ten times a second at most; pictures are counted over all runs */
  constructor(tell: (run: number, timeSeconds: number, shownPictures: number) => void) {
    this.tell = tell;
  }

  pictureShown(run: number, timeSeconds: number): void {
    this.shownPictures += 1;
    this.newest = { run, timeSeconds };
    if (run !== this.run) this.toldOfRun = 0;
    this.run = run;
    if (this.timer === undefined || this.toldOfRun < FIRST_PICTURES) this.tellNewest();
  }

  private tellNewest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { newest } = this;
    if (newest === undefined) return;
    this.newest = undefined;
    this.toldOfRun += 1;
    this.timer = setTimeout(() => this.tellNewest(), TELL_MILLISECONDS);
    this.tell(newest.run, newest.timeSeconds, this.shownPictures);
  }
}
