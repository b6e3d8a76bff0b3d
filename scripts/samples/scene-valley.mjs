import { clamp01, hash, mix, mixColour, noise, smoothstep } from "./canvas.mjs";

const RAIL = 214;
const WATER = 292;

/** @param flash light of the signal, 0..1 */
export function drawValley(canvas, t, flash) {
  drawSky(canvas, t);
  drawHills(canvas, t);
  const train = -330 + t * 190;
  drawSmoke(canvas, train, t);
  drawTrain(canvas, train);
  drawViaduct(canvas);
  drawSignal(canvas, 545, flash);
  drawWater(canvas, t);
  drawFireflies(canvas, t);
}

function drawSky(canvas, t) {
  canvas.each([0, 0, canvas.width, WATER], (x, y) => {
    let colour = mixColour([0.03, 0.05, 0.16], [0.24, 0.25, 0.45], (y / WATER) ** 1.3);
    colour = mixColour(colour, [0.35, 0.3, 0.5], noise(x * 0.006 - y * 0.008, y * 0.013 + x * 0.004) ** 3 * 0.5);
    canvas.blend(x, y, colour, 1);
  });
  for (let i = 0; i < 150; i++) {
    const [x, y] = [hash(i, 10) * canvas.width, hash(i, 11) * 190];
    const twinkle = 0.55 + 0.45 * Math.sin(t * (2 + 4 * hash(i, 12)) + i);
    canvas.disc(x, y, 0.5 + hash(i, 13) * 0.9, [1, 0.97, 0.88], twinkle * 0.9);
  }
  const [mx, my] = [486, 74];
  canvas.halo(mx, my, 120, [0.5, 0.5, 0.6], 0.45);
  canvas.disc(mx, my, 31, (x, y) =>
    mixColour([0.97, 0.95, 0.86], [0.76, 0.74, 0.7], smoothstep(0.45, 0.75, noise(x * 0.12, y * 0.12))),
  );
  const star = clamp01((t - 1.2) * 2.2);
  if (star > 0 && star < 1)
    canvas.line(
      150 + star * 190,
      40 + star * 62,
      105 + star * 190,
      25 + star * 62,
      1.2,
      [1, 1, 0.95],
      Math.sin(star * Math.PI),
    );
}

function drawHills(canvas, t) {
  const layers = [
    [176, 84, 0.006, 5, [0.19, 0.21, 0.38], 0.5],
    [206, 74, 0.009, 12, [0.12, 0.15, 0.28], 1],
    [246, 62, 0.013, 21, [0.07, 0.1, 0.19], 1.8],
  ];
  for (const [base, height, scale, seed, colour, speed] of layers) {
    const shift = t * 5 * speed;
    const trees = (u) => Math.max(0, noise(u * 0.22, seed) - 0.42) * 13 * speed;
    const skyline = (x) => base - height * noise((x + shift) * scale, seed) - trees(x + shift);
    canvas.ground(
      skyline,
      (x, y, depth) =>
        mixColour(
          colour,
          mixColour(colour, [0.4, 0.42, 0.6], 0.35),
          clamp01(1 - depth / 16) * 0.5 + noise((x + shift) * 0.3, y * 0.3) * 0.25,
        ),
      WATER,
    );
  }
  for (let i = 0; i < 16; i++) {
    const [x, y] = [30 + hash(i, 30) * 400, 236 + hash(i, 31) * 38];
    canvas.halo(x, y, 13, [0.9, 0.6, 0.2], 0.35);
    canvas.box(x - 2, y - 2, x + 2, y + 2.5, 0.5, [1, 0.85, 0.45]);
  }
}

function drawSmoke(canvas, train, t) {
  for (let i = 0; i < 16; i++) {
    const age = (i + ((t * 8) % 1)) / 16;
    const born = train + 262 - age * 300;
    canvas.disc(
      born + 6 * Math.sin(i * 2.4),
      RAIL - 58 - age * 40 - 5 * Math.sin(i + t * 3),
      7 + age * 20,
      (x, y) => mixColour([0.72, 0.72, 0.82], [0.45, 0.46, 0.6], noise(x * 0.1, y * 0.1) + age * 0.3),
      (1 - age) * 0.42,
    );
  }
}

const COACHES = [
  [0.62, 0.16, 0.18],
  [0.12, 0.38, 0.36],
  [0.62, 0.16, 0.18],
];

