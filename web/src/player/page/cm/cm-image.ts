/** A CM that is an image "plays" for its set time (Cmix patent [0089]); time off the screen does not count. */
import { UnsupportedError } from "../../../../../codec/page.ts";
import { sleep } from "../../../shared/sleep.ts";
import { isOnScreen } from "./on-screen.ts";

const STEP_SECONDS = 0.1;
/** More between two looks is a sleep of the machine, not a look at the image. */
const LONGEST_STEP_SECONDS = 1;

/** @throws {@link UnsupportedError} this browser cannot show it; AbortError on `signal` */
export async function showImage(
  image: HTMLImageElement,
  seconds: number,
  onPosition: (seconds: number) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await image.decode();
  } catch {
    throw new UnsupportedError("this browser cannot show the commercial: try another browser");
  }
  let shown = 0;
  for (let last = performance.now(); shown < seconds; ) {
    await sleep(Math.min(STEP_SECONDS, seconds - shown), signal);
    const now = performance.now();
    if (isOnScreen(image)) shown += Math.min((now - last) / 1000, LONGEST_STEP_SECONDS);
    last = now;
    onPosition(Math.min(shown, seconds));
  }
}
