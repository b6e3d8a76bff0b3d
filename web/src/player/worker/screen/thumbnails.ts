/**
 * Small pictures for the seek bar: of what was on screen after the release, so that they cost no unit and tell nothing that was not seen.
 */

/** Of one video; more would be nearer to each other than a pointer can tell. */
const THUMBNAILS_MOST = 100;
const WIDTH_PIXELS = 160;
/** From painting to the screen, two refreshes or so. */
const ON_SCREEN_MILLISECONDS = 40;

export class Thumbnails {
  private readonly painted: OffscreenCanvas;
  private readonly small: OffscreenCanvas;
  private readonly slotSeconds: number;
  private readonly isKept: boolean;
  /** Coded when first asked for: coding each would take time from the pictures on screen. */
  private readonly slots = new Map<number, ImageBitmap | Promise<Blob>>();

  /** The last picture painted. */
  private shownSeconds = 0;
  private isWaiting = false;

  /** @param painted what the pictures are painted on; @param isKept it still holds a picture that has gone to the screen */
  constructor(painted: OffscreenCanvas, durationSeconds: number, isKept: boolean) {
    this.painted = painted;
    this.isKept = isKept;
    this.small = this.createSmall();
    this.slotSeconds = Math.max(1, durationSeconds / THUMBNAILS_MOST);
  }

  /** To be called right after a picture was painted. Without a GPU a copy takes long: it waits until the picture has gone to the screen. */
  pictureShown(timeSeconds: number): void {
    this.shownSeconds = timeSeconds;
    if (this.isWaiting || this.slots.has(this.slotOf(timeSeconds))) return;
    if (!this.isKept) {
      this.take();
      return;
    }
    this.isWaiting = true;
    setTimeout(() => {
      this.isWaiting = false;
      this.take();
    }, ON_SCREEN_MILLISECONDS);
  }

  private take(): void {
    const slot = this.slotOf(this.shownSeconds);
    if (this.slots.has(slot)) return;
    const { width, height } = this.small;
    this.small.getContext("2d", { alpha: false })?.drawImage(this.painted, 0, 0, width, height);
    this.slots.set(slot, this.small.transferToImageBitmap());
  }

  private slotOf(seconds: number): number {
    return Math.floor(seconds / this.slotSeconds);
  }

  /** The picture of a time, or of the part beside it; undefined where nothing near was seen. */
  at(seconds: number): Promise<Blob> | undefined {
    const due = this.slotOf(seconds);
    const slot = [due, due - 1, due + 1].find((near) => this.slots.has(near));
    if (slot === undefined) return undefined;
    const picture = this.slots.get(slot);
    if (!(picture instanceof ImageBitmap)) return picture;
    const coded = this.code(picture);
    this.slots.set(slot, coded);
    return coded;
  }

  private code(picture: ImageBitmap): Promise<Blob> {
    const canvas = this.createSmall();
    canvas.getContext("2d", { alpha: false })?.drawImage(picture, 0, 0);
    picture.close();
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.7 });
  }

  private createSmall(): OffscreenCanvas {
    const { width, height } = this.painted;
    return new OffscreenCanvas(WIDTH_PIXELS, Math.max(1, Math.round((WIDTH_PIXELS * height) / width)));
  }
}
