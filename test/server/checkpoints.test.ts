import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SqliteFile } from "../../server/storage/sqlite/sqlite-file.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmix-checkpoints-"));
  path = join(folder, "test.sqlite");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logBytes = async () => (await stat(`${path}-wal`)).size;

/** Changes the same rows over and over, for as many log pages as there are changes. */
async function write(file: SqliteFile, changes: number): Promise<void> {
  const change = file.writer.prepare("insert or replace into t (id, text) values (?, ?)");
  for (let i = 0; i < changes; i++) await file.write(() => change.run(i % 50, `${"x".repeat(3000)} ${i}`));
}

it("the log is taken over while commits go on, begins anew, and nothing is lost", async () => {
  const file = new SqliteFile(path, { checkpointMilliseconds: 50 });
  try {
    file.writer.exec("create table t (id integer primary key, text text)");
    await write(file, 400);
    const first = await logBytes();
    for (let round = 0; round < 20; round++) {
      await write(file, 100);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(await logBytes()).toBeLessThan(first * 3); // five times as much was written since
    expect(file.reader.prepare("select count(*) as n from t").get()).toEqual({ n: 50 });
  } finally {
    await file.close();
  }
  const copy = new SqliteDatabase(path, { readonly: true });
  expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
  copy.close();
});
