/** Reads of one turn share a snapshot, on whichever connection is free; none of that may be seen in what they tell. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import { CompiledQuery } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SqliteFile } from "../../server/storage/sqlite/sqlite-file.ts";

let folder: string;
let path: string;
let file: SqliteFile;
let all: () => Promise<{ n: number }[]>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmix-reads-"));
  path = join(folder, "test.sqlite");
  file = new SqliteFile(path);
  file.writer.exec("create table t (n integer)");
  all = file.query("select n from t order by n");
});
afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true, force: true });
});

const numbers = async () => (await all()).map(({ n }) => n);
const insert = (n: number) => CompiledQuery.raw("insert into t (n) values (?)", [n]);

describe("a read", () => {
  it("sees what was committed before it in the same turn, by a statement and by a transaction", async () => {
    expect(await numbers()).toEqual([]);
    const one = file.execute(insert(1));
    expect(await numbers()).toEqual([]);
    await one;
    expect(await numbers()).toEqual([1]);
    const transaction = await file.begin();
    transaction.execute(insert(2));
    const done = transaction.commit();
    expect(await numbers()).toEqual([1, 2]); // committed, and on its way to the disk
    await done;
  });

  it("sees nothing of a transaction that is open, nor of one that was taken back", async () => {
    const transaction = await file.begin();
    transaction.execute(insert(1));
    for (let turn = 0; turn < 3; turn++) {
      expect(await numbers()).toEqual([]);
      await nextTurn();
    }
    transaction.rollback();
    expect(await numbers()).toEqual([]);
    await file.write(() => file.writer.exec("insert into t values (3)"));
    expect(await numbers()).toEqual([3]);
  });

  it("beside many writers is always of whole transactions, and keeps none of them waiting", async () => {
    const adding = file.writer.prepare("insert into t (n) values (?)");
    const writes = Array.from({ length: 60 }, (_, i) =>
      file.write(async () => {
        adding.run(i);
        await Promise.resolve();
        expect((await numbers()).length % 2).toBe(0);
        adding.run(1000 + i);
      }),
    );
    const reads = (async () => {
      for (let i = 0; i < 300; i++) {
        expect((await numbers()).length % 2).toBe(0);
        if (i % 3 === 0) await nextTurn();
      }
    })();
    await Promise.all([...writes, reads]);
    expect((await numbers()).length).toBe(120);
  });

  it("sees in the next turn what another program wrote, and holds no log back from being taken over", async () => {
    expect(await numbers()).toEqual([]);
    await nextTurn();
    const other = new SqliteDatabase(path);
    other.exec("insert into t values (9)");
    expect(await numbers()).toEqual([9]);
    await nextTurn();
    expect(other.pragma("wal_checkpoint(TRUNCATE)")).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
    other.close();
  });
});
