/** The stores in SQLite, held to the contracts of all domains. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../../server/reports/report-data.ts";
import { MasterKey } from "../../../server/security/master-key.ts";
import { openDatabase } from "../../../server/storage/sqlite/database.ts";
import { withLedgerSnapshot } from "../../../server/storage/sqlite/ledger-snapshot.ts";
import { createStore } from "../../../server/storage/sqlite/store.ts";
import { StorageError } from "../../../server/storage-error.ts";
import { describeAccountLogStore, describeAccountStore, describeSessionStore } from "./account-stores.ts";
import { describeCmStore, describeSurroundingStore } from "./cm-stores.ts";
import { describeComplaintStore } from "./complaint-store.ts";
import type { Fixture } from "./fixture.ts";
import { describeConditionStore, describeLibraryStore, describeVideoStore } from "./library-stores.ts";
import { describePlayStore, describePlayUnitOfWork } from "./play-stores.ts";
import { describeReportStore } from "./report-store.ts";

async function openSqlite(): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
  const path = join(folder, "cmix.sqlite");
  const stores = createStore(await openDatabase(path), new MasterKey(new Uint8Array(32).fill(7)));
  return {
    stores,
    withLedger: (read) => withLedgerSnapshot(path, read),
    close: async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
}

for (const describeStore of [
  describeAccountStore,
  describeSessionStore,
  describeAccountLogStore,
  describeCmStore,
  describeVideoStore,
  describeLibraryStore,
  describeConditionStore,
  describeSurroundingStore,
  describeComplaintStore,
  describePlayStore,
  describePlayUnitOfWork,
  describeReportStore,
])
  describeStore("SQLite", openSqlite);

describe("SQLite: troubles", () => {
  it("come as kinds of the stores' interface, in and out of a unit of work", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
    const opened = await openDatabase(join(folder, "cmix.sqlite"));
    const stores = createStore(opened, new MasterKey(new Uint8Array(32)));
    try {
      opened.file.writer.pragma(`max_page_count = ${opened.file.writer.pragma("page_count", { simple: true })}`);
      const fill = async (insert: (number: number) => Promise<unknown>): Promise<unknown> => {
        try {
          for (let number = 0; number < 1e5; number++) await insert(number);
        } catch (error) {
          return error;
        }
        return undefined;
      };
      const found = [
        await fill((i) =>
          stores.sessions.insert({ id: `${i}`, tokenHash: `${i}`, accountId: null, network: null, at: 0 }),
        ),
        await fill((i) => stores.playUnit.run(({ facts }) => facts.countCmView(`viewer ${i}`, "cm", 0))),
        await fill((i) => {
          const made = {
            id: `${i}`,
            receiver: "a",
            reason: "weekly",
            from: 0,
            to: 1,
            report: reportOf(0, 1, []),
          } as const;
          return stores.reports.insert(made, ["email"], 0);
        }),
      ];
      for (const error of found) {
        expect(error).toBeInstanceOf(StorageError);
        expect((error as StorageError).kind).toBe("full");
      }
    } finally {
      await stores.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe("SQLite: a viewer who played a lot", () => {
  it("is not gone through for the plays that are open", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
    const opened = await openDatabase(join(folder, "cmix.sqlite"));
    const { plays, close } = createStore(opened, new MasterKey(new Uint8Array(32).fill(7)));
    try {
      await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
        insert into plays (id, session_id, viewer, created_at, seen_at, over, key, videos, cms, state)
        select i, 's', 'viewer', i, i, 1, x'00', '[]', '[]', ${"x".repeat(1000)} from n`.execute(opened.db);
      const milliseconds: number[] = [];
      for (let i = 0; i < 9; i++) {
        const start = performance.now();
        expect(await plays.left("viewer", 1e9)).toEqual([]);
        milliseconds.push(performance.now() - start);
      }
      expect(Math.min(...milliseconds)).toBeLessThan(5); // 30 with each of them looked at
    } finally {
      await close();
      await rm(folder, { recursive: true });
    }
  });
});
