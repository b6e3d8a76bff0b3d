/** Rights holders' keys and records of marks (server/API.md). */
import type {
  MarkRecord,
  MarkRecordList,
  NewRightsKey,
  RightsKey,
  RightsKeyList,
} from "../../../../server/rights/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type { MarkRecord, RightsKey };

// ---- For whoever found a mark ----

export const loadRecord = (recordId: string): Promise<MarkRecord> =>
  call("GET /api/mark-records/{recordId}", { path: { recordId } });

export const loadKey = (keyId: string): Promise<RightsKey> => call("GET /api/rights-keys/{keyId}", { path: { keyId } });

// ---- The rights holder's ----

export const listKeys = async (): Promise<RightsKeyList["keys"]> => (await call("GET /api/rights-keys")).keys;

export const registerKey = (key: NewRightsKey): Promise<RightsKey> =>
  changeAnswered("POST /api/rights-keys", { body: key });

export async function revokeKey(keyId: string): Promise<void> {
  await change("DELETE /api/rights-keys/{keyId}", { path: { keyId } });
}

export const listRecords = async (): Promise<MarkRecordList["records"]> =>
  (await call("GET /api/mark-records")).records;

/** @param file as `signMarkRecord` gave it */
export async function keepRecord(file: Blob): Promise<MarkRecord> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return changeAnswered("POST /api/mark-records", { body: { signed: btoa(String.fromCharCode(...bytes)) } });
}

export async function revokeRecord(recordId: string): Promise<void> {
  await change("DELETE /api/mark-records/{recordId}", { path: { recordId } });
}
