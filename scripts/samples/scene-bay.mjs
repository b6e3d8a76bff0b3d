import { clamp01, cloudNoise, hash, mix, mixColour, noise, smoothstep } from "./canvas.mjs";

const HORIZON = 196;
const SUN = { x: 452, y: 96 };

/** @param flash light of the lighthouse, 0..1 */
export function drawBay(canvas, t, flash) {
  const camera = t * 9; // the view glides to the right
  drawSky(canvas, t, camera);
  drawIslands(canvas, camera);
  drawSea(canvas, t, camera);
  drawBoat(canvas, 250 + t * 26 - camera * 0.6, 262, t, 1);
  drawBoat(canvas, 560 - t * 8 - camera * 0.3, 211, t + 2, 0.32);
  drawHeadland(canvas, camera, flash);
  drawGulls(canvas, t);
  drawMeadow(canvas, t, camera);
}

function drawSky(canvas, t, camera) {
  canvas.each([0, 0, canvas.width, HORIZON + 2], (x, y) => {
    const height = y / HORIZON;
    let colour = mixColour([0.2, 0.5, 0.83], [0.99, 0.86, 0.7], height ** 1.5);
    const toSun = Math.hypot(x - SUN.x, y - SUN.y);
    const warmth = Math.exp(-toSun / 90);
    colour = mixColour(colour, [1, 0.93, 0.72], warmth * 0.75);
    const scale = 0.006 + 0.01 * height; // clouds shrink towards the horizon
    const cloud = cloudNoise((x + camera * 0.3 + t * 7) * scale, y * scale * 2.6 + 4);
    const amount = smoothstep(0.5, 0.72, cloud) * smoothstep(0, 0.25, height + 0.12) * (1 - height * 0.55);
    colour = mixColour(
      colour,
      mixColour([1, 0.98, 0.95], [0.82, 0.78, 0.84], smoothstep(0.6, 0.9, cloud)),
      amount * 0.9,
    );
    canvas.blend(x, y, colour, 1);
  });
  canvas.disc(SUN.x, SUN.y, 23, [1, 0.98, 0.86]);
}

function drawIslands(canvas, camera) {
  const far = (x) => HORIZON - 46 * noise((x + camera * 0.2) * 0.011, 2) ** 1.4 * smoothstep(660, 430, x) + 6;
  canvas.ground(
    far,
    (x, y, depth) => mixColour([0.55, 0.6, 0.76], [0.68, 0.7, 0.8], depth / 30 + noise(x * 0.2, y * 0.2) * 0.2),
    HORIZON + 1,
  );
  const near = (x) => HORIZON - 40 * noise((x + camera * 0.35) * 0.016 + 40, 8) * smoothstep(250, 640, x) + 8;
  canvas.ground(
    near,
    (x, y, depth) => {
      const wood = noise((x + camera * 0.35) * 0.35, y * 0.35);
      return mixColour([0.27, 0.43, 0.42], [0.44, 0.57, 0.45], wood - depth / 60);
    },
    HORIZON + 1,
  );
}

function drawSea(canvas, t, camera) {
  canvas.each([0, HORIZON, canvas.width, canvas.height], (x, y) => {
    const depth = y - HORIZON + 1;
    const scale = 9 / (depth + 14);
    const [u, v] = [(x - 320 + camera * (0.3 + depth / 300)) * scale, 260 / (depth + 10)];
    const wave = noise(u * 0.7 + t * 0.8, v * 7 + t * 1.4) * 0.6 + noise(u * 2 - t * 1.1, v * 15 - t) * 0.4;
    let colour = mixColour([0.56, 0.75, 0.82], [0.05, 0.3, 0.46], clamp01(depth / 150) ** 0.6);
    colour = mixColour(colour, [0.8, 0.92, 0.93], smoothstep(0.55, 0.85, wave) * 0.42);
    colour = mixColour(colour, [0.02, 0.2, 0.36], smoothstep(0.45, 0.15, wave) * 0.35);
    const path = Math.exp(-(((x - SUN.x) / (16 + depth * 0.5)) ** 2));
    colour = mixColour(colour, [1, 0.95, 0.75], path * smoothstep(0.45, 0.7, wave) * 0.85);
    canvas.blend(x, y, colour, 1);
  });
}

function drawBoat(canvas, x, y, t, size) {
  const [roll, lift] = [Math.sin(t * 1.7) * 0.06, Math.sin(t * 2.3) * 2.5 * size];
  const place = ([px, py]) => [x + (px - py * roll) * size, y + lift + (py + px * roll) * size];
  const paint = (points, colour) => canvas.shape(points.map(place), colour);
  for (let row = 0; row < 10; row++) {
    const sway = Math.sin(t * 3 + row * 0.9) * 3 * size;
    canvas.line(
      x - (34 - row * 3) * size + sway,
      y + (10 + row * 4) * size,
      x + (34 - row * 3) * size + sway,
      y + (10 + row * 4) * size,
      1.3 * size,
      [0.95, 0.93, 0.88],
      0.3 - row * 0.025,
    );
  }
  canvas.line(...place([2, -100]), ...place([2, -6]), 1.6 * size, [0.36, 0.23, 0.15]);
  const billow = 6 + 3 * Math.sin(t * 1.3);
  paint(
    [
      [6, -98],
      [30 + billow, -55],
      [44 + billow, -16],
      [6, -14],
    ],
    (px, py) => mixColour([0.99, 0.97, 0.92], [0.84, 0.82, 0.82], noise(px * 0.05, py * 0.25) * 0.7),
  );
  paint(
    [
      [-2, -90],
      [-20 - billow * 0.5, -48],
      [-34, -15],
      [-2, -13],
    ],
    [0.93, 0.36, 0.25],
  );
  const wave = Math.sin(t * 9) * 3;
  paint(
    [
      [2, -104],
      [20, -101 + wave],
      [2, -95],
    ],
    [1, 0.78, 0.2],
  );
  paint(
    [
      [-46, -8],
      [52, -8],
      [38, 8],
      [-34, 8],
    ],
    (_px, py) => (py - y - lift < -3 * size ? [0.97, 0.95, 0.9] : [0.16, 0.27, 0.45]),
  );
  canvas.disc(...place([-14, -12]), 5 * size, [0.9, 0.68, 0.52]);
}

