import { describe, expect, it } from "vitest";
import {
  ANYBODY,
  attributesThatMatter,
  type CmCandidate,
  type CmConditions,
  type CmMoment,
  type CmPlace,
  chooseCm,
} from "../../server/cm/choose-cm.ts";

const OPEN: CmConditions = ANYBODY;
const cm = (id: string, conditions: Partial<CmConditions> = {}, rest: Partial<CmCandidate> = {}): CmCandidate => ({
  id,
  house: false,
  active: true,
  kinds: [],
  ageLimit: 0,
  deliveries: 0,
  ...rest,
  conditions: { ...OPEN, ...conditions },
});
const HOUSE = cm("house", {}, { house: true });
const VIDEO: CmPlace = { genre: "Travel", ageLimit: 12, kindsAllowed: [], kindsExcluded: [] };
const NOW: CmMoment = { now: 1000, viewsToday: () => 0 };

describe("S3 the choice of a CM", () => {
  it("is the house CM where there is no other", () => {
    expect(chooseCm([HOUSE], VIDEO, {}, NOW)).toEqual({ cm: HOUSE, reason: "house-only", unfit: "" });
  });

  it("is nothing without any CM", () => {
    expect(chooseCm([], VIDEO, {}, NOW)).toBeUndefined();
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
    const choice = chooseCm([HOUSE, cm("one", conditions)], VIDEO, viewer, NOW);
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
    expect(chooseCm(all, VIDEO, { kinds: ["Music"] }, NOW)).toMatchObject({ cm: { id: "c" }, reason: "kind" });
    expect(chooseCm(all, VIDEO, { genres: ["music"] }, NOW)).toMatchObject({ cm: { id: "c" }, reason: "genre" });
    expect(chooseCm(all, VIDEO, {}, NOW)).toMatchObject({ cm: { id: "b" }, reason: "fits" });
  });

  it("does not show a kind that was asked for to a viewer outside of its conditions", () => {
    const beer = cm("beer", { ageMin: 20 }, { kinds: ["beer"] });
    expect(chooseCm([HOUSE, beer], VIDEO, { kinds: ["beer"], age: 12 }, NOW)?.cm).toBe(HOUSE);
  });

  it.each<[string, Partial<CmCandidate> & { on?: Partial<CmConditions> }, Partial<CmPlace>, string]>([
    ["switched off", { active: false }, {}, ""],
    ["before its first day", { on: { fromAt: 1001 } }, {}, "date 1"],
    ["on its first day", { on: { fromAt: 1000 } }, {}, "fits"],
    ["after its last day", { on: { untilAt: 1000 } }, {}, "date 1"],
    ["seen often enough today", { on: { perViewerDay: 2 } }, {}, "cap 1"],
    ["seen less often than it may be", { on: { perViewerDay: 3 } }, {}, "fits"],
    ["for adults before a video for children", { ageLimit: 18 }, { ageLimit: 6 }, "age-limit 1"],
    ["for adults before a video for adults", { ageLimit: 18 }, { ageLimit: 18 }, "fits"],
    ["of a kind that the provider excludes", { kinds: ["Beer"] }, { kindsExcluded: ["beer"] }, "excluded 1"],
    ["of no kind that the provider allows", { kinds: ["cars"] }, { kindsAllowed: ["books"] }, "not-allowed 1"],
    ["of a kind that the provider allows", { kinds: ["books"] }, { kindsAllowed: ["books"] }, "fits"],
  ])("S3 S6 a CM %s", (_name, { on, ...rest }, place, wanted) => {
    const moment = { now: 1000, viewsToday: () => 2 };
    const choice = chooseCm([HOUSE, cm("one", on, rest)], { ...VIDEO, ...place }, {}, moment);
    expect(choice?.cm.id).toBe(wanted === "fits" ? "one" : "house");
    expect(choice?.unfit).toBe(wanted === "fits" ? "" : wanted);
  });

  it("S12 tells which attributes would matter, of CMs that may go with the video at all", () => {
    const all = [
      HOUSE,
      cm("a", { ageMin: 20 }),
      cm("b", { languages: ["ja"] }, { kinds: ["x"], ageLimit: 18 }),
      cm("c", { genders: ["female"], untilAt: 5 }),
    ];
    expect(attributesThatMatter(all, VIDEO, NOW)).toEqual(["age"]);
    expect(attributesThatMatter(all, { ...VIDEO, ageLimit: 18 }, NOW)).toEqual(["age", "languages", "kinds", "genres"]);
    expect(attributesThatMatter([HOUSE], VIDEO, NOW)).toEqual([]);
  });
});
