/**
 * A small software painter for the sample videos: colours are [red, green, blue] in 0..1, positions in pixels, edges are
 * smoothed from the signed distance to the shape (negative inside).
 */

export const clamp01 = (value) => Math.min(1, Math.max(0, value));
export const mix = (a, b, t) => a + (b - a) * t;
export const mixColour = (a, b, t) => [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
const ease = (t) => t * t * (3 - 2 * t);
export const smoothstep = (low, high, value) => ease(clamp01((value - low) / (high - low)));

/** The same number in 0..1 for the same two integers, on every machine. */
export function hash(x, y) {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise in 0..1 with features one unit wide. */
export function noise(x, y) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [ease(x - column), ease(y - row)];
  return mix(
    mix(hash(column, row), hash(column + 1, row), fx),
    mix(hash(column, row + 1), hash(column + 1, row + 1), fx),
    fy,
  );
}

/** Three octaves of {@link noise}, 0..1. */
export const cloudNoise = (x, y) =>
  noise(x, y) * 0.55 + noise(x * 2.1 + 17, y * 2.1 + 5) * 0.3 + noise(x * 4.3 + 3, y * 4.3 + 29) * 0.15;

/** Signed distance to a line from a to b with round ends. */
export function capsule(ax, ay, bx, by, radius) {
  const [dx, dy] = [bx - ax, by - ay];
  const lengthSquared = dx * dx + dy * dy || 1;
  return (x, y) => {
    const t = clamp01(((x - ax) * dx + (y - ay) * dy) / lengthSquared);
    return Math.hypot(x - ax - dx * t, y - ay - dy * t) - radius;
  };
}

/** Signed distance to a closed polygon of [x, y] points. */
export function polygon(points) {
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    let [px, py] = points[points.length - 1];
    for (const [qx, qy] of points) {
      const [dx, dy] = [qx - px, qy - py];
      const t = clamp01(((x - px) * dx + (y - py) * dy) / (dx * dx + dy * dy || 1));
      nearest = Math.min(nearest, Math.hypot(x - px - dx * t, y - py - dy * t));
      if (py > y !== qy > y && x < ((qx - px) * (y - py)) / (qy - py) + px) inside = !inside;
      [px, py] = [qx, qy];
    }
    return inside ? -nearest : nearest;
  };
}

/** Signed distance to a rectangle with rounded corners. */
export function roundedBox(left, top, right, bottom, radius) {
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  const [hx, hy] = [(right - left) / 2 - radius, (bottom - top) / 2 - radius];
  return (x, y) => {
    const [qx, qy] = [Math.abs(x - cx) - hx, Math.abs(y - cy) - hy];
    return Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - radius;
  };
}

export class Canvas {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(width * height * 3);
  }

  /** Lays `colour` over one pixel. */
  blend(x, y, colour, alpha) {
    const i = (y * this.width + x) * 3;
    for (let c = 0; c < 3; c++) this.data[i + c] += (colour[c] - this.data[i + c]) * alpha;
  }

  /** Adds light to one pixel. */
  glow(x, y, colour, strength) {
    const i = (y * this.width + x) * 3;
    for (let c = 0; c < 3; c++) this.data[i + c] += colour[c] * strength;
  }

  /** Calls `visit(x, y)` for each pixel of the box that lies on the canvas. */
  each([left, top, right, bottom], visit) {
    const [x0, y0] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
    const [x1, y1] = [Math.min(this.width, Math.ceil(right)), Math.min(this.height, Math.ceil(bottom))];
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) visit(x, y);
  }

  /** Paints a shape; `colour` is a colour, or a function of (x, y) that gives one. */
  fill(box, distance, colour, alpha = 1) {
    const at = typeof colour === "function" ? colour : () => colour;
    this.each(box, (x, y) => {
      const coverage = clamp01(0.5 - distance(x + 0.5, y + 0.5)) * alpha;
      if (coverage > 0) this.blend(x, y, at(x, y), coverage);
    });
  }

  disc(cx, cy, radius, colour, alpha = 1) {
    const box = [cx - radius - 1, cy - radius - 1, cx + radius + 1, cy + radius + 1];
    this.fill(box, (x, y) => Math.hypot(x - cx, y - cy) - radius, colour, alpha);
  }

  line(ax, ay, bx, by, radius, colour, alpha = 1) {
    const edge = radius + 1;
    const box = [Math.min(ax, bx) - edge, Math.min(ay, by) - edge, Math.max(ax, bx) + edge, Math.max(ay, by) + edge];
    this.fill(box, capsule(ax, ay, bx, by, radius), colour, alpha);
  }

  shape(points, colour, alpha = 1) {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const box = [Math.min(...xs) - 1, Math.min(...ys) - 1, Math.max(...xs) + 1, Math.max(...ys) + 1];
    this.fill(box, polygon(points), colour, alpha);
  }

  box(left, top, right, bottom, radius, colour, alpha = 1) {
    this.fill([left - 1, top - 1, right + 1, bottom + 1], roundedBox(left, top, right, bottom, radius), colour, alpha);
  }

  /** Light that fades with the distance from a point. */
  halo(cx, cy, radius, colour, strength) {
    this.each([cx - radius, cy - radius, cx + radius, cy + radius], (x, y) => {
      const t = 1 - Math.hypot(x - cx, y - cy) / radius;
      if (t > 0) this.glow(x, y, colour, strength * t * t);
    });
  }

  /** Paints everything below a skyline; `colour(x, y, depth)` where depth counts from the skyline down. */
  ground(skyline, colour, bottom = this.height) {
    for (let x = 0; x < this.width; x++) {
      const top = skyline(x);
      for (let y = Math.max(0, Math.floor(top)); y < bottom; y++) {
        this.blend(x, y, colour(x, y, y - top), clamp01(y + 1 - top));
      }
    }
  }

  /** 8 bits a sample, red, green, blue. */
  toRgb24() {
    return Buffer.from(Uint8ClampedArray.from(this.data, (value) => value * 255).buffer);
  }
}