function drawHeadland(canvas, camera, flash) {
  const shift = -camera * 0.5;
  const rock = (x) => {
    const u = x - shift;
    return 232 - 74 * smoothstep(205, 90, u) + 10 * noise(u * 0.08, 1) + 80 * smoothstep(120, 240, u);
  };
  canvas.ground(
    rock,
    (x, y, depth) => {
      const grain = noise((x - shift) * 0.22, y * 0.12) * 0.6 + hash(Math.floor((x - shift) / 2), y >> 1) * 0.25;
      if (depth < 7 + grain * 6 && x - shift < 150) return mixColour([0.36, 0.52, 0.25], [0.52, 0.66, 0.33], grain);
      return mixColour([0.37, 0.31, 0.3], [0.66, 0.57, 0.5], grain);
    },
    286,
  );
  const [x, base, top] = [104 + shift, 172, 74];
  for (const [half, alpha] of flash > 0.05
    ? [
        [26, 0.25],
        [13, 0.4],
      ]
    : []) {
    canvas.shape(
      [
        [x, top - 10],
        [x + 540, top - 10 - half * 2],
        [x + 540, top - 10 + half * 2],
      ],
      [1, 0.97, 0.8],
      alpha * flash,
    );
  }
  canvas.shape(
    [
      [x - 15, base],
      [x - 9, top],
      [x + 9, top],
      [x + 15, base],
    ],
    (px, py) => {
      const band = Math.floor((py - top) / 19.6) % 2 === 0 ? [0.86, 0.25, 0.22] : [0.97, 0.95, 0.91];
      return mixColour(band, [0.3, 0.2, 0.3], smoothstep(2, -16, px - x) * 0.35);
    },
  );
  canvas.box(x - 12, top - 4, x + 12, top, 1, [0.2, 0.22, 0.28]);
  canvas.box(x - 7, top - 17, x + 7, top - 4, 1, mixColour([0.55, 0.5, 0.38], [1, 0.98, 0.85], flash));
  canvas.shape(
    [
      [x - 10, top - 16],
      [x, top - 27],
      [x + 10, top - 16],
    ],
    [0.75, 0.2, 0.18],
  );
  canvas.box(x - 3, base - 16, x + 4, base, 2, [0.33, 0.22, 0.2]);
  canvas.halo(x, top - 10, 80, [1, 0.92, 0.65], flash * 0.9);
}

function drawGulls(canvas, t) {
  for (const [dx, dy, phase] of [
    [0, 0, 0],
    [38, 14, 1.1],
    [70, -8, 2.3],
  ]) {
    const [x, y] = [250 + dx + t * 22 + 8 * Math.sin(t + phase), 84 + dy + 6 * Math.sin(t * 1.3 + phase)];
    const flap = Math.sin(t * 8 + phase) * 6;
    for (const side of [-1, 1]) {
      canvas.line(x, y, x + side * 7, y - 4 - flap * 0.5, 1.3, [0.98, 0.98, 0.98]);
      canvas.line(x + side * 7, y - 4 - flap * 0.5, x + side * 15, y - flap, 1, [0.35, 0.37, 0.42]);
    }
  }
}

const PETALS = [
  [0.96, 0.35, 0.4],
  [1, 0.8, 0.25],
  [0.98, 0.98, 0.96],
  [0.75, 0.5, 0.9],
];

function drawMeadow(canvas, t, camera) {
  const shift = camera * 2.2;
  const skyline = (x) => 322 - 22 * noise((x + shift) * 0.008, 5);
  canvas.ground(skyline, (x, y, depth) => {
    const blade = noise((x + shift) * 0.5 + y * 0.12, y * 0.06);
    return mixColour(
      mixColour([0.42, 0.62, 0.24], [0.13, 0.33, 0.15], clamp01(depth / 50)),
      [0.62, 0.75, 0.3],
      blade ** 3 * 0.6,
    );
  });
  const first = Math.floor(shift / 7) - 1;
  for (let i = first; i < first + 96; i++) {
    const x = i * 7 + hash(i, 1) * 6 - shift;
    const [root, height] = [skyline(x) + 6 + hash(i, 2) * 28, 12 + hash(i, 3) * 18];
    const tip = x + Math.sin(t * 1.9 + i * 0.35) * 4 + mix(-3, 3, hash(i, 4));
    canvas.line(x, root, tip, root - height, 1.2, mixColour([0.2, 0.42, 0.16], [0.5, 0.68, 0.28], hash(i, 5)));
    if (hash(i, 6) > 0.3) continue;
    const petal = PETALS[Math.floor(hash(i, 7) * PETALS.length)];
    for (let k = 0; k < 5; k++)
      canvas.disc(tip + 3.6 * Math.cos(k * 1.257 + i), root - height + 3.6 * Math.sin(k * 1.257 + i), 2.6, petal);
    canvas.disc(tip, root - height, 2.2, [0.55, 0.33, 0.1]);
  }
}
