/**
 * Small pictures for the seek bar: of what was on screen after the release, which costs no unit; elsewhere those of the slave's storyboard,
 * which is released with the slave.
 */
import type { Storyboard } from "../../../../../codec/index.ts";

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

  private storyboard: (Storyboard & { image: Promise<ImageBitmap> }) | undefined;
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

  /** Of the video that was released. */
  setStoryboard(storyboard: Storyboard | undefined): void {
    if (this.storyboard !== undefined) return; // the same video's, of a play before
    if (storyboard === undefined) return;
    const image = createImageBitmap(new Blob([storyboard.data as BlobPart], { type: storyboard.type }));
    image.catch(() => {}); // then there is none
    this.storyboard = { ...storyboard, image };
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

  /** The picture of a time, or of the part beside it; undefined where nothing near was seen and the storyboard has none. */
  async at(seconds: number): Promise<Blob | undefined> {
    const due = this.slotOf(seconds);
    const near = this.storyboard === undefined ? [due, due - 1, due + 1] : [due];
    const slot = near.find((one) => this.slots.has(one));
    return slot === undefined ? this.ofStoryboard(seconds).catch(() => undefined) : this.seen(slot);
  }

  private async ofStoryboard(seconds: number): Promise<Blob | undefined> {
    if (this.storyboard === undefined) return undefined;
    const { image, width, height, columns, pictures, stepMicroseconds } = this.storyboard;
    const number = Math.min(pictures - 1, Math.floor((seconds * 1e6) / stepMicroseconds));
    const [x, y] = [(number % columns) * width, Math.floor(number / columns) * height];
    const canvas = this.createSmall();
    canvas
      .getContext("2d", { alpha: false })
      ?.drawImage(await image, x, y, width, height, 0, 0, canvas.width, canvas.height);
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  }

  private seen(slot: number): Promise<Blob> | undefined {
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
