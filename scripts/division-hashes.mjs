// Divides every file of a folder with every method, protection and coding, with fixed ids, secrets and creation time, and writes
// SHA-256 of main and slave. Two lists tell whether a change to the program changed a byte of what it writes:
//   node scripts/division-hashes.mjs FOLDER OUT.tsv [CMIX.js]      (CMIX.js: another build's dist/node/cli/cmix.js)
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const [folder, out, cmix = new URL("../dist/node/cli/cmix.js", import.meta.url).pathname] = process.argv.slice(2);
if (folder === undefined || out === undefined) {
  console.error("use: node scripts/division-hashes.mjs FOLDER OUT.tsv [CMIX.js]");
  process.exit(2);
}

const PROTECTIONS = ["sealed", "patent"];
const VARIANTS = [
  ...PROTECTIONS.flatMap((protection) =>
    ["gray", "binary"].flatMap((bitplane) =>
      ["adaptive", "read"].map((planeCode) => [
        "compress",
        protection,
        "--bitplane",
        bitplane,
        "--plane-code",
        planeCode,
      ]),
    ),
  ),
  ["compress", "sealed", "--bitrate", "800", "--gop", "12"],
  ...PROTECTIONS.flatMap((protection) => ["on", "off"].map((on) => ["mpeg", protection, "--recompress", on])),
  ...PROTECTIONS.map((protection) => ["samples", protection]),
];

const fixedRandom = new URL("fixed-random.mjs", import.meta.url).href;

async function hashes(path, [method, protection, ...more]) {
  const target = await mkdtemp(join(tmpdir(), "cmix-hashes-"));
  const args = ["--import", fixedRandom, cmix, "divide", path, "--out", target, "--title", "t"];
  try {
    await run(process.execPath, [...args, "--method", method, "--protection", protection, ...more]);
    const parts = (await readdir(target)).sort();
    const all = await Promise.all(parts.map((part) => readFile(join(target, part))));
    return all.map((bytes) => createHash("sha256").update(bytes).digest("hex")).join("\t");
  } catch (error) {
    return `exit ${error.code}: ${String(error.stderr).trim().replaceAll(folder, "")}`;
  } finally {
    await rm(target, { recursive: true });
  }
}

const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && !/\.(md|tsv)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const jobs = files.flatMap((path) => VARIANTS.map((variant) => ({ path, variant })));
const rows = new Array(jobs.length);
let next = 0;
await Promise.all(
  [0, 1].map(async () => {
    while (next < jobs.length) {
      const number = next++;
      const { path, variant } = jobs[number];
      rows[number] = [relative(folder, path), variant.join(" "), await hashes(path, variant)].join("\t");
    }
  }),
);
await writeFile(out, `${rows.join("\n")}\n`);
console.log(`${rows.length} divisions, ${rows.filter((row) => !row.includes("\texit ")).length} written, to ${out}`);
