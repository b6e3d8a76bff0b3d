import { beforeAll, describe, expect, it } from "vitest";
import { AREA_PRESETS } from "../../codec/restriction/areas.ts";
import { type JudgedMark, judgeMarks, restrictedParts, reverseParts } from "../../codec/restriction/judge-marks.ts";
import { signMark, USUAL_RULE, writeMark } from "../../codec/restriction/mark.ts";
import type { Sighting } from "../../codec/restriction/mark-finder.ts";
import { signMarkRecord } from "../../codec/restriction/mark-record.ts";
import type { Area, RestrictedPart } from "../../codec/restriction/part.ts";
import { createSigningKey, keyIdOf, type SigningKey } from "../../codec/restriction/signing.ts";
import { below, createRandom } from "../support/fills.ts";

const SERVICE = "https://cmix.example";
const SEED = Number(process.env.CMIX_SEED ?? 1);
const VIDEO = 100_000_000;

const seen = (text: string, start: number, end: number): Sighting => ({
  text,
  startMicroseconds: start * 1e6,
  endMicroseconds: end * 1e6,
  firstPicture: start * 25,
  lastPicture: end * 25 - 1,
  area: { x: 0, y: 0, width: 100, height: 100 },
});
const judge = (sightings: Sighting[]): Promise<JudgedMark[]> =>
  judgeMarks(sightings, { unsigned: true, nowSeconds: 0 });
const times = (parts: readonly RestrictedPart[]): number[][] =>
  parts.map(({ startMicroseconds, endMicroseconds }) => [startMicroseconds / 1e6, endMicroseconds / 1e6]);

let key: SigningKey;
let stranger: SigningKey;
let keys: (id: string) => Uint8Array | undefined;
beforeAll(async () => {
  key = await createSigningKey();
  stranger = await createSigningKey();
  const id = await keyIdOf(key.publicKey);
  keys = (asked) => (asked === id ? key.publicKey : undefined);
});

describe("a mark", () => {
  const rule = { ...USUAL_RULE, holdSeconds: 0 };
  const stateOf = async (text: string, policy: Partial<Parameters<typeof judgeMarks>[1]> = {}) => {
    const [judged] = await judgeMarks([seen(text, 1, 2)], { unsigned: true, nowSeconds: 1000, keys, ...policy });
    return [judged?.state, judged?.signature];
  };

  it("counts by the creator's choice: unsigned ones, or signed ones only", async () => {
    const unsigned = writeMark({ service: SERVICE, rule });
    const signed = await signMark({ service: SERVICE, rule }, key);
    const unknown = await signMark({ service: SERVICE, rule }, stranger);
    const forged = signed.replace("1r.", "1f.");
    expect(await stateOf(unsigned)).toEqual(["counts", "none"]);
    expect(await stateOf(unsigned, { unsigned: false })).toEqual(["unsigned", "none"]);
    expect(await stateOf(signed, { unsigned: false })).toEqual(["counts", "valid"]);
    expect(await stateOf(unknown)).toEqual(["counts", "unknown-key"]);
    expect(await stateOf(unknown, { unsigned: false })).toEqual(["unsigned", "unknown-key"]);
    expect(await stateOf(forged)).toEqual(["forged", "wrong"]);
    expect(await stateOf(forged, { unsigned: false })).toEqual(["forged", "wrong"]);
  });

  it("of another service is said to be such, and nobody is asked", async () => {
    const policy = { services: [SERVICE], records: () => expect.fail("asked") };
    expect(await stateOf(writeMark({ service: "https://other.example", rule }), policy)).toEqual(["foreign", "none"]);
    const id = writeMark({ service: "https://other.example", recordId: "0011223344556677" });
    expect(await stateOf(id, policy)).toEqual(["foreign", "none"]);
    expect(await stateOf(writeMark({ service: SERVICE, rule }), policy)).toEqual(["counts", "none"]);
  });

  it("that is none, or is not understood, hides nothing", async () => {
    const judged = await judge([seen("hello", 1, 2), seen(`${SERVICE}/r#9r`, 1, 2)]);
    expect(judged.map(({ state }) => state)).toEqual(["other", "unreadable"]);
    expect(judged[1]?.reason).toBe("version 9, 1 expected");
    expect(restrictedParts(judged, VIDEO)).toEqual([]);
  });

  it("with an id says what its record says, while that holds and is of a known key", async () => {
    const id = "0011223344556677";
    const record = { id, service: SERVICE, holder: "Film Ltd", validUntilSeconds: 1000, rule };
    const [own, others] = [await signMarkRecord(record, key), await signMarkRecord(record, stranger)];
    const elsewhere = await signMarkRecord({ ...record, service: "https://other.example" }, key);
    const anotherId = await signMarkRecord({ ...record, id: "ff11223344556677" }, key);
    const text = writeMark({ service: SERVICE, recordId: id });
    const records = (bytes: Uint8Array | undefined) => ({ records: () => bytes, unsigned: false });
    expect(await stateOf(text, records(own))).toEqual(["counts", "valid"]);
    expect(await stateOf(text, { ...records(own), nowSeconds: 1001 })).toEqual(["expired", "none"]);
    expect(await stateOf(text, records(others))).toEqual(["unsigned", "unknown-key"]);
    expect(await stateOf(text, { ...records(others), unsigned: true })).toEqual(["counts", "unknown-key"]);
    for (const bytes of [undefined, elsewhere, anotherId])
      expect(await stateOf(text, records(bytes))).toEqual(["unknown-record", "none"]);
    expect(await stateOf(text)).toEqual(["unknown-record", "none"]);
  });
});

