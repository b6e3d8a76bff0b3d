import type { SegmentHead } from "../format/layout.ts";

/** What a main segment's bytes become on their way into the file, and back. */
export interface Protection {
  /** @returns payload of the same length as `publicBytes`, and a tag of 16 bytes */
  protect(
    head: SegmentHead,
    publicBytes: Uint8Array,
    withheld: Uint8Array,
  ): Promise<{ payload: Uint8Array; tag: Uint8Array }>;
  /** @throws FormatError the payload, its head, the header or the withheld part are not those that were protected */
  open(head: SegmentHead, payload: Uint8Array, tag: Uint8Array, withheld: Uint8Array): Promise<Uint8Array>;
}

/** What both protections are bound to. */
export interface ProtectionContext {
  mainId: Uint8Array;
  /** SHA-256 of the main's preamble and header. */
  headerHash: Uint8Array;
}
