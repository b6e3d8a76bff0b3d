/** The house CM: a grey picture waits for its missing piece, the piece comes, colour and the maker's name with it. */
import { clamp01, hash, mix, mixColour, noise, roundedBox, smoothstep } from "./canvas.mjs";
import { drawText, textWidth } from "./font.mjs";
import { Sound } from "./sound.mjs";

export const HOUSE_CM = { width: 640, height: 360, framesPerSecond: 30, frames: 180 };

const SNAP_SECONDS = 1.8;
const NAME_SECONDS = 3;
const LETTER_SECONDS = 0.18;
const NAME = "Cmix";

const CREAM = [1, 0.95, 0.85];
const INK = [0.17, 0.14, 0.3];
const CORAL = [0.96, 0.42, 0.35];

/** Comes in beyond its mark and settles. */
const spring = (t) => (t <= 0 ? 0 : 1 - Math.exp(-6 * t) * Math.cos(10 * t));

export function drawHouseCm(canvas, frame) {
  const t = frame / HOUSE_CM.framesPerSecond;
  drawRays(canvas, t);
  const drop = spring(t * 1.5);
  drawPuzzle(canvas, 178, mix(-140, 176, drop), t);
  drawWords(canvas, t);
  drawConfetti(canvas, t);
}

function drawRays(canvas, t) {
  const joy = smoothstep(SNAP_SECONDS, SNAP_SECONDS + 0.5, t);
  canvas.each([0, 0, canvas.width, canvas.height], (x, y) => {
    const [dx, dy] = [x - 178, y - 176];
    const ray = smoothstep(-0.12, 0.12, Math.sin(Math.atan2(dy, dx) * 9 + t * 0.55));
    const dot = smoothstep(5, 3.8, Math.hypot((x % 20) - 10, (y % 20) - 10));
    const base = mixColour([0.98, 0.84, 0.55], [1, 0.78, 0.42], ray);
    const calm = mixColour([0.8, 0.86, 0.9], [0.72, 0.8, 0.87], ray);
    const colour = mixColour(calm, base, joy);
    canvas.blend(x, y, mixColour(colour, CREAM, dot * 0.22 + Math.exp(-Math.hypot(dx, dy) / 260) * 0.35), 1);
  });
}

/** A jigsaw piece as signed distance: a square with a knob on top and a bay on the left. */
function piece(cx, cy, half) {
  const square = roundedBox(cx - half, cy - half, cx + half, cy + half, 3);
  const radius = half * 0.36;
  return (x, y) => {
    const knob = Math.hypot(x - cx, y - cy + half + radius * 0.55) - radius;
    const bay = Math.hypot(x - cx + half - radius * 0.55, y - cy) - radius;
    return Math.max(Math.min(square(x, y), knob), -bay);
  };
}

function landscape(x, y, t) {
  const hill = 40 - 18 * Math.sin(x * 0.035 + 1);
  const near = 62 - 12 * Math.sin(x * 0.05 - 1.5);
  if (Math.hypot(x - 62, y + 42) < 24) return [1, 0.85, 0.35];
  if (y > near) return mixColour([0.25, 0.6, 0.35], [0.36, 0.7, 0.38], noise(x * 0.3, y * 0.2));
  if (y > hill) return mixColour([0.2, 0.5, 0.55], [0.28, 0.6, 0.55], noise(x * 0.2, y * 0.2));
  const cloud = smoothstep(0.58, 0.66, noise((x + t * 14) * 0.03, y * 0.06 + 9));
  return mixColour(mixColour([0.3, 0.62, 0.92], [0.75, 0.88, 0.97], (y + 80) / 130), [1, 1, 1], cloud * 0.9);
}

function drawPuzzle(canvas, cx, cy, t) {
  const joined = t >= SNAP_SECONDS;
  const since = t - SNAP_SECONDS;
  const pulse = joined ? Math.exp(-since * 7) * Math.sin(since * 26) * 5 : 0;
  const [halfWidth, halfHeight] = [128 + pulse, 90 + pulse];
  const [px, py] = [cx + 34, cy + 14];
  const hole = piece(px, py, 30);
  const frame = [cx - halfWidth - 12, cy - halfHeight - 12, cx + halfWidth + 12, cy + halfHeight + 12];
  canvas.box(frame[0] + 7, frame[1] + 10, frame[2] + 7, frame[3] + 10, 22, INK, 0.22);
  canvas.box(...frame, 20, INK);
  const picture = roundedBox(cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight, 12);
  canvas.fill(frame, picture, (x, y) => {
    const colour = landscape(x - cx, y - cy, t);
    const grey = colour[0] * 0.3 + colour[1] * 0.55 + colour[2] * 0.15;
    const snow = mix(grey * 0.55 + 0.2, hash(x >> 1, (y >> 1) + Math.floor(t * 30) * 512), 0.25);
    const bloom = joined ? smoothstep(0, 24, since * 420 - Math.hypot(x - px, y - py)) : 0;
    return mixColour([snow, snow, snow * 1.05], colour, bloom);
  });
  if (!joined) {
    canvas.fill([px - 34, py - 56, px + 34, py + 34], hole, [0.1, 0.09, 0.18]);
    const way = smoothstep(0.9, SNAP_SECONDS, t);
    const [x, y] = [mix(760, px, way), mix(40, py, way) - Math.sin(way * Math.PI) * 50];
    const flying = piece(x, y, 30);
    canvas.fill([x - 32, y - 50, x + 44, y + 44], (u, v) => flying(u - 6, v - 8), INK, 0.22 * (1 - way));
    canvas.fill([x - 34, y - 56, x + 34, y + 34], flying, (u, v) => landscape(u - x + px - cx, v - y + py - cy, t));
    canvas.fill([x - 36, y - 58, x + 36, y + 36], (u, v) => Math.abs(flying(u, v)) - 1.6, CREAM);
  } else {
    canvas.fill(
      [px - 36, py - 58, px + 36, py + 36],
      (u, v) => Math.abs(hole(u, v)) - 1.2,
      CREAM,
      Math.exp(-since * 1.6) * 0.9,
    );
  }
  const open = smoothstep(0.25, 0.6, since);
  if (open > 0) {
    canvas.disc(cx, cy, 27 * open, INK, 0.55);
    canvas.shape(
      [
        [cx - 8 * open, cy - 13 * open],
        [cx + 15 * open, cy],
        [cx - 8 * open, cy + 13 * open],
      ],
      CREAM,
    );
  }
}

