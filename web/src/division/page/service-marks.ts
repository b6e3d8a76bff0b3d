/** What the service knows of marks: the keys of rights holders, and records for marks that carry an id alone. */
import { CmixError, fromHex } from "../../../../codec/page.ts";
import { loadKey, loadRecord } from "../../shared/api/rights.ts";
import type { MarkSource } from "../protocol/divide-api.ts";

export const serviceMarks: MarkSource = {
  async key(keyId) {
    const key = await found(loadKey(keyId));
    return key === undefined || key.revoked !== null ? undefined : fromHex(key.publicKey);
  },
  async record(recordId) {
    const record = await found(loadRecord(recordId));
    if (record === undefined || record.state === "revoked" || record.state === "key-revoked") return undefined;
    return Uint8Array.from(atob(record.signed), (char) => char.charCodeAt(0));
  },
};

/** Undefined where the service has none of that id. Where it cannot be asked, nothing is decided. */
async function found<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CmixError && error.details.status === 404) return undefined;
    throw error;
  }
}
