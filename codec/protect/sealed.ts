/**
 * Protection `sealed`: every public byte under AES-256-GCM, its key derived from the slave's secret and the segment's withheld
 * part, so that neither opens anything alone. FORMAT.md 6; design reason: FORMAT.md 7.
 */
import { FormatError } from "../errors.ts";
import { concatBytes, sha256 } from "../format/bytes.ts";
import { type SegmentHead, TAG_BYTES, writeMainHead } from "../format/layout.ts";
import type { Protection, ProtectionContext } from "./protection.ts";

const INFO_PREFIX = new TextEncoder().encode("cmix/1");

/** @param secret 32 random bytes, fresh for each division */
export async function createSealedProtection(context: ProtectionContext, secret: Uint8Array): Promise<Protection> {
  const material = await crypto.subtle.importKey("raw", secret as BufferSource, "HKDF", false, ["deriveKey"]);

  async function segmentKey(head: SegmentHead, withheld: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
    const place = new Uint8Array(6);
    place[0] = head.layer;
    place[1] = head.track;
    new DataView(place.buffer).setUint32(2, head.number);
    return crypto.subtle.deriveKey(
      {
        name: "HKDF",
        hash: "SHA-256",
        salt: (await sha256(withheld)) as BufferSource,
        info: concatBytes(INFO_PREFIX, context.mainId, place) as BufferSource,
      },
      material,
      { name: "AES-GCM", length: 256 },
      false,
      [usage],
    );
  }

  // The initialisation vector is zero: each key serves one segment once.
  const parameters = (head: SegmentHead) => ({
    name: "AES-GCM",
    iv: new Uint8Array(12),
    additionalData: concatBytes(context.headerHash, writeMainHead(head)) as BufferSource,
    tagLength: TAG_BYTES * 8,
  });

  return {
    async protect(head, publicBytes, withheld) {
      const key = await segmentKey(head, withheld, "encrypt");
      const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(head), key, publicBytes as BufferSource));
      return { payload: sealed.subarray(0, publicBytes.length), tag: sealed.subarray(publicBytes.length) };
    },

    async open(head, payload, tag, withheld) {
      const key = await segmentKey(head, withheld, "decrypt");
      try {
        return new Uint8Array(
          await crypto.subtle.decrypt(parameters(head), key, concatBytes(payload, tag) as BufferSource),
        );
      } catch {
        throw new FormatError(
          `main segment ${head.number} cannot be opened: it, the header or the slave's part was changed; fetch the main file again`,
          { segment: head.number },
        );
      }
    },
  };
}
