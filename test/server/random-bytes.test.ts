import { expect, it } from "vitest";
import { randomBytes } from "../../server/security/random-bytes.ts";

it("random bytes are never given twice, over many fillings of the store, and belong to who got them", () => {
  const given = Array.from({ length: 5000 }, (_, i) => randomBytes(12 + (i % 3) * 10));
  expect(given.map(({ length }) => length)).toEqual(given.map((_, i) => 12 + (i % 3) * 10));
  expect(new Set(given.map((bytes) => bytes.toString("hex"))).size).toBe(given.length);
  const ones = given.reduce(
    (sum, bytes) => sum + bytes.reduce((bits, byte) => bits + byte.toString(2).replaceAll("0", "").length, 0),
    0,
  );
  const bits = given.reduce((sum, { length }) => sum + length * 8, 0);
  expect(Math.abs(ones / bits - 0.5)).toBeLessThan(0.005); // 880,000 bits: nine standard deviations
  const first = given[0]?.toString("hex");
  randomBytes(16).fill(0);
  expect(given[0]?.toString("hex")).toBe(first);
  expect(() => randomBytes(1025)).toThrow(RangeError);
});
