/**
 * Small pictures for the seek bar: of what was on screen after the release, so that they cost no unit and tell nothing that was not seen.
 * Runs in a worker.
 */

/** Of one video; more would be nearer to each other than a pointer can tell. */
const THUMBNAILS_MOST = 100;
const WIDTH_PIXELS = 160;

export class Thumbnails {
  private readonly painted: OffscreenCanvas;
  private readonly small: OffscreenCanvas;
  private readonly slotSeconds: number;
  /** Coded when first asked for: coding each would take time from the pictures on screen. */
  private readonly slots = new Map<number, ImageBitmap | Promise<Blob>>();

  /** @param painted what the pictures are painted on */
  constructor(painted: OffscreenCanvas, durationSeconds: number) {
    this.painted = painted;
    this.small = this.createSmall();
    this.slotSeconds = Math.max(1, durationSeconds / THUMBNAILS_MOST);
  }

  /** To be called right after a picture was painted. */
  take(timeSeconds: number): void {
    const slot = Math.floor(timeSeconds / this.slotSeconds);
    if (this.slots.has(slot)) return;
    const { width, height } = this.small;
    this.small.getContext("2d", { alpha: false })?.drawImage(this.painted, 0, 0, width, height);
    this.slots.set(slot, this.small.transferToImageBitmap());
  }

  /** The picture of a time, or of the part beside it; undefined where nothing near was seen. */
  at(seconds: number): Promise<Blob> | undefined {
    const due = Math.floor(seconds / this.slotSeconds);
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