function drawTrain(canvas, x) {
  COACHES.forEach((colour, i) => {
    const left = x - 62 + i * 84;
    canvas.box(left, RAIL - 38, left + 78, RAIL - 8, 4, (_px, py) =>
      mixColour(colour, [0.02, 0.02, 0.05], smoothstep(RAIL - 26, RAIL - 8, py) * 0.7),
    );
    canvas.box(left - 2, RAIL - 42, left + 80, RAIL - 36, 3, [0.16, 0.15, 0.2]);
    for (let k = 0; k < 4; k++) {
      canvas.box(left + 7 + k * 17, RAIL - 33, left + 19 + k * 17, RAIL - 21, 2, [1, 0.86, 0.5]);
      if (hash(i, k + 40) > 0.45) canvas.disc(left + 13 + k * 17, RAIL - 24, 3.5, [0.35, 0.2, 0.15]);
    }
    for (const wheel of [14, 64]) drawWheel(canvas, left + wheel, x, 6);
  });
  const e = x + 190;
  canvas.box(e, RAIL - 46, e + 34, RAIL - 8, 3, [0.1, 0.22, 0.34]);
  canvas.box(e + 8, RAIL - 38, e + 26, RAIL - 24, 2, [1, 0.78, 0.4]);
  canvas.box(e + 28, RAIL - 34, e + 86, RAIL - 9, 9, (_px, py) =>
    mixColour([0.3, 0.5, 0.62], [0.05, 0.12, 0.2], smoothstep(RAIL - 34, RAIL - 12, py)),
  );
  canvas.shape(
    [
      [e + 66, RAIL - 33],
      [e + 64, RAIL - 56],
      [e + 80, RAIL - 56],
      [e + 77, RAIL - 33],
    ],
    [0.08, 0.1, 0.15],
  );
  canvas.disc(e + 50, RAIL - 36, 5, [0.85, 0.66, 0.25]);
  canvas.shape(
    [
      [e + 84, RAIL - 16],
      [e + 98, RAIL - 3],
      [e + 80, RAIL - 3],
    ],
    [0.6, 0.14, 0.14],
  );
  canvas.halo(e + 90, RAIL - 26, 70, [1, 0.85, 0.5], 0.55);
  canvas.each([e + 88, RAIL - 60, e + 260, RAIL], (x, y) => {
    const ahead = (x - e - 88) / 172;
    canvas.glow(
      x,
      y,
      [1, 0.92, 0.65],
      0.3 * (1 - ahead) ** 2 * smoothstep(4 + ahead * 28, ahead * 20, Math.abs(y - RAIL + 26)),
    );
  });
  canvas.disc(e + 88, RAIL - 26, 5, [1, 0.98, 0.8]);
  for (const wheel of [10, 40, 60]) drawWheel(canvas, e + wheel, x, 9);
}

function drawWheel(canvas, x, travelled, radius) {
  const y = RAIL - radius + 2;
  canvas.disc(x, y, radius, [0.12, 0.11, 0.14]);
  for (let k = 0; k < 3; k++) {
    const angle = travelled / radius + (k * Math.PI) / 3;
    canvas.line(
      x - Math.cos(angle) * radius * 0.75,
      y - Math.sin(angle) * radius * 0.75,
      x + Math.cos(angle) * radius * 0.75,
      y + Math.sin(angle) * radius * 0.75,
      0.8,
      [0.7, 0.5, 0.35],
    );
  }
}

function drawViaduct(canvas) {
  canvas.each([0, RAIL, canvas.width, WATER], (x, y) => {
    const within = ((x + 40) % 92) - 46;
    const arch = Math.abs(within) < 36 && y > RAIL + 46 - Math.sqrt(Math.max(0, 36 ** 2 - within ** 2));
    if (arch && y > RAIL + 10) return;
    const [row, joint] = [Math.floor(y / 7), y % 7 < 1 || (x + (Math.floor(y / 7) % 2) * 7) % 14 < 1];
    const stone = mix(0.17, 0.29, hash(Math.floor((x + (row % 2) * 7) / 14), row)) * (joint ? 0.72 : 1);
    canvas.blend(x, y, y < RAIL + 3 ? [0.4, 0.38, 0.42] : [stone * 1.08, stone, stone * 1.15], 1);
  });
}

function drawSignal(canvas, x, flash) {
  canvas.line(x, RAIL, x, RAIL - 62, 1.8, [0.2, 0.2, 0.25]);
  canvas.box(x - 8, RAIL - 82, x + 8, RAIL - 52, 6, [0.07, 0.07, 0.1]);
  canvas.disc(x, RAIL - 74, 5, mixColour([0.25, 0.05, 0.05], [1, 0.35, 0.25], flash));
  canvas.disc(x, RAIL - 60, 5, [0.08, 0.25, 0.14]);
  canvas.halo(x, RAIL - 74, 110, [1, 0.3, 0.18], flash * 0.85);
}

/** The water shows what stands above it, upside down and torn by ripples. */
function drawWater(canvas, t) {
  canvas.each([0, WATER, canvas.width, canvas.height], (x, y) => {
    const depth = y - WATER;
    const ripple = (noise(x * 0.03 + t * 0.5, depth * 0.35 - t * 1.6) - 0.5) * (4 + depth * 0.22);
    const sourceX = Math.round(Math.min(canvas.width - 1, Math.max(0, x + ripple * 1.6)));
    const sourceY = Math.round(Math.max(0, WATER - 1 - depth * 1.9 - Math.abs(ripple)));
    const i = (sourceY * canvas.width + sourceX) * 3;
    const reflected = [canvas.data[i], canvas.data[i + 1], canvas.data[i + 2]];
    const colour = mixColour(reflected, [0.04, 0.09, 0.18], 0.32 + depth / 220);
    canvas.blend(
      x,
      y,
      mixColour(colour, [0.6, 0.65, 0.8], smoothstep(0.74, 0.9, noise(x * 0.05 - t, depth * 0.6 + t * 2)) * 0.25),
      1,
    );
  });
}

function drawFireflies(canvas, t) {
  for (let i = 0; i < 22; i++) {
    const x = hash(i, 50) * canvas.width + 26 * Math.sin(t * (0.6 + hash(i, 51)) + i);
    const y = 236 + hash(i, 52) * 108 + 14 * Math.sin(t * (0.8 + hash(i, 53)) + i * 2);
    const light = 0.35 + 0.65 * Math.max(0, Math.sin(t * 3 + i * 1.7));
    canvas.halo(x, y, 11, [0.75, 0.95, 0.3], light * 0.6);
    canvas.disc(x, y, 1.3, [0.95, 1, 0.7], light);
  }
}
