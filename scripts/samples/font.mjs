/**
 * A round pen writing a few letters of our own. Each glyph is a path on a grid whose base line is y = 0 and whose capitals reach
 * y = -6: M moves, L draws a line, Q a curve with one control point. The first number is the width.
 */
import { capsule, clamp01 } from "./canvas.mjs";

const GLYPHS = {
  " ": "2.2",
  ":": "1 M.5 -.4 L.5 -.4 M.5 -3.4 L.5 -3.4",
  ".": "1 M.5 0 L.5 0",
  "!": "1 M.5 0 L.5 0 M.5 -1.8 L.5 -6",
  0: "4 M2 0 Q0 0 0 -3 Q0 -6 2 -6 Q4 -6 4 -3 Q4 0 2 0",
  1: "4 M.8 -4.8 L2.2 -6 L2.2 0",
  2: "4 M.2 -4.6 Q.4 -6 2 -6 Q3.8 -6 3.8 -4.4 Q3.8 -3 .2 0 L4 0",
  3: "4 M.3 -5 Q.8 -6 2 -6 Q3.6 -6 3.6 -4.6 Q3.6 -3.2 1.7 -3.2 Q3.9 -3.2 3.9 -1.6 Q3.9 0 2 0 Q.5 0 .1 -1.2",
  4: "4 M3 0 L3 -6 L.1 -1.6 L4 -1.6",
  5: "4 M3.6 -6 L.8 -6 L.5 -3.2 Q1.2 -3.8 2.1 -3.8 Q3.9 -3.8 3.9 -1.9 Q3.9 0 2 0 Q.6 0 .1 -1",
  6: "4 M3.2 -6 Q.1 -5 .1 -1.9 Q.1 0 2 0 Q3.9 0 3.9 -1.9 Q3.9 -3.7 2.1 -3.7 Q.4 -3.7 .1 -1.9",
  7: "4 M.1 -6 L3.9 -6 Q1.8 -3 1.5 0",
  8: "4 M2 -3.2 Q.4 -3.3 .4 -4.6 Q.4 -6 2 -6 Q3.6 -6 3.6 -4.6 Q3.6 -3.3 2 -3.2 Q.1 -3.1 .1 -1.6 Q.1 0 2 0 Q3.9 0 3.9 -1.6 Q3.9 -3.1 2 -3.2",
  9: "4 M.8 0 Q3.9 -1 3.9 -4.1 Q3.9 -6 2 -6 Q.1 -6 .1 -4.1 Q.1 -2.3 1.9 -2.3 Q3.6 -2.3 3.9 -4.1",
  C: "4.4 M4.2 -4.8 Q3.4 -6 2.2 -6 Q0 -6 0 -3 Q0 0 2.2 0 Q3.4 0 4.2 -1.2",
  T: "4.2 M0 -6 L4.2 -6 M2.1 -6 L2.1 0",
  a: "3 M3 -4 L3 0 M3 -2 Q3 -4 1.5 -4 Q0 -4 0 -2 Q0 0 1.5 0 Q3 0 3 -2",
  b: "3 M0 -6 L0 0 M0 -2 Q0 -4 1.5 -4 Q3 -4 3 -2 Q3 0 1.5 0 Q0 0 0 -2",
  d: "3 M3 -6 L3 0 M3 -2 Q3 -4 1.5 -4 Q0 -4 0 -2 Q0 0 1.5 0 Q3 0 3 -2",
  e: "3 M0 -2.1 L3 -2.1 Q3 -4 1.5 -4 Q0 -4 0 -2 Q0 0 1.6 0 Q2.5 0 2.9 -.7",
  f: "2.2 M2.2 -5.9 Q1 -6.3 1 -4.8 L1 0 M0 -3.8 L2 -3.8",
  g: "3 M3 -4 L3 .4 Q3 2 1.5 2 Q.5 2 .1 1.4 M3 -2 Q3 -4 1.5 -4 Q0 -4 0 -2 Q0 0 1.5 0 Q3 0 3 -2",
  h: "3 M0 -6 L0 0 M0 -2 Q0 -4 1.6 -4 Q3 -4 3 -2.2 L3 0",
  i: "1 M.5 -4 L.5 0 M.5 -5.8 L.5 -5.8",
  j: "1.2 M.8 -4 L.8 .6 Q.8 1.9 -.3 1.9 M.8 -5.8 L.8 -5.8",
  m: "5 M0 -4 L0 0 M0 -2.2 Q0 -4 1.3 -4 Q2.5 -4 2.5 -2.2 L2.5 0 M2.5 -2.2 Q2.5 -4 3.8 -4 Q5 -4 5 -2.2 L5 0",
  n: "3 M0 -4 L0 0 M0 -2 Q0 -4 1.6 -4 Q3 -4 3 -2.2 L3 0",
  o: "3 M1.5 0 Q0 0 0 -2 Q0 -4 1.5 -4 Q3 -4 3 -2 Q3 0 1.5 0",
  r: "2 M0 -4 L0 0 M0 -1.8 Q0 -4 2 -3.9",
  s: "2.6 M2.5 -3.3 Q2.1 -4 1.3 -4 Q.1 -4 .1 -3 Q.1 -2.1 1.3 -2 Q2.6 -1.9 2.6 -1 Q2.6 0 1.3 0 Q.4 0 0 -.7",
  t: "2.2 M1 -5.4 L1 -1.2 Q1 0 2.2 -.1 M0 -3.8 L2.1 -3.8",
  u: "3 M0 -4 L0 -1.8 Q0 0 1.4 0 Q3 0 3 -2 M3 -4 L3 0",
  v: "3 M0 -4 L1.5 0 L3 -4",
  w: "4.6 M0 -4 L1.2 0 L2.3 -3.6 L3.4 0 L4.6 -4",
  x: "3 M0 -4 L3 0 M3 -4 L0 0",
  y: "3 M0 -4 L1.5 -.2 M3 -4 L1.2 .8 Q.7 2 -.3 1.8",
};

