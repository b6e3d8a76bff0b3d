/** What tests of plays read of a server: its refusals, and the rows of its database. */
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import type { ErrorBody, TestServer } from "./harness.ts";

/** Status and code of a refusal. */
export const refusalOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as ErrorBody).error.code,
];

export function rowsOf<T>(server: TestServer, sql: string, ...values: string[]): T[] {
  const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"), { readonly: true });
  try {
    return db.prepare(sql).all(...values) as T[];
  } finally {
    db.close();
  }
}

export interface DeliveryRow {
  play_id: string;
  cm_id: string;
  unbilled: string | null;
}

export const deliveries = (server: TestServer): DeliveryRow[] =>
  rowsOf(server, "select * from deliveries order by released_at, rowid");

/** Adds a CM as an administrator and switches it on. @returns its id */
export async function addCm(server: TestServer, bytes: Uint8Array, fields: object): Promise<string> {
  const admin = await server.as("administrator");
  const added = await fetch(`${server.url}/api/cms`, {
    method: "POST",
    headers: { ...admin, "Content-Type": "application/octet-stream" },
    body: bytes as BodyInit,
  });
  const { id } = (await added.json()) as { id: string };
  const changed = await fetch(`${server.url}/api/cms/${id}`, {
    method: "PATCH",
    headers: { ...admin, "Content-Type": "application/json" },
    body: JSON.stringify({ title: "T", sponsor: "S", active: true, ...fields }),
  });
  if (changed.status !== 200) throw new Error(`CM: ${changed.status} ${await changed.text()}`);
  return id;
}
