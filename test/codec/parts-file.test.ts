import { describe, expect, it } from "vitest";
import { InputError } from "../../codec/errors.ts";
import { AREA_PRESETS } from "../../codec/restriction/areas.ts";
import { PICTURE_TREATMENTS, type RestrictedPart, SOUND_TREATMENTS } from "../../codec/restriction/part.ts";
import { readPartsFile, writePartsFile } from "../../codec/restriction/parts-file.ts";
import { below, createRandom } from "../support/fills.ts";

const SEED = Number(process.env.CMIX_SEED ?? 1);
const file = (...parts: unknown[]): string => JSON.stringify({ version: 1, parts });

function errorOf(text: string): string {
  try {
    readPartsFile(text, "film.json");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return "none";
}

describe("a file of parts", () => {
  it("needs times only", () => {
    expect(readPartsFile(file({ startSeconds: 12.5, endSeconds: 20 }))).toEqual([
      {
        startMicroseconds: 12_500_000,
        endMicroseconds: 20_000_000,
        areas: [AREA_PRESETS.whole.area],
        treatment: "black",
        sound: "keep",
        viewers: "premium",
      },
    ]);
  });

  it("takes names and thousandths, and gives parts in the order of their starts", () => {
    const later = { startSeconds: 30, endSeconds: 31, areas: [], sound: "mute", viewers: "age:18" };
    const area = { x: 0, y: 1, width: 2, height: 3 };
    const earlier = { startSeconds: 1, endSeconds: 2, areas: ["lower-third", area], treatment: "mosaic" };
    const parts = readPartsFile(file(later, earlier));
    expect(parts.map(({ startMicroseconds }) => startMicroseconds)).toEqual([1_000_000, 30_000_000]);
    expect(parts[0]?.areas).toEqual([AREA_PRESETS["lower-third"].area, area]);
    expect(parts[1]).toMatchObject({ areas: [], sound: "mute", viewers: "age:18" });
  });

  it(`comes back as it was written (2,000 parts, seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const pick = <T>(values: readonly T[]): T => values[below(random, values.length)] as T;
    const parts = Array.from({ length: 2000 }, (): RestrictedPart => {
      const startMicroseconds = below(random, 2 ** 32) * 100 + below(random, 100);
      const [x, y] = [below(random, 1000), below(random, 1000)];
      const free = { x, y, width: 1 + below(random, 1000 - x), height: 1 + below(random, 1000 - y) };
      return {
        startMicroseconds,
        endMicroseconds: startMicroseconds + 1 + below(random, 10_000_000),
        areas: pick([[AREA_PRESETS["top-left"].area], [free, AREA_PRESETS["right-half"].area]]),
        treatment: pick(PICTURE_TREATMENTS),
        sound: pick(SOUND_TREATMENTS),
        viewers: pick(["premium", "signed-in", "age:18", "group:press"]),
      };
    }).sort((a, b) => a.startMicroseconds - b.startMicroseconds);
    expect(readPartsFile(writePartsFile(parts))).toEqual(parts);
  });

  it.each([
    ["no JSON", "{", /^film\.json: no JSON: /],
    ["another thing", "[]", /^film\.json: the whole: /],
    ["no parts", '{"version":1}', /^film\.json: parts: /],
    ["another version", '{"version":2,"parts":[]}', /^film\.json: version: /],
    ["no end", file({ startSeconds: 1 }), /^film\.json: parts\[0\]\.endSeconds: /],
    [
      "an end before the start",
      file({ startSeconds: 2, endSeconds: 1 }),
      /^film\.json: parts\[0\]\.endSeconds: a time behind/,
    ],
    [
      "no length in whole microseconds",
      file({ startSeconds: 1, endSeconds: 1.0000001 }),
      /^film\.json: parts\[0\]\.endSeconds/,
    ],
    ["a negative start", file({ startSeconds: -1, endSeconds: 1 }), /^film\.json: parts\[0\]\.startSeconds: /],
    ["a far end", file({ startSeconds: 1, endSeconds: 1e9 }), /^film\.json: parts\[0\]\.endSeconds: /],
    ["a word for a number", file({ startSeconds: "1", endSeconds: 2 }), /^film\.json: parts\[0\]\.startSeconds: /],
    ["an unknown field", file({ startSeconds: 1, endSeconds: 2, hold: 3 }), /^film\.json: parts\[0\]: .*hold/],
    [
      "an unknown treatment",
      file({ startSeconds: 1, endSeconds: 2, treatment: "blur" }),
      /^film\.json: parts\[0\]\.treatment: /,
    ],
    [
      "no viewers",
      file({ startSeconds: 1, endSeconds: 2, viewers: "all" }),
      /^film\.json: parts\[0\]\.viewers: premium, /,
    ],
    [
      "an area too wide",
      file(
        { startSeconds: 1, endSeconds: 2 },
        { startSeconds: 1, endSeconds: 2, areas: [{ x: 0, y: 0, width: 1200, height: 1 }] },
      ),
      /^film\.json: parts\[1\]\.areas\[0\]\.width: /,
    ],
    [
      "an area over the edge",
      file({ startSeconds: 1, endSeconds: 2, areas: [{ x: 900, y: 0, width: 101, height: 1 }] }),
      /^film\.json: parts\[0\]\.areas\[0\]: an area inside the picture expected/,
    ],
    [
      "an area of no name",
      file({ startSeconds: 1, endSeconds: 2, areas: ["middle"] }),
      /^film\.json: parts\[0\]\.areas\[0\]: .*lower-third/,
    ],
    [
      "nothing hidden",
      file({ startSeconds: 1, endSeconds: 2, areas: [] }),
      /^film\.json: parts\[0\]\.areas: an area, or a sound/,
    ],
    [
      "many areas",
      file({ startSeconds: 1, endSeconds: 2, areas: Array(65).fill("whole") }),
      /^film\.json: parts\[0\]\.areas: /,
    ],
    ["many parts", file(...Array(10_001).fill({ startSeconds: 1, endSeconds: 2 })), /^film\.json: parts: /],
    ["a long text", " ".repeat((4 << 20) + 1), /^film\.json: 4194305 characters/],
  ])("is refused in one line that names the place: %s", (_name, text, message) => {
    const found = errorOf(text);
    expect(found).toMatch(message);
    expect(found).not.toContain("\n");
    expect(found.length).toBeLessThan(400);
  });
});
