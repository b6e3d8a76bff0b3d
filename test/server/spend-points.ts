/** Spends points as fast as it can, eight at a time, and tells of each key that is on the disk, until it is killed. */
import { openDatabase } from "../../server/storage/sqlite/database.ts";
import { SqliteMemberships } from "../../server/storage/sqlite/memberships.ts";

const [path = "", run = ""] = process.argv.slice(2);
const store = new SqliteMemberships(await openDatabase(path));
const spend = async (lane: number): Promise<void> => {
  for (let number = 0; ; number++) {
    const key = `run-${run}-${lane}-${number}`;
    const outcome = await store.spend("m", { product: "day", mainId: null, key, at: 1 });
    if (outcome !== "done") throw new Error(outcome);
    process.send?.(key);
  }
};
await Promise.all(Array.from({ length: 8 }, (_, lane) => spend(lane)));