describe("restricted parts", () => {
  const text = (holdSeconds: number) => writeMark({ service: SERVICE, rule: { ...USUAL_RULE, holdSeconds } });

  it("go on for the hold time, and end with the video", async () => {
    expect(times(restrictedParts(await judge([seen(text(2), 10, 20)]), VIDEO))).toEqual([[10, 22]]);
    expect(times(restrictedParts(await judge([seen(text(2), 10, 99)]), VIDEO))).toEqual([[10, 100]]);
    expect(times(restrictedParts(await judge([seen(text(0), 10, 20)]), VIDEO))).toEqual([[10, 20]]);
  });

  it("are one where the mark was away for no longer than the hold time", async () => {
    const away = (seconds: number) => [seen(text(2), 10, 20), seen(text(2), 20 + seconds, 40)];
    expect(times(restrictedParts(await judge(away(2)), VIDEO))).toEqual([[10, 42]]);
    expect(times(restrictedParts(await judge(away(3)), VIDEO))).toEqual([
      [10, 22],
      [23, 42],
    ]);
  });

  it("are several where marks ask for several things, and none where they allow", async () => {
    const rule = { ...USUAL_RULE, holdSeconds: 0 };
    const sound = writeMark({
      service: SERVICE,
      rule: { ...rule, sound: "mute", area: AREA_PRESETS["top-left"].area },
    });
    const free = writeMark({ service: SERVICE, rule: { ...rule, restricted: false } });
    const parts = restrictedParts(await judge([seen(text(0), 10, 20), seen(sound, 15, 30), seen(free, 0, 50)]), VIDEO);
    expect(times(parts)).toEqual([
      [10, 20],
      [15, 30],
    ]);
    expect(parts[1]).toMatchObject({ sound: "mute", areas: [AREA_PRESETS["top-left"].area] });
  });
});

describe("the reverse rule", () => {
  const hidden = { treatment: "mosaic", sound: "mute", viewers: "premium" } as const;
  const allow = (area: Area | undefined, holdSeconds = 0) => {
    const { area: _, ...rest } = USUAL_RULE;
    const sound = area === undefined ? ("mute" as const) : ("keep" as const);
    return writeMark({
      service: SERVICE,
      rule: { ...rest, sound, restricted: false, holdSeconds, ...(area === undefined ? {} : { area }) },
    });
  };
  const WHOLE = AREA_PRESETS.whole.area;

  it("hides all that no mark allows", async () => {
    const marks = await judge([seen(allow(WHOLE), 10, 20), seen(allow(WHOLE, 5), 50, 60)]);
    expect(reverseParts(marks, VIDEO, hidden)).toEqual(
      [
        [0, 10],
        [20, 50],
        [65, 100],
      ].map(([start = 0, end = 0]) => ({
        ...hidden,
        areas: [WHOLE],
        startMicroseconds: start * 1e6,
        endMicroseconds: end * 1e6,
      })),
    );
    expect(times(reverseParts([], VIDEO, hidden))).toEqual([[0, 100]]);
    expect(reverseParts(await judge([seen(allow(WHOLE), 0, 100)]), VIDEO, hidden)).toEqual([]);
  });

  it("leaves an allowed area open, and the sound only to marks for the whole picture or the sound alone", async () => {
    const left = AREA_PRESETS["left-half"].area;
    const marks = await judge([seen(allow(left), 0, 50), seen(allow(undefined), 40, 100)]);
    expect(reverseParts(marks, VIDEO, hidden).map(({ areas, sound }) => [areas, sound])).toEqual([
      [[AREA_PRESETS["right-half"].area], "mute"],
      [[AREA_PRESETS["right-half"].area], "keep"],
      [[WHOLE], "keep"],
    ]);
  });

  it("hides besides what marks restrict, and does not count an allowing mark of another service", async () => {
    const restrict = writeMark({ service: SERVICE, rule: { ...USUAL_RULE, holdSeconds: 0 } });
    const foreign = allow(WHOLE).replace("cmix.", "other.");
    const marks = await judgeMarks([seen(allow(WHOLE), 0, 90), seen(restrict, 30, 40), seen(foreign, 90, 100)], {
      services: [SERVICE],
      unsigned: true,
      nowSeconds: 0,
    });
    expect(times(reverseParts(marks, VIDEO, hidden)).sort()).toEqual([
      [30, 40],
      [90, 100],
    ]);
  });

  it(`hides at every time and place what no mark allows there, and nothing else (seed ${SEED})`, async () => {
    const random = createRandom(SEED);
    for (let turn = 0; turn < 60; turn++) {
      const marks = Array.from({ length: below(random, 6) }, () => {
        const [x, y] = [below(random, 900), below(random, 900)];
        const area = { x, y, width: 1 + below(random, 1000 - x), height: 1 + below(random, 1000 - y) };
        const start = below(random, 99);
        return { area, start, end: start + 1 + below(random, 100 - start) };
      });
      const judged = await judge(marks.map(({ area, start, end }) => seen(allow(area), start, end)));
      const parts = reverseParts(judged, VIDEO, hidden);
      for (let point = 0; point < 100; point++) {
        const [time, x, y] = [below(random, 100) + 0.5, below(random, 1000), below(random, 1000)];
        const holds = (area: Area) => x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
        const isAllowed = marks.some(({ area, start, end }) => start < time && time < end && holds(area));
        const isHidden = parts.some(
          ({ areas, startMicroseconds, endMicroseconds }) =>
            startMicroseconds <= time * 1e6 && time * 1e6 < endMicroseconds && areas.some(holds),
        );
        if (isHidden === isAllowed) expect.fail(`turn ${turn} at ${time} s ${x},${y}: ${JSON.stringify(marks)}`);
      }
    }
  });
});
