/** Rights holders: their public keys, and the records of marks that they signed. Times are milliseconds since 1970. */

export interface RightsKey {
  /** The first 8 bytes of SHA-256 of the key, in hexadecimal, as marks carry it. */
  keyId: string;
  /** Ed25519, 32 bytes in hexadecimal. */
  publicKey: string;
  ownerId: string;
  /** Who it is, as it is told to whoever looks a mark up. */
  holder: string;
  registeredAt: number;
  /** Null while it is good. */
  revokedAt: number | null;
}

export interface StoredRecord {
  /** 8 bytes in hexadecimal, as the mark carries it. */
  id: string;
  ownerId: string;
  keyId: string;
  /** As codec/restriction/mark-record.ts has it. */
  signed: Uint8Array;
  madeAt: number;
  revokedAt: number | null;
}

export interface RightsStore {
  /** @returns false where the key is registered, by whomever; a revoked one stays so */
  addKey(key: Omit<RightsKey, "revokedAt">): Promise<boolean>;
  key(keyId: string): Promise<RightsKey | undefined>;
  /** The newest first. */
  keysOf(ownerId: string): Promise<RightsKey[]>;
  /** @returns false where it was revoked before */
  revokeKey(keyId: string, at: number): Promise<boolean>;
  /** @returns false where there is one of that id */
  addRecord(record: Omit<StoredRecord, "revokedAt">): Promise<boolean>;
  record(id: string): Promise<StoredRecord | undefined>;
  /** The newest first, at most 100. */
  recordsOf(ownerId: string): Promise<StoredRecord[]>;
  /** @returns false where it was revoked before */
  revokeRecord(id: string, at: number): Promise<boolean>;
}
