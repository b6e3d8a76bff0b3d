import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { type CryptoPrimitives, installPrimitives } from "../../crypto/primitives.ts";

const CIPHER = "aes-256-gcm";
const IV = new Uint8Array(12);

/** node:crypto on the caller's thread: 256 KiB take 0.1 ms. */
const nodePrimitives: CryptoPrimitives = {
  async sha256(bytes) {
    return new Uint8Array(createHash("sha256").update(bytes).digest());
  },

  async seal(key, additionalData, plain) {
    const cipher = createCipheriv(CIPHER, key, IV);
    cipher.setAAD(additionalData);
    const payload = plainBytes(cipher.update(plain));
    cipher.final();
    return { payload, tag: new Uint8Array(cipher.getAuthTag()) };
  },

  async open(key, additionalData, payload, tag) {
    const decipher = createDecipheriv(CIPHER, key, IV);
    decipher.setAAD(additionalData);
    decipher.setAuthTag(tag);
    const plain = plainBytes(decipher.update(payload));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain;
  },
};

/** Without what Buffers do otherwise: `slice` of them copies nothing. */
function plainBytes({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** From now on the library hashes and encrypts by node:crypto, on the thread that calls. */
export const installNodeCrypto = (): void => installPrimitives(nodePrimitives);
