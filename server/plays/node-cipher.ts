import { createCipheriv, createHmac, type Hmac } from "node:crypto";
import { type UnitCipher, webCipher } from "../../codec/index.ts";

/** The same as the codec's own, without WebCrypto's way through other threads, which costs several times the work for some kilobytes. */
export const nodeCipher: UnitCipher = (secret, salt, info, bytes) => {
  const { key, counter } = derive(secret, salt, info);
  // OpenSSL counts with 128 bits, we with 64: they differ where these run over, which a unit can only bring about from here on.
  if (counter.subarray(8, 12).every((byte) => byte === 0xff)) return webCipher(secret, salt, info, bytes);
  return createCipheriv("aes-256-ctr", key, counter).update(bytes);
};

/** By secret: what all units under it have in common. */
const extracted = new WeakMap<Uint8Array, { salt: Uint8Array; prk: Uint8Array }>();

/** HKDF-SHA-256 to 48 bytes (RFC 5869): its first step once for each secret and salt, its second for each unit. */
function derive(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): { key: Uint8Array; counter: Uint8Array } {
  let known = extracted.get(secret);
  if (known?.salt !== salt) {
    known = { salt, prk: createHmac("sha256", salt).update(secret).digest() };
    extracted.set(secret, known);
  }
  const key = pooled(createHmac("sha256", known.prk).update(info).update(FIRST));
  const next = pooled(createHmac("sha256", known.prk).update(key).update(info).update(SECOND));
  return { key, counter: next.subarray(0, 16) };
}

const [FIRST, SECOND] = [Buffer.of(1), Buffer.of(2)];

/** A digest in Node's pool: memory of its own is worth several digests when it is collected. */
const pooled = (hmac: Hmac): Buffer => Buffer.from(hmac.digest("binary"), "binary");
