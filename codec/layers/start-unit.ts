/** How a layer's secret travels: in a segment of its own, sent only to who may open what follows it. FORMAT.md 4.1. */
import { FormatError } from "../errors.ts";
import { FILE_TRACK, type IndexEntry, type SegmentHead } from "../format/layout.ts";
import { BASE_LAYER } from "./base.ts";
import { SECRET_BYTES } from "./layer.ts";
import { withoutTail } from "./registry.ts";

type Place = Pick<IndexEntry | SegmentHead, "layer" | "track" | "structure" | "length">;

/** Whether a segment of the main belongs to a layer's start unit: nothing of it is public. */
export const isStartUnit = ({ layer, track, structure, length }: Place): boolean =>
  layer !== BASE_LAYER && track === FILE_TRACK && structure && length === 0;

/**
 * The secret that a start unit brings.
 *
 * @throws {@link FormatError} it holds something else
 */
export function readStartUnit(layer: number, payload: Uint8Array, segment: number): Uint8Array {
  const secret = withoutTail(layer, payload, segment);
  if (secret.length !== SECRET_BYTES)
    throw new FormatError(
      `start unit ${segment} of layer ${layer} holds ${secret.length} bytes, not ${SECRET_BYTES}: the slave is damaged; fetch it again`,
      { segment, layer },
    );
  return secret.slice();
}
