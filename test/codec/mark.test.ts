import { beforeAll, describe, expect, it } from "vitest";
import { AREA_PRESETS, isArea, subtractArea } from "../../codec/restriction/areas.ts";
import {
  HOLD_MAX_SECONDS,
  type Mark,
  type MarkRule,
  partOf,
  readMark,
  signMark,
  USUAL_RULE,
  verifyMark,
  writeMark,
} from "../../codec/restriction/mark.ts";
import { type Area, PICTURE_TREATMENTS, SOUND_TREATMENTS, type Viewers } from "../../codec/restriction/part.ts";
import { createSigningKey, keyIdOf, type SigningKey } from "../../codec/restriction/signing.ts";
import { below, createRandom } from "../support/fills.ts";

const SERVICE = "https://cmix.example";
const SEED = Number(process.env.CMIX_SEED ?? 1);

const ruleOf = (text: string): MarkRule => {
  const reading = readMark(text);
  if (reading.kind !== "mark" || reading.mark.rule === undefined) throw new Error(JSON.stringify(reading));
  return reading.mark.rule;
};

function randomArea(random: () => number): Area {
  const [x, y] = [below(random, 1000), below(random, 1000)];
  return { x, y, width: 1 + below(random, 1000 - x), height: 1 + below(random, 1000 - y) };
}

function randomRule(random: () => number): MarkRule {
  const pick = <T>(values: readonly T[]): T => values[below(random, values.length)] as T;
  const area = pick([undefined, randomArea(random), ...Object.values(AREA_PRESETS).map((preset) => preset.area)]);
  const viewers = pick<Viewers>(["premium", "signed-in", `age:${1 + below(random, 120)}`, `group:g_${random()}`]);
  return {
    restricted: below(random, 2) === 0,
    treatment: pick(PICTURE_TREATMENTS),
    sound: area === undefined ? pick(["mute", "voice", "tone"]) : pick(SOUND_TREATMENTS),
    viewers,
    holdSeconds: below(random, HOLD_MAX_SECONDS + 1),
    ...(area === undefined ? {} : { area }),
  };
}

