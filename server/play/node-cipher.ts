import { createCipheriv, createHmac } from "node:crypto";
import { type UnitCipher, webCipher } from "../../codec/protect/delivery.ts";

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
  const key = createHmac("sha256", known.prk).update(info).update(Uint8Array.of(1)).digest();
  const next = createHmac("sha256", known.prk).update(key).update(info).update(Uint8Array.of(2)).digest();
  return { key, counter: next.subarray(0, 16) };
}
