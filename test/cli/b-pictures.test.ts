/** `--b-pictures` of `cmix divide` and `cmix encode`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { writeY4mHeader, Y4M_PICTURE_HEADER } from "../../codec/containers/y4m/y4m.ts";
import { psnr } from "../support/quality.ts";
import { paintScene } from "../support/scenes.ts";
import { readY4m } from "../support/y4m.ts";

const PICTURES = 40;
const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-b-pictures-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmix(...args: string[]): { code: number | null; out: string } {
  const { status, stdout } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout };
}

const clip = paintScene("camera", 160, 96, PICTURES);
const header = writeY4mHeader({ width: 160, height: 96, frameRate: [25, 1], pixelAspect: [1, 1] } as never);
writeFileSync(
  at("scene.y4m"),
  concatBytes(header, ...clip.pictures.flatMap((picture) => [Y4M_PICTURE_HEADER, picture])),
);

/** Of the picture that is furthest from the source's in its place. */
function worstPsnr(path: string): number {
  const { pictures } = readY4m(readFileSync(path), path);
  return Math.min(...pictures.map((picture, i) => psnr(picture, clip.pictures[i] as Uint8Array)));
}

it("D3: --b-pictures gives all pictures back in their order, of fewer bytes where much moves steadily", () => {
  const sizes = ["0", "1", "2"].map((count) => {
    const { main, slave } = JSON.parse(
      cmix("divide", at("scene.y4m"), "--out", at(`b-${count}`), "--json", "--b-pictures", count).out,
    );
    const pair = [at(`b-${count}/scene.cmx`), at(`b-${count}/scene.cms`)];
    expect(cmix("combine", ...pair, "--out", at(`b-${count}.y4m`)).code).toBe(0);
    expect(worstPsnr(at(`b-${count}.y4m`))).toBeGreaterThan(34);
    // Undivided, the same encoder's stream decodes to as many pictures in the same order.
    const stream = at(`b-${count}.m1v`);
    expect(cmix("encode", at("scene.y4m"), "--out", stream, "--b-pictures", count).code).toBe(0);
    const decoded = cmix("decode", stream, "--out", at(`b-${count}-decoded.y4m`), "--json");
    expect(JSON.parse(decoded.out).frames).toBe(PICTURES);
    expect(worstPsnr(at(`b-${count}-decoded.y4m`))).toBeGreaterThan(34);
    return Number(main) + Number(slave);
  });
  expect(sizes[1]).toBeLessThan(sizes[0] as number);
  expect(sizes[2]).toBeLessThan(sizes[0] as number);
});