const CURVE_STEPS = 6;
const SPACING = 1.35;

function parseGlyph(text) {
  const [width, ...tokens] = text.match(/-?\d*\.?\d+|[MLQ]/g);
  const lines = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < tokens.length; ) {
    const command = tokens[i++];
    const [a, b, c, d] = tokens.slice(i, i + 4).map(Number);
    i += command === "Q" ? 4 : 2;
    if (command === "L") lines.push([x, y, a, b]);
    if (command === "Q") {
      let [px, py] = [x, y];
      for (let step = 1; step <= CURVE_STEPS; step++) {
        const t = step / CURVE_STEPS;
        const [u, v, w] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
        const [qx, qy] = [u * x + v * a + w * c, u * y + v * b + w * d];
        lines.push([px, py, qx, qy]);
        [px, py] = [qx, qy];
      }
    }
    [x, y] = command === "Q" ? [c, d] : [a, b];
  }
  return { width: Number(width), lines };
}

const glyphs = new Map(Object.entries(GLYPHS).map(([letter, text]) => [letter, parseGlyph(text)]));

function glyphOf(letter) {
  const glyph = glyphs.get(letter);
  if (glyph === undefined) throw new RangeError(`letter "${letter}": the font has none`);
  return glyph;
}

/** Width of a line of text, pixels; `size` is the height of a capital. */
export function textWidth(text, size) {
  return ([...text].reduce((sum, letter) => sum + glyphOf(letter).width + SPACING, -SPACING) * size) / 6;
}

/**
 * Writes text with its base line at y.
 * @param options.pen     radius of the pen, pixels
 * @param options.letter  gives {dy, alpha} for the letter with that index, for text that comes in letter by letter
 */
export function drawText(canvas, text, left, baseLine, size, colour, { pen = size / 11, alpha = 1, letter } = {}) {
  const unit = size / 6;
  let x = left;
  for (const [index, character] of [...text].entries()) {
    const glyph = glyphOf(character);
    const place = letter?.(index) ?? { dy: 0, alpha: 1 };
    const y = baseLine + place.dy;
    if (place.alpha > 0 && glyph.lines.length > 0) {
      const strokes = glyph.lines.map(([ax, ay, bx, by]) =>
        capsule(x + ax * unit, y + ay * unit, x + bx * unit, y + by * unit, pen),
      );
      const box = [x - 2 * unit, y - 7 * unit - pen, x + (glyph.width + 1) * unit + pen, y + 3 * unit + pen];
      canvas.each(box, (px, py) => {
        let distance = Number.POSITIVE_INFINITY;
        for (const stroke of strokes) distance = Math.min(distance, stroke(px + 0.5, py + 0.5));
        const coverage = clamp01(0.5 - distance) * alpha * clamp01(place.alpha);
        if (coverage > 0) canvas.blend(px, py, colour, coverage);
      });
    }
    x += (glyph.width + SPACING) * unit;
  }
}