function drawWords(canvas, t) {
  const centre = 480;
  const lines = [
    ["This free video", 96, 23, 2.1],
    ["is brought to you by", 138, 19, 2.45],
  ];
  for (const [text, y, size, start] of lines) {
    const place = (index) => {
      const since = t - start - index * 0.022;
      return { dy: (1 - spring(since * 1.6)) * 22, alpha: since * 6 };
    };
    drawText(canvas, text, centre - textWidth(text, size) / 2, y, size, INK, { letter: place });
  }
  const size = 74;
  const left = centre - textWidth(NAME, size) / 2;
  const bounce = (index) => {
    const since = t - NAME_SECONDS - index * LETTER_SECONDS;
    return { dy: (1 - spring(since * 1.3)) * 70, alpha: since * 10 };
  };
  drawText(canvas, NAME, left + 4, 246, size, [0.8, 0.55, 0.3], { pen: 10, alpha: 0.45, letter: bounce });
  drawText(canvas, NAME, left, 241, size, INK, { pen: 11, letter: bounce });
  drawText(canvas, NAME, left, 241, size, CORAL, { pen: 7, letter: bounce });
  const under = smoothstep(3.9, 4.4, t);
  if (under > 0) canvas.line(centre - 110, 270, centre - 110 + 220 * under, 270, 3, INK);
  const wish = (index) => ({ dy: 0, alpha: (t - 4.3 - index * 0.03) * 8 });
  drawText(canvas, "enjoy the show!", centre - textWidth("enjoy the show!", 17) / 2, 302, 17, INK, { letter: wish });
}

const CONFETTI = [CORAL, [0.25, 0.6, 0.85], [0.3, 0.7, 0.45], [1, 0.98, 0.9], [0.6, 0.4, 0.8]];

function drawConfetti(canvas, t) {
  const since = t - SNAP_SECONDS;
  if (since <= 0) return;
  for (let i = 0; i < 70; i++) {
    const [angle, speed] = [hash(i, 1) * 2 * Math.PI, 90 + hash(i, 2) * 330];
    const slow = (1 - Math.exp(-1.6 * since)) / 1.6;
    const x = 212 + Math.cos(angle) * speed * slow + 8 * Math.sin(since * 5 + i);
    const y = 190 + Math.sin(angle) * speed * slow - 60 * slow + 55 * since * since;
    if (y > canvas.height + 8) continue;
    const [turn, wide] = [since * (3 + 6 * hash(i, 3)) + i, 4 * Math.abs(Math.sin(since * 4 + i)) + 1];
    canvas.line(
      x - Math.cos(turn) * 3,
      y - Math.sin(turn) * 3,
      x + Math.cos(turn) * 3,
      y + Math.sin(turn) * 3,
      wide / 2 + 0.6,
      CONFETTI[i % CONFETTI.length],
      clamp01(since * 8),
    );
  }
}

export function composeHouseCm() {
  const sound = new Sound(HOUSE_CM.frames / HOUSE_CM.framesPerSecond);
  ["G4", "A4", "B4", "D5", "E5"].forEach((note, i) => {
    sound.pluck(0.3 + i * 0.3, note, 0.13, -0.4 + i * 0.2);
  });
  sound.pop(SNAP_SECONDS, 0.8);
  for (const note of ["C5", "E5", "G5"]) sound.pluck(SNAP_SECONDS + 0.05, note, 0.13);
  sound.bass(0, 1.8, "G3", 0.09);
  sound.bass(SNAP_SECONDS, 1.2, "F3", 0.12);
  [..."EGCE"].forEach((note, i) => {
    sound.pluck(NAME_SECONDS + i * LETTER_SECONDS, `${note}${i < 2 ? 5 : 6}`, 0.22, -0.3 + i * 0.2);
  });
  sound.bass(NAME_SECONDS, 3, "C3", 0.14);
  for (const [start, note] of [
    [3.9, "G5"],
    [4.1, "A5"],
    [4.3, "G5"],
    [4.7, "C6"],
    [4.7, "E5"],
    [4.7, "G5"],
  ])
    sound.pluck(start, note, 0.16);
  return sound;
}