describe("a mark's text", () => {
  it("is as short as what it says", () => {
    expect(writeMark({ service: SERVICE, rule: USUAL_RULE })).toBe("https://cmix.example/r#1r");
    const rule: MarkRule = {
      restricted: true,
      area: AREA_PRESETS["lower-third"].area,
      treatment: "mosaic",
      sound: "mute",
      viewers: "age:18",
      holdSeconds: 2,
    };
    expect(writeMark({ service: SERVICE, rule })).toBe("https://cmix.example/r#1r.alt.tm.sm.va18.h2");
    expect(writeMark({ service: SERVICE, recordId: "0123456789abcdef" })).toBe("https://cmix.example/r#1iASNFZ4mrze8");
  });

  it("is read as what it says", () => {
    expect(ruleOf("https://cmix.example/r#1r")).toEqual(USUAL_RULE);
    expect(ruleOf("https://cmix.example/r#1f.h0")).toEqual({ ...USUAL_RULE, restricted: false, holdSeconds: 0 });
    expect(ruleOf("https://cmix.example/r#1r.a100-250-500-1.tx.sv.vgstaff_1")).toEqual({
      ...USUAL_RULE,
      area: { x: 100, y: 250, width: 500, height: 1 },
      treatment: "text",
      sound: "voice",
      viewers: "group:staff_1",
    });
    const { area, ...soundAlone } = USUAL_RULE;
    expect(area).toBeDefined();
    expect(ruleOf("https://cmix.example/r#1r.an.st")).toEqual({ ...soundAlone, sound: "tone" });
    expect(readMark("http://localhost:8787/r#1iASNFZ4mrze8")).toEqual({
      kind: "mark",
      mark: { service: "http://localhost:8787", recordId: "0123456789abcdef" },
    });
  });

  it(`comes back from 5,000 rules as they were (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    for (let i = 0; i < 5000; i++) {
      const rule = randomRule(random);
      const text = writeMark({ service: SERVICE, rule });
      expect(ruleOf(text), text).toEqual(rule);
      expect(text.length).toBeLessThanOrEqual(SERVICE.length + 90);
    }
  });

  it("is no mark where the address is none", () => {
    for (const text of [
      "",
      "hello",
      "https://cmix.example/",
      "https://cmix.example/r",
      "https://cmix.example/x#1r",
      "HTTPS://CMIX.EXAMPLE/r#1r",
      "http://cmix.example/r#1r",
      "https://user@cmix.example/r#1r",
      "https://cmix.example:0/r#1r",
      "https://-cmix.example/r#1r",
      "https://cmix.example/a/r#1r",
      `https://${"a".repeat(300)}/r#1r`,
    ])
      expect(readMark(text), text).toEqual({ kind: "other" });
  });

  it.each([
    ["", "no version"],
    ["r", "no version"],
    ["2r", "version 2, 1 expected"],
    ["01r", "version 01, 1 expected"],
    ["1q", '"q", r, f or i expected'],
    ["1rr", '"rr", r, f or i expected'],
    ["1r.", 'field "", unknown or out of order'],
    ["1r.tm.tm", 'field "tm", unknown or out of order'],
    ["1r.tm.alt", 'field "alt", unknown or out of order'],
    ["1r.q1", 'field "q1", unknown or out of order'],
    ["1r.tq", 'field "tq" has an unknown value'],
    ["1r.a0-0-0-5", 'field "a0-0-0-5" has an unknown value'],
    ["1r.a900-0-101-5", 'field "a900-0-101-5" has an unknown value'],
    ["1r.a00-0-10-5", 'field "a00-0-10-5" has an unknown value'],
    ["1r.va0", 'field "va0" has an unknown value'],
    ["1r.va121", 'field "va121" has an unknown value'],
    ["1r.vg", 'field "vg" has an unknown value'],
    ["1r.vgé", 'field "vgé" has an unknown value'],
    ["1r.h3601", 'field "h3601" has an unknown value'],
    ["1r.h-1", 'field "h-1" has an unknown value'],
    ["1r.h1e3", 'field "h1e3" has an unknown value'],
    ["1r.an", "neither picture nor sound"],
    ["1iASNFZ4mrze", "its record's id has a wrong form"],
    ["1iASNFZ4mrze9", "its record's id has a wrong form"], // bits behind the eighth byte
    ["1iASNFZ4mrze8.tm", "its record's id has a wrong form"],
    ["1r.zAAAA", "its signature has a wrong form"],
    [`1r.vg${"a".repeat(400)}`, "428 characters, up to 400 expected"],
  ])("is not understood: %s", (content, reason) => {
    expect(readMark(`${SERVICE}/r#${content}`)).toEqual({ kind: "unreadable", reason });
  });

  it(`never throws, and means one thing only, whatever letters it has (20,000 changed marks, seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const letters = "0123456789abcdefghinrstvwxz.-_#/:é\n";
    for (let i = 0; i < 20_000; i++) {
      const text = [...writeMark({ service: SERVICE, rule: randomRule(random) })];
      for (let change = 0; change <= below(random, 3); change++) {
        const at = below(random, text.length);
        text.splice(at, below(random, 2), letters[below(random, letters.length)] as string);
      }
      const changed = text.join("");
      const reading = readMark(changed);
      if (reading.kind !== "mark") continue;
      // What was left out may stand there in full; written again it is read as the same.
      const again = writeMark(reading.mark);
      const { signature: _, ...bare } = reading.mark;
      expect(readMark(again), changed).toEqual({ kind: "mark", mark: bare });
    }
  });

  it("is not written for what no mark can hold", () => {
    const write = (change: Partial<MarkRule>, service = SERVICE) => {
      return () => writeMark({ service, rule: { ...USUAL_RULE, ...change } });
    };
    expect(write({ area: { x: 0, y: 0, width: 1001, height: 1 } })).toThrow(/^area: /);
    expect(write({ area: { x: 0.5, y: 0, width: 1, height: 1 } })).toThrow(/^area: /);
    expect(write({ holdSeconds: 0.5 })).toThrow(/^holdSeconds: 0.5/);
    expect(write({ holdSeconds: 4000 })).toThrow(/^holdSeconds: 4000/);
    expect(write({ viewers: "group:a b" })).toThrow(/^viewers: /);
    expect(write({}, "https://CMIX.example")).toThrow(/^service: /);
    expect(() => writeMark({ service: SERVICE, recordId: "12" })).toThrow(/^recordId: "12"/);
    const { area: _, ...soundKept } = USUAL_RULE;
    expect(() => writeMark({ service: SERVICE, rule: soundKept })).toThrow(/^area, sound: /);
  });
});

describe("a signed mark", () => {
  let key: SigningKey;
  let other: SigningKey;
  beforeAll(async () => {
    key = await createSigningKey();
    other = await createSigningKey();
  });
  const readSigned = (text: string): Mark => {
    const reading = readMark(text);
    if (reading.kind !== "mark") throw new Error(JSON.stringify(reading));
    return reading.mark;
  };

  it("is valid for its own key and for nothing else", async () => {
    const text = await signMark({ service: SERVICE, rule: USUAL_RULE }, key);
    expect(text.length).toBeLessThan(145);
    const mark = readSigned(text);
    expect(mark.rule).toEqual(USUAL_RULE);
    expect(mark.signature?.keyId).toBe(await keyIdOf(key.publicKey));
    const known = new Map([[await keyIdOf(key.publicKey), key.publicKey]]);
    expect(await verifyMark(mark, (id) => known.get(id))).toBe("valid");
    expect(await verifyMark(mark, () => undefined)).toBe("unknown-key");
    expect(await verifyMark(mark, () => other.publicKey)).toBe("wrong");
    expect(await verifyMark(mark, () => new Uint8Array(31))).toBe("wrong");
    expect(await verifyMark(readSigned(`${SERVICE}/r#1r`), () => key.publicKey)).toBe("none");
  });

  it("may carry an id, and is wrong on another service, rule or signature", async () => {
    const text = await signMark({ service: SERVICE, recordId: "0011223344556677" }, key);
    const lookup = () => key.publicKey;
    expect(await verifyMark(readSigned(text), lookup)).toBe("valid");
    expect(await verifyMark(readSigned(text.replace("cmix.", "cnix.")), lookup)).toBe("wrong");
    const rule = await signMark({ service: SERVICE, rule: USUAL_RULE }, key);
    expect(await verifyMark(readSigned(rule.replace("1r.", "1f.")), lookup)).toBe("wrong");
    expect(await verifyMark(readSigned(rule.replace("1r.", "1r.h0.")), lookup)).toBe("wrong");
    const moved = rule.slice(0, rule.indexOf(".z")) + text.slice(text.indexOf(".z"));
    expect(await verifyMark(readSigned(moved), lookup)).toBe("wrong");
  });
});

