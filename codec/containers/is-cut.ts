/** Whether a file ends before its container says. */
import type { ByteSource } from "../bytes/bytes.ts";
import { readBox } from "./iso/iso-boxes.ts";
import { ELEMENT_HEAD_BYTES, readElement } from "./matroska/ebml.ts";
import { recogniseSource } from "./open-index.ts";

/** Of a box's head, with a size of 64 bits. */
const BOX_HEAD_BYTES = 16;

/** Where the box or element at `at` ends; undefined where none can be read, or it does not tell. */
type EndOf = (head: Uint8Array, at: number, fileBytes: number) => number | undefined;

const ENDS: Partial<Record<Awaited<ReturnType<typeof recogniseSource>>, { headBytes: number; endOf: EndOf }>> = {
  iso: { headBytes: BOX_HEAD_BYTES, endOf: (head, at, fileBytes) => readBox(head, at, fileBytes)?.end },
  matroska: {
    headBytes: ELEMENT_HEAD_BYTES,
    endOf: (head, at) => {
      const element = readElement(head, 0);
      return element?.size === undefined ? undefined : at + element.headBytes + element.size;
    },
  },
};

/**
 * Whether the last box of an MP4 or QuickTime file, or the segment of a Matroska file, claims more bytes than there are. Reads heads only.
 *
 * @returns false too for containers that do not tell, and for damage of other kinds
 */
export async function isCut(source: ByteSource): Promise<boolean> {
  const kind = ENDS[await recogniseSource(source)];
  if (kind === undefined) return false;
  for (let at = 0; at < source.size; ) {
    const head = await source.read(at, Math.min(kind.headBytes, source.size - at));
    const end = kind.endOf(head, at, source.size);
    if (end === undefined || end <= at) return false;
    if (end > source.size) return true;
    at = end;
  }
  return false;
}
