/** What the build takes from other projects stands with its licence in a file beside it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";

const file = join(ROOT, "dist/web/licences.txt");

describe("licences.txt", () => {
  it("names the packages of pages and workers, and the parts that are compiled into them", () => {
    if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build before the test`);
    const text = readFileSync(file, "utf8");
    const heads = text.match(/^[@\w/.-]+ \d+\.\d+\.\d+, .+$/gm) ?? [];
    const names = heads.map((head) => head.slice(0, head.indexOf(" ")));
    expect(names).toEqual(expect.arrayContaining(["react", "react-dom", "i18next", "comlink", "mediabunny", "uplot"]));
    expect(text).toMatch(/@mediabunny\/ac3 [\d.]+, MPL-2\.0\n\n.*FFmpeg.*Lesser General Public License/);
    expect(text).toMatch(/mpg123-decoder [\d.]+, MIT\n\n.*libmpg123.*Lesser General Public License/);
    for (const head of heads) expect(head, "a licence").not.toMatch(/undefined/);
  });
});
