/** A start on a folder that another server has, or that is not whole, is refused in one line that says what to do. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUp } from "../../server/backup.ts";
import { DATABASE_FILE } from "../../server/config.ts";
import { type ServerOptions, startServer } from "../../server/main.ts";
import { KEY_CHECK_FILE, KEY_FILE } from "../../server/security/master-key.ts";
import { makePair, startTestServer, type TestServer, uploadPair, WASM_PATH } from "./harness.ts";

let server: TestServer;
let dataDir: string;

beforeEach(async () => {
  server = await startTestServer();
  dataDir = join(server.folder, "data");
  await uploadPair(server, await makePair({ seconds: 2 }));
});
afterEach(() => server.close());

const startBeside = (more: Partial<ServerOptions> = {}) =>
  startServer({
    ...more,
    port: 0,
    dataDir,
    webDir: server.webDir,
    samplesDir: join(server.folder, "samples"),
    wasmPath: WASM_PATH,
    log: () => {},
  });

describe("S14 a second server on a folder", () => {
  it("is refused by the folder's name, touches nothing, and starts when the first is gone", async () => {
    const temporary = join(dataDir, "tmp", "unfinished");
    await writeFile(temporary, "on its way");
    await expect(startBeside()).rejects.toThrow(
      new RegExp(`^another Cmix server runs on the folder ${dataDir} and its database: stop that one, or .* --data$`),
    );
    expect(await readFile(temporary, "utf8")).toBe("on its way");
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await backUp(dataDir, join(server.folder, "beside.cmixb"), { withKey: false });
    await server.stop();
    const next = await startBeside();
    await next.close();
  });

  it("is refused in a process of its own as well, and a killed server leaves the folder free", async () => {
    await server.stop();
    const hold = `
      const Sqlite = require("better-sqlite3");
      new Sqlite(process.argv[1], { timeout: 0 }).exec("begin exclusive");
      console.log("held");
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ["-e", hold, join(dataDir, "cmix.lock")], { cwd: process.cwd() });
    await new Promise((resolve) => other.stdout.once("data", resolve));
    await expect(startBeside()).rejects.toThrow(/another Cmix server runs on the folder/);
    const ended = new Promise((resolve) => other.once("exit", resolve));
    other.kill("SIGKILL");
    await ended;
    await (await startBeside()).close();
  });
});

describe("S14 a folder that is not whole", () => {
  it.each(["gone", "emptied"])("is refused where its database is %s beside slaves", async (how) => {
    await server.stop();
    for (const end of ["", "-wal", "-shm"]) await rm(join(dataDir, DATABASE_FILE + end), { force: true });
    if (how === "emptied") await writeFile(join(dataDir, DATABASE_FILE), "");
    for (let time = 0; time < 2; time++)
      await expect(startBeside()).rejects.toThrow(/holds 1 slaves, and its database is empty: restore a backup/);
    expect(await readdir(join(dataDir, "slaves"))).toHaveLength(1);
  });

  it("is refused where both its keys are missing, and no new key is made", async () => {
    await server.stop();
    const key = await readFile(join(dataDir, KEY_FILE));
    for (const name of [KEY_FILE, KEY_CHECK_FILE]) await rm(join(dataDir, name));
    for (let time = 0; time < 2; time++)
      await expect(startBeside()).rejects.toThrow(
        /holds 1 encrypted slaves and no key: put cmix.key back .* restore a backup/,
      );
    await writeFile(join(dataDir, KEY_FILE), "ab".repeat(32), { mode: 0o600 });
    await expect(startBeside()).rejects.toThrow(/encrypted with another key/);
    await writeFile(join(dataDir, KEY_FILE), key, { mode: 0o600 });
    await (await startBeside()).close();
  });

  it("is refused where a page of its database is damaged", async () => {
    await server.stop();
    const path = join(dataDir, DATABASE_FILE);
    const whole = readFileSync(path);
    const pageBytes = whole.readUInt16BE(16);
    const pages = whole.length / pageBytes;
    expect(pages).toBeGreaterThan(10);
    for (const page of [1, pages >> 1, pages - 1]) {
      const damaged = Buffer.from(whole);
      damaged.fill(0xa5, page * pageBytes, (page + 1) * pageBytes);
      writeFileSync(path, damaged);
      await expect(startBeside(), `page ${page}`).rejects.toThrow(
        /^the database .*cmix.sqlite is damaged \(.*\): restore a backup with cmix restore FILE --data NEW$/,
      );
    }
    writeFileSync(path, whole.subarray(0, whole.length >> 1));
    await expect(startBeside()).rejects.toThrow(/is damaged .*: restore a backup/);
    writeFileSync(path, whole);
    await (await startBeside()).close();
    const database = new Sqlite(path, { readonly: true });
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    database.close();
  });
});

describe("S1 a server that others reach in the clear", () => {
  it.each(["0.0.0.0", "::", "", "192.0.2.1", "cmix.example"])(
    "is refused on %j, naming both ways out",
    async (host) => {
      await server.stop();
      await expect(startBeside({ host })).rejects.toThrow(
        /^--host \S+ would let others in without encryption: give --tls-cert .*, or --trust-proxy .*$/,
      );
    },
  );

  it("starts on this machine's own addresses, and behind a proxy", async () => {
    await server.stop();
    for (const host of ["127.0.0.1", "localhost", "127.0.0.2"]) await (await startBeside({ host })).close();
    await (await startBeside({ host: "0.0.0.0", trustProxy: ["10.0.0.1"] })).close();
  });
});
