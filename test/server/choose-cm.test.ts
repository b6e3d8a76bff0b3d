import { describe, expect, it } from "vitest";
import { type CmCandidate, type CmConditions, chooseCm } from "../../server/cm/choose-cm.ts";

const OPEN: CmConditions = { genres: [], genders: [], languages: [], ageMin: null, ageMax: null };
const cm = (id: string, conditions: Partial<CmConditions> = {}, rest: Partial<CmCandidate> = {}): CmCandidate => ({
  id,
  house: false,
  kinds: [],
  deliveries: 0,
  ...rest,
  conditions: { ...OPEN, ...conditions },
});
const HOUSE = cm("house", {}, { house: true });
const VIDEO = { genre: "Travel" };

describe("S3 the choice of a CM", () => {
  it("is the house CM where there is no other", () => {
    expect(chooseCm([HOUSE], VIDEO, {})).toEqual({ cm: HOUSE, reason: "house-only" });
  });

  it("is nothing without any CM", () => {
    expect(chooseCm([], VIDEO, {})).toBeUndefined();
  });

  it.each<[string, Partial<CmConditions>, object, boolean]>([
    ["age inside", { ageMin: 20, ageMax: 40 }, { age: 20 }, true],
    ["age below", { ageMin: 20 }, { age: 19 }, false],
    ["age above", { ageMax: 40 }, { age: 41 }, false],
    ["age not told", { ageMin: 20 }, {}, false],
    ["gender met", { genders: ["female"] }, { gender: "Female" }, true],
    ["gender not told", { genders: ["female"] }, {}, false],
    ["genre of the video met", { genres: ["travel"] }, {}, true],
    ["genre of the video not met", { genres: ["sport"] }, {}, false],
    ["language met by a region of it", { languages: ["ja"] }, { languages: ["en", "ja-JP"] }, true],
    ["language that only begins alike", { languages: ["de"] }, { languages: ["del"] }, false],
  ])("%s", (_name, conditions, viewer, fits) => {
    const choice = chooseCm([HOUSE, cm("one", conditions)], VIDEO, viewer);
    expect(choice?.cm.id).toBe(fits ? "one" : "house");
    expect(choice?.reason).toBe(fits ? "fits" : "house-nothing-fits");
  });

  it("prefers a kind the viewer asked for, then one akin to what the viewer likes, then the least shown", () => {
    const all = [
      HOUSE,
      cm("a", {}, { deliveries: 5 }),
      cm("b", {}, { deliveries: 2 }),
      cm("c", {}, { kinds: ["music"], deliveries: 9 }),
    ];
    expect(chooseCm(all, VIDEO, { kinds: ["Music"] })).toMatchObject({ cm: { id: "c" }, reason: "kind" });
    expect(chooseCm(all, VIDEO, { genres: ["music"] })).toMatchObject({ cm: { id: "c" }, reason: "genre" });
    expect(chooseCm(all, VIDEO, {})).toMatchObject({ cm: { id: "b" }, reason: "fits" });
  });

  it("does not show a kind that was asked for to a viewer outside of its conditions", () => {
    const beer = cm("beer", { ageMin: 20 }, { kinds: ["beer"] });
    expect(chooseCm([HOUSE, beer], VIDEO, { kinds: ["beer"], age: 12 })?.cm).toBe(HOUSE);
  });
});
