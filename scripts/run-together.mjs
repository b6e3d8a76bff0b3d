/**
 * Runs scripts of package.json side by side, and shows what each said once it is done. Ends with 1 where one of them failed.
 *
 *   node scripts/run-together.mjs lint types
 */
import { spawn } from "node:child_process";

/** @param {string} name */
function run(name) {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", name], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const output of [child.stdout, child.stderr])
      output.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
    child.once("error", (error) => resolve({ isDone: false, said: `${said}${error}\n` }));
    child.once("close", (code) => resolve({ isDone: code === 0, said }));
  });
}

const names = process.argv.slice(2);
const outcomes = await Promise.all(
  names.map(async (name) => {
    const { isDone, said } = await run(name);
    process.stdout.write(`${name}: ${isDone ? "done" : "FAILED"}\n${said}`);
    return isDone;
  }),
);
process.exitCode = outcomes.every((isDone) => isDone) ? 0 : 1;
