/** Ed25519 over marks and their records (RFC 8032, through WebCrypto). */

import { concatBytes, toHex } from "../bytes/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const KEY_ID_BYTES = 8;

/** What is signed: a signature over one kind says nothing about the other. */
export type SignedKind = "cmix/mark" | "cmix/mark-record";

/** A rights holder's key to sign with. */
export interface SigningKey {
  privateKey: CryptoKey;
  /** 32 bytes, raw. */
  publicKey: Uint8Array;
}

/**
 * The public key of this id, 32 bytes; undefined where nobody registered it, or it was revoked.
 *
 * @param keyId the first 8 bytes of SHA-256 of the public key, in hexadecimal
 */
export type KeyLookup = (keyId: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** What is known of a signature: `unknown-key` can be checked by nobody here, `wrong` is of another text or another key. */
export type SignatureState = "none" | "valid" | "wrong" | "unknown-key";

/** A new pair of keys; the private one can be exported. */
export async function createSigningKey(): Promise<SigningKey> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  return {
    privateKey: pair.privateKey,
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
  };
}

/** The first 8 bytes of SHA-256 of a public key, in hexadecimal. */
export async function keyIdOf(publicKey: Uint8Array): Promise<string> {
  return toHex((await sha256(publicKey)).subarray(0, KEY_ID_BYTES));
}

const signedBytes = (kind: SignedKind, message: Uint8Array): BufferSource =>
  concatBytes(new TextEncoder().encode(`${kind}\n`), message) as BufferSource;

/** Ed25519 over a message and what kind it is of; 64 bytes. The private key has to be one to sign with. */
export async function sign(kind: SignedKind, message: Uint8Array, privateKey: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, signedBytes(kind, message)));
}

/** Whether the signature is this key's over this message; false also for bytes that are no key. */
export async function isSignedBy(
  kind: SignedKind,
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicKey as BufferSource, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature as BufferSource, signedBytes(kind, message));
  } catch (error) {
    // Some engines find out at the import that 32 bytes are no point of the curve.
    if (error instanceof DOMException && error.name === "DataError") return false;
    throw error;
  }
}
