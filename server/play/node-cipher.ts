import { createCipheriv, hkdfSync } from "node:crypto";
import { type UnitCipher, webCipher } from "../../codec/protect/delivery.ts";

/** The same as the codec's own, without WebCrypto's way through other threads, which costs several times the work for some kilobytes. */
export const nodeCipher: UnitCipher = (secret, salt, info, bytes) => {
  const derived = new Uint8Array(hkdfSync("sha256", secret, salt, info, 48));
  const counter = derived.subarray(32);
  // OpenSSL counts with 128 bits, we with 64: they differ where these run over, which a unit can only bring about from here on.
  if (counter.subarray(8, 12).every((byte) => byte === 0xff)) return webCipher(secret, salt, info, bytes);
  return createCipheriv("aes-256-ctr", derived.subarray(0, 32), counter).update(bytes);
};
