import type { ByteSource } from "../../format/bytes.ts";
import type { SourceIndex } from "./source-index.ts";

/** H.264 in transport streams. */
export async function openTransport(_source: ByteSource): Promise<SourceIndex | undefined> {
  return undefined;
}
