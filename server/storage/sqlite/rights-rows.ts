/** A rights holder's public key; text in hexadecimal. */
export interface RightsKeyRow {
  /** The first 8 bytes of SHA-256 of the key. */
  key_id: string;
  public_key: string;
  owner_id: string;
  holder: string;
  registered_at: number;
  revoked_at: number | null;
}

/** What a mark that carries an id only says. */
export interface MarkRecordRow {
  id: string;
  owner_id: string;
  key_id: string;
  /** Signature and canonical CBOR (codec/restriction/mark-record.ts). */
  signed: Uint8Array;
  made_at: number;
  revoked_at: number | null;
}
