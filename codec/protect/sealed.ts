/**
 * Protection `sealed`: every public byte under AES-256-GCM, its key derived from the slave's secret and the segment's withheld
 * part, so that neither opens anything alone. FORMAT.md 6; design reason: FORMAT.md 7.
 */

import { concatBytes } from "../bytes/bytes.ts";
import { cryptoPrimitives, sha256 } from "../crypto/primitives.ts";
import { FormatError } from "../errors.ts";
import { type SegmentHead, writeMainHead } from "../format/layout.ts";
import type { Protection, ProtectionContext } from "./protection.ts";

const INFO_PREFIX = new TextEncoder().encode("cmix/1");

/** @param secret 32 random bytes, fresh for each division */
export async function createSealedProtection(context: ProtectionContext, secret: Uint8Array): Promise<Protection> {
  const material = await crypto.subtle.importKey("raw", secret as BufferSource, "HKDF", false, ["deriveBits"]);

  async function segmentKey(head: SegmentHead, withheld: Uint8Array): Promise<Uint8Array> {
    const place = new Uint8Array(6);
    place[0] = head.layer;
    place[1] = head.track;
    new DataView(place.buffer).setUint32(2, head.number);
    const bits = await crypto.subtle.deriveBits(
      {
        name: "HKDF",
        hash: "SHA-256",
        salt: (await sha256(withheld)) as BufferSource,
        info: concatBytes(INFO_PREFIX, context.mainId, place) as BufferSource,
      },
      material,
      256,
    );
    return new Uint8Array(bits);
  }

  const additionalData = (head: SegmentHead): Uint8Array => concatBytes(context.headerHash, writeMainHead(head));

  // The initialisation vector is zero: each key serves one segment once.
  return {
    async protect(head, publicBytes, withheld) {
      const key = await segmentKey(head, withheld);
      return cryptoPrimitives().seal(key, additionalData(head), publicBytes);
    },

    async open(head, payload, tag, withheld) {
      const key = await segmentKey(head, withheld);
      const opened = await cryptoPrimitives().open(key, additionalData(head), payload, tag);
      if (opened !== undefined) return opened;
      throw new FormatError(
        `main segment ${head.number} cannot be opened: it, the header or the slave's part was changed; fetch the main file again`,
        { segment: head.number },
      );
    },
  };
}
