/** Motion vectors (ISO/IEC 13818-2 6.2.5.2): their codes, not what they point at. */
import { motionCodes, putCode } from "../bitstream/code-tables";
import { ERROR_SYNTAX, OK } from "../common/status";
import { Channel, readsCodes, usesCoder, writesCodes } from "./channel";
import { residualBits } from "./headers";
import { decideDual, decideResidual, decideSelect, decideVector } from "./models";
import { MOTION_NONE, takeMotion } from "./syntax-tables";

/** Magnitudes of the last codes: forward horizontal, vertical, backward horizontal, vertical. */
const before: StaticArray<i32> = [0, 0, 0, 0];

export function resetVectors(): void {
  before.fill(0);
}

function walkCode<Way>(channel: Channel, index: i32): i32 {
  const bits = residualBits[index];
  if (bits < 0) return ERROR_SYNTAX;
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
  if (writesCodes<Way>()) {
    putCode(channel.target, motionCodes, abs<i32>(code));
    if (code != 0) {
      channel.target.put(code < 0 ? 1 : 0, 1);
      channel.target.put(residual, bits);
    }
  }
  return OK;
}

function walkDual<Way>(channel: Channel): void {
  let value = 0;
  if (readsCodes<Way>() && channel.source.get(1)) value = channel.source.get(1) ? -1 : 1;
  if (usesCoder<Way>()) value = decideDual<Way>(channel, value);
  if (writesCodes<Way>()) {
    if (value == 0) channel.target.put(0, 1);
    else channel.target.put(value < 0 ? 3 : 2, 2);
  }
}

function walkSelect<Way>(channel: Channel, index: i32): void {
  let value = 0;
  if (readsCodes<Way>()) value = channel.source.get(1);
  if (usesCoder<Way>()) value = decideSelect<Way>(channel, index, value);
  if (writesCodes<Way>()) channel.target.put(value, 1);
}

/**
 * motion_vectors(s).
 * @param s      0 forward, 1 backward
 * @param count  vectors
 * @param field  they have field format
 * @param dual   dual prime
 */
export function walkVectors<Way>(channel: Channel, s: i32, count: i32, field: bool, dual: bool): i32 {
  for (let r = 0; r < count; r++) {
    if (field && !dual) walkSelect<Way>(channel, s * 2 + r);
    for (let t = 0; t < 2; t++) {
      const status = walkCode<Way>(channel, s * 2 + t);
      if (status < 0) return status;
      if (dual) walkDual<Way>(channel);
    }
  }
  return OK;
}
