import { concatBytes } from "../bytes/bytes.ts";

/**
 * SHA-256 and AES-256-GCM, from WebCrypto unless the host brings its own: Node's WebCrypto keeps a copy of all input until the next
 * collection, 380 MB while a file is divided, and is half as quick as node:crypto at 256 KiB.
 */
export interface CryptoPrimitives {
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /** The initialisation vector is 12 zero bytes, the tag has 16. */
  seal(
    key: Uint8Array,
    additionalData: Uint8Array,
    plain: Uint8Array,
  ): Promise<{ payload: Uint8Array; tag: Uint8Array }>;
  /** Undefined where the tag does not fit. */
  open(
    key: Uint8Array,
    additionalData: Uint8Array,
    payload: Uint8Array,
    tag: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

const TAG_BYTES = 16;

const gcm = (additionalData: Uint8Array) => ({
  name: "AES-GCM",
  iv: new Uint8Array(12),
  additionalData: additionalData as BufferSource,
  tagLength: TAG_BYTES * 8,
});

const importKey = (key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", key as BufferSource, "AES-GCM", false, [usage]);

let primitives: CryptoPrimitives = {
  async sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
  },

  async seal(key, additionalData, plain) {
    const sealed = new Uint8Array(
      await crypto.subtle.encrypt(gcm(additionalData), await importKey(key, "encrypt"), plain as BufferSource),
    );
    return { payload: sealed.subarray(0, plain.length), tag: sealed.subarray(plain.length) };
  },

  async open(key, additionalData, payload, tag) {
    const sealed = new Uint8Array(payload.length + tag.length);
    sealed.set(payload);
    sealed.set(tag, payload.length);
    try {
      const opened = await crypto.subtle.decrypt(gcm(additionalData), await importKey(key, "decrypt"), sealed);
      return new Uint8Array(opened);
    } catch {
      return undefined;
    }
  },
};

/** Takes the host's own from now on. */
export function installPrimitives(own: CryptoPrimitives): void {
  primitives = own;
}

export const cryptoPrimitives = (): CryptoPrimitives => primitives;

/** SHA-256 of the parts, one behind the other: 32 bytes. */
export async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const joined = parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts);
  return cryptoPrimitives().sha256(joined);
}