describe("areas", () => {
  it("have names that lie inside the picture", () => {
    for (const [name, { area }] of Object.entries(AREA_PRESETS)) expect(isArea(area), name).toBe(true);
    expect(new Set(Object.values(AREA_PRESETS).map(({ code }) => code)).size).toBe(Object.keys(AREA_PRESETS).length);
  });

  it(`are subtracted to the thousandth (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const holds = (area: Area, x: number, y: number) =>
      x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
    for (let i = 0; i < 500; i++) {
      const [area, taken] = [randomArea(random), randomArea(random)];
      const rest = subtractArea(area, taken);
      const wrong = Array.from({ length: 200 }, () => [below(random, 1000), below(random, 1000)] as const).find(
        ([x, y]) => rest.filter((one) => holds(one, x, y)).length !== Number(holds(area, x, y) && !holds(taken, x, y)),
      );
      expect(wrong, JSON.stringify([area, taken])).toBeUndefined();
    }
  });
});

it("a rule's part has its area, or none for the sound alone", () => {
  const { area: _, ...soundAlone } = USUAL_RULE;
  expect(partOf(USUAL_RULE, 5, 9)).toEqual({
    startMicroseconds: 5,
    endMicroseconds: 9,
    areas: [{ x: 0, y: 0, width: 1000, height: 1000 }],
    treatment: "black",
    sound: "keep",
    viewers: "premium",
  });
  expect(partOf({ ...soundAlone, sound: "mute" }, 5, 9).areas).toEqual([]);
});
