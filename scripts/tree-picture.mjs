// Draws the tree of folders in README.md, between the comments `tree` and `/tree`, from the folders that are there:
//   node scripts/tree-picture.mjs            writes it
//   node scripts/tree-picture.mjs --check    exits with 1 where README.md shows another
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** What stands in a folder, in the order of the picture. A line for a folder that is not there is left out. */
const ABOUT = {
  assembly: "AssemblyScript, compiled to WebAssembly",
  "assembly/bitstream": "bits, arithmetic coder, READ",
  "assembly/common": "memory and status codes",
  "assembly/kernels": "one stage a file: transform, motion, bit planes …",
  "assembly/mpeg": "MPEG-1 encoder, MPEG decoder",
  "assembly/mpeg-syntax": "headers, tables, slices",
  "assembly/mpeg-division": "MPEG divided as it is",
  codec: "the library, without DOM or Node",
  "codec/bytes": "sources, sinks, cursors",
  "codec/captions": "WebVTT and SubRip",
  "codec/crypto": "hashing, encryption",
  "codec/containers": "readers and writers of video files",
  "codec/division": "writing, resuming, pairing, opening",
  "codec/format": "FORMAT.md; main and slave",
  "codec/hosts": "what Node and browsers bring",
  "codec/layers": "what is withheld, a condition each",
  "codec/methods": "compress, mpeg, samples",
  "codec/pictures": "decoded pictures",
  "codec/pool": "jobs spread over workers",
  "codec/protect": "sealing, deliveries",
  "codec/restriction": "hidden parts: marks, treatments",
  "codec/trim": "trimming",
  "codec/wasm": "loading and calling the kernels",
  cli: "the cmix command, and CLI.md",
  server: "the service: API.md, OPERATION.md",
  "server/accounts": "accounts, sessions, roles, logs",
  "server/attributes": "certified attributes of viewers",
  "server/blobs": "interface: a store of files",
  "server/cm": "commercials: intake, choice",
  "server/complaints": "reported videos",
  "server/divisions": "videos that the service divides",
  "server/groups": "groups of viewers",
  "server/http": "the app, errors, headers, request log",
  "server/jobs": "what runs by itself",
  "server/ledger": "hash-chained deliveries",
  "server/library": "videos, uploads, remote mains",
  "server/media": "reads what strangers send",
  "server/memberships": "premium periods, points, vouchers",
  "server/plays": "plays, tickets, units, CM sequence",
  "server/reports": "counts, e-mail, signed posts",
  "server/reservations": "protection before a video comes",
  "server/rights": "rights holders: keys, marks' records",
  "server/security": "keys, origins, guarded requests",
  "server/storage": "SQLite, folders",
  "server/surroundings": "around a video",
  web: "the app in the browser, and GUIDE.md",
  "web/public": "icons, manifest",
  "web/src": "React pages and what they run",
  "web/src/app": "start, addresses, service worker",
  "web/src/bench": "what /bench runs",
  "web/src/division": "dividing: page, worker, protocol",
  "web/src/embed": "the element <cmix-player>",
  "web/src/features": "a folder a page",
  "web/src/player": "the player: page, worker, protocol",
  "web/src/shared": "service client, files, texts",
  "web/src/shelf": "mains kept on the device",
  test: "units, e2e in real browsers",
  bench: "speeds beside named peers; RESULTS.md",
  samples: "the sample video and the house CM",
  scripts: "build and test tooling",
  deploy: "containers and proxies",
  docs: "pictures of this page",
};
/** Whose folders are shown too. */
const OPENED = ["assembly", "codec", "server", "web", "web/src"];

const root = new URL("../", import.meta.url);
const ignored = readFileSync(new URL(".gitignore", root), "utf8").split("\n");
const order = Object.keys(ABOUT);
const [START, END] = ["<!-- tree: node scripts/tree-picture.mjs -->", "<!-- /tree -->"];

/** Folders in `folder`, which is "" or a path, that hold a file. */
function foldersIn(folder) {
  const at = (path) => readdirSync(new URL(`${path === "" ? "." : path}/`, root), { withFileTypes: true });
  const holdsFile = (path) => at(path).some((entry) => entry.isFile() || holdsFile(`${path}/${entry.name}`));
  return at(folder)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .filter((entry) => !ignored.includes(`${entry.name}/`) && !ignored.includes(entry.name))
    .map((entry) => (folder === "" ? entry.name : `${folder}/${entry.name}`))
    .filter(holdsFile)
    .sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

function draw(folder = "", depth = 0) {
  return foldersIn(folder).flatMap((path) => {
    const about = ABOUT[path];
    if (about === undefined)
      throw new Error(`${path}/ is not described: add a line for it to scripts/tree-picture.mjs`);
    const name = `${"  ".repeat(depth)}${path.split("/").at(-1)}/`;
    return [`${name.padEnd(19)} ${about}`, ...(OPENED.includes(path) ? draw(path, depth + 1) : [])];
  });
}

const readme = new URL("README.md", root);
const before = readFileSync(readme, "utf8");
const [start, end] = [before.indexOf(START), before.indexOf(END)];
if (start < 0 || end < start) throw new Error(`README.md has no "${START}" and "${END}"`);
const picture = `${START}\n\`\`\`\n${draw().join("\n")}\n\`\`\`\n`;
const after = before.slice(0, start) + picture + before.slice(end);
if (!process.argv.includes("--check")) writeFileSync(readme, after);
else if (after !== before) {
  console.error("README.md shows another tree: run node scripts/tree-picture.mjs");
  process.exitCode = 1;
}
