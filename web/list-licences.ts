/** The licences of what the build takes from other projects, in one file beside it that the pages' footer leads to. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** A package's folder, out of a module's address. */
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

/** Compiled into a package from a project that is no package, and so not named by its own licence. */
const PARTS: Record<string, string> = {
  "mpg123-decoder":
    "It holds libmpg123 (https://mpg123.org), compiled to WebAssembly: Copyright (c) 1995-2020 by Michael Hipp and others, " +
    "GNU Lesser General Public License, version 2.1.",
  "@mediabunny/ac3":
    "It holds the AC-3 decoder of FFmpeg (https://ffmpeg.org), compiled to WebAssembly: Copyright (c) the FFmpeg developers, " +
    "GNU Lesser General Public License, version 2.1 or later.",
};

/** Notes the packages whose modules come into a build, in `folders`; for the pages and for their workers. */
export function notePackages(folders: Set<string>): Plugin {
  return {
    name: "note-packages",
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle))
        for (const id of output.type === "chunk" ? output.moduleIds : []) {
          const [folder] = PACKAGE.exec(id.replaceAll("\\", "/").replace("\0", "")) ?? [];
          if (folder !== undefined && existsSync(join(folder, "package.json"))) folders.add(folder);
        }
    },
  };
}

/** Writes their licences. @param file the path to write to */
export function listLicences(folders: ReadonlySet<string>, file: string): Plugin {
  return {
    name: "list-licences",
    closeBundle() {
      writeFileSync(
        file,
        `${[...folders]
          .map(licenceOf)
          .sort()
          .join(`\n${"-".repeat(80)}\n\n`)}`,
      );
    },
  };
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((entry) => LICENCE_FILE.test(entry))
    .map((entry) => readFileSync(join(folder, entry), "utf8").trim());
  const heads = [`${name} ${version}, ${license}`, ...(PARTS[name] === undefined ? [] : [PARTS[name]])];
  return `${[...heads, ...texts].join("\n\n")}\n`;
}
