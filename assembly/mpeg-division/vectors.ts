/** What motion vectors consist of (ISO/IEC 13818-2 6.2.5.2): their codes, not what they point at. */
import { ERROR_SYNTAX, OK } from "../common/status";
import { MOTION_NONE, putDualVector, putMotion, takeDualVector, takeMotion } from "../mpeg-syntax/code-tables";
import { Channel, readsCodes, usesCoder, writesCodes } from "./channel";
import { decideDual, decideResidual, decideSelect, decideVector } from "./models";

/** Magnitudes of the last codes: forward horizontal, vertical, backward horizontal, vertical. */
const before: StaticArray<i32> = [0, 0, 0, 0];

export function resetVectors(): void {
  before.fill(0);
}

/** motion_code and motion_residual. @param index 2 for backward, plus 1 for vertical; @param bits of the residual */
export function walkVector<Way>(channel: Channel, index: i32, bits: i32): i32 {
  let code = 0;
  let residual = 0;
  if (readsCodes<Way>()) {
    const taken = takeMotion(channel.source, bits);
    if (taken == MOTION_NONE) return ERROR_SYNTAX;
    code = taken >> 8;
    residual = taken & 0xff;
  }
  if (usesCoder<Way>()) {
    code = decideVector<Way>(channel, index, before[index], code);
    if (code > 16 || code < -16) return ERROR_SYNTAX;
    before[index] = abs<i32>(code);
    if (code != 0 && bits > 0) residual = decideResidual<Way>(channel, bits, residual);
  }
  if (writesCodes<Way>()) putMotion(channel.target, code, residual, bits);
  return OK;
}

/** dmvector */
export function walkDual<Way>(channel: Channel): void {
  let value = 0;
  if (readsCodes<Way>()) value = takeDualVector(channel.source);
  if (usesCoder<Way>()) value = decideDual<Way>(channel, value);
  if (writesCodes<Way>()) putDualVector(channel.target, value);
}

/** motion_vertical_field_select */
export function walkSelect<Way>(channel: Channel, index: i32): void {
  let value = 0;
  if (readsCodes<Way>()) value = channel.source.get(1);
  if (usesCoder<Way>()) value = decideSelect<Way>(channel, index, value);
  if (writesCodes<Way>()) channel.target.put(value, 1);
}
