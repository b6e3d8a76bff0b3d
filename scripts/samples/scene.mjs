/**
 * The library's sample video: a bay by day, a cut, a valley by night. A lamp flashes and a tone beeps at each full second, a clock
 * and a frame counter run along, so that a viewer and a test can see that picture and sound are in step.
 */

import { drawText } from "./font.mjs";
import { drawBay } from "./scene-bay.mjs";
import { drawValley } from "./scene-valley.mjs";
import { Sound } from "./sound.mjs";

export const SCENE = { width: 640, height: 360, framesPerSecond: 30, frames: 300 };

/** First frame of the second shot. */
export const CUT_FRAME = 180;

const FLASH_FRAMES = 3;

export function drawScene(canvas, frame) {
  const seconds = frame / SCENE.framesPerSecond;
  const sinceBeat = frame % SCENE.framesPerSecond;
  const flash = sinceBeat < FLASH_FRAMES ? 1 : Math.exp(-(sinceBeat - FLASH_FRAMES) / 2.5);
  if (frame < CUT_FRAME) drawBay(canvas, seconds, flash);
  else drawValley(canvas, seconds - CUT_FRAME / SCENE.framesPerSecond, flash);
  drawCounter(canvas, frame, sinceBeat < FLASH_FRAMES);
}

function drawCounter(canvas, frame, beat) {
  const [left, top, right, bottom] = [14, 14, 178, 48];
  canvas.box(left, top, right, bottom, 17, [0.05, 0.07, 0.13], 0.72);
  const [cx, cy] = [left + 18, (top + bottom) / 2];
  const angle = (2 * Math.PI * frame) / SCENE.framesPerSecond;
  canvas.disc(cx, cy, 13, [0.97, 0.96, 0.9]);
  canvas.disc(cx, cy, 11, beat ? [1, 0.45, 0.2] : [0.16, 0.2, 0.3]);
  canvas.line(cx, cy, cx + 8.5 * Math.sin(angle), cy - 8.5 * Math.cos(angle), 1.4, [1, 1, 1]);
  const whole = Math.floor(frame / SCENE.framesPerSecond);
  const digits = (value, count) => String(value).padStart(count, "0");
  drawText(
    canvas,
    `${digits(whole, 2)}:${digits(frame % SCENE.framesPerSecond, 2)}`,
    left + 40,
    cy + 7,
    14,
    [0.97, 0.96, 0.9],
  );
  drawText(canvas, digits(frame, 4), left + 112, cy + 7, 14, [1, 0.78, 0.35]);
}

const DAY = "C5 E5 G5 A5 G5 E5 D5 E5 G5 C6 A5 G5 E5 D5 C5 D5 E5 G5 A5 C6 A5 G5 E5 D5".split(" ");
const NIGHT = "A4 C5 E5 G5 E5 C5 B4 D5 G5 F5 E5 D5 C5 E5 D5 C5".split(" ");

export function composeScene() {
  const seconds = SCENE.frames / SCENE.framesPerSecond;
  const sound = new Sound(seconds);
  [...DAY, ...NIGHT].forEach((note, i) => {
    sound.pluck(i * 0.25, note, i % 4 === 0 ? 0.2 : 0.14, Math.sin(i) * 0.5);
  });
  ["C3", "A3", "F3", "G3", "C3"].forEach((note, i) => {
    sound.bass(i * 2, 2, note, 0.12);
  });
  for (let second = 0; second < seconds; second++) sound.beep(second);
  return sound;
}
