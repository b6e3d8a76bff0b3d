import { expect, it } from "vitest";
import { METHODS } from "../../codec/methods/registry.ts";
import { STUDIO_METHODS } from "../../web/src/division/protocol/studio-methods.ts";

it("what the Studio's page knows of the methods is what they are", () => {
  const known = Object.entries(STUDIO_METHODS).map(([name, facts]) => ({ name, ...facts }));
  const are = Object.values(METHODS).map(({ name, gives }) => ({ name, codesAnew: gives === "media" }));
  expect(known.sort((a, b) => a.name.localeCompare(b.name))).toEqual(are.sort((a, b) => a.name.localeCompare(b.name)));
});
