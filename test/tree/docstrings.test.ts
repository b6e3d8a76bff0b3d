/** Whatever the library exports says what it does: effect, shapes, units, errors (style: a docstring before each declaration). */
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { readText } from "../support/tree.ts";

const DOORS = [
  "codec/index.ts",
  "codec/hosts/node/index.ts",
  "codec/hosts/browser/index.ts",
  "codec/hosts/error-transfer.ts",
];

interface Exported {
  name: string;
  path: string;
}

/** Names that a door gives, with the file that declares each. */
function exportsOf(door: string): Exported[] {
  const text = readText(door);
  const own = [...text.matchAll(/^export (?:async )?(?:function|class|const|interface|type) (\w+)/gm)].map(
    ([, name = ""]) => ({ name, path: door }),
  );
  const passedOn = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm)].flatMap(
    ([, names = "", from = ""]) =>
      names
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name) => ({ name, path: normalize(join(dirname(door), from)) })),
  );
  const whole = [...text.matchAll(/^export \* from "([^"]+)"/gm)].flatMap(([, from = ""]) =>
    exportsOf(normalize(join(dirname(door), from))),
  );
  return [...own, ...passedOn, ...whole];
}

/** The docstring right before a declaration and the declaration's own text; undefined where no such declaration stands. */
function declarationOf({ name, path }: Exported): { docstring: string; kind: string; body: string } | undefined {
  const text = readText(path);
  const found = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?^export (?:abstract )?(?:async )?(function|class|const|interface|type)\\*? ${name}\\b`,
    "m",
  ).exec(text);
  if (found === null) return undefined;
  const start = found.index + found[0].length;
  const next = text.slice(start).search(/^(?:\/\*\*|export |function |class |const |async )/m);
  return {
    docstring: found[1] ?? "",
    kind: found[2] ?? "",
    body: text.slice(start, next < 0 ? undefined : start + next),
  };
}

const exported = DOORS.flatMap(exportsOf);

describe("every export of the library", () => {
  it("is found where its door says", () => {
    expect(exported.length).toBeGreaterThan(80);
    expect(exported.filter((one) => declarationOf(one) === undefined)).toEqual([]);
  });

  it("has a docstring", () => {
    const silent = exported.filter((one) => declarationOf(one)?.docstring === "");
    expect(silent.map(({ name, path }) => `${path}: ${name}`)).toEqual([]);
  });

  it("that is a function and throws by itself names the error", () => {
    const unnamed = exported.filter((one) => {
      const { docstring = "", kind, body = "" } = declarationOf(one) ?? {};
      return kind === "function" && /\bthrow new \w/.test(body) && !/@throws/.test(docstring);
    });
    expect(unnamed.map(({ name, path }) => `${path}: ${name}`)).toEqual([]);
  });
});
