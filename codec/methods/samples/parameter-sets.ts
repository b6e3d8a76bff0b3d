/** Parameter sets of H.264 and HEVC in the samples, where a rendition goes from one encoder's pictures to another's. */
import { concatBytes, viewOf } from "../../bytes/bytes.ts";
import { NAL } from "../../containers/streams/annexb.ts";
import { hevcType } from "../../containers/streams/hevc-headers.ts";
import { UnsupportedError } from "../../errors.ts";
import type { Piece } from "./segment-planner.ts";

type Form = Piece["form"];

/** Of an encoder's own NAL units. */
const CODED_LENGTH_BYTES = 4;
/** IDR_W_RADL and IDR_N_LP (ITU-T H.265 table 7-1): nothing behind them in the stream needs what is before. */
const HEVC_IDR = [19, 20];
const HEVC_SEI = [39, 40];

const hasUnits = (form: Form): boolean => form === "avc" || form === "hevc";

/** NAL units of a sample with their lengths; a length beyond the sample takes the rest. */
function* unitsOf(sample: Uint8Array, lengthBytes: number): Generator<Uint8Array> {
  for (let at = 0; at + lengthBytes < sample.length; ) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (sample[at + i] ?? 0);
    const start = at + lengthBytes;
    at = Math.min(sample.length, start + length);
    yield sample.subarray(start, at);
  }
}

/**
 * Whether nothing behind a key picture in the stream refers to what is before it, as far as its own head tells.
 *
 * @param sample a key picture as the source has it
 */
export function isClosedKey(sample: Uint8Array, form: Form, lengthBytes: number): boolean {
  if (!hasUnits(form)) return true;
  for (const [head = 0] of unitsOf(sample, lengthBytes)) {
    if (form === "avc" ? (head & 31) === NAL.idr : HEVC_IDR.includes(hevcType(head))) return true;
  }
  return false;
}

/** NAL units behind lengths of so many bytes. @throws {@link UnsupportedError} one is longer than such a length tells */
function withLengths(units: Iterable<Uint8Array>, lengthBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const unit of units) {
    if (unit.length >= 256 ** lengthBytes)
      throw new UnsupportedError(
        `a picture that stands in for a hidden one has a NAL unit of ${unit.length} bytes, and lengths here have ${lengthBytes} bytes: choose method compress`,
      );
    const length = new Uint8Array(4);
    viewOf(length).setUint32(0, unit.length);
    parts.push(length.subarray(4 - lengthBytes), unit);
  }
  return concatBytes(...parts);
}

/** A picture of an encoder of ours in the source's form, without what it says of itself. */
export function inSourceForm(data: Uint8Array, form: Form, lengthBytes: number): Uint8Array {
  if (!hasUnits(form)) return data;
  const units = [...unitsOf(data, CODED_LENGTH_BYTES)].filter(([head = 0]) => !isMessage(head, form));
  return withLengths(units, lengthBytes);
}

/** Supplemental enhancement information: no picture needs it. */
const isMessage = (head: number, form: Form): boolean =>
  form === "avc" ? (head & 31) === NAL.sei : HEVC_SEI.includes(hevcType(head));

/**
 * The parameter sets of a configuration as they stand in a sample; empty where a coding has none.
 *
 * @param configuration avcC or hvcC
 */
export function parameterSets(configuration: Uint8Array | undefined, form: Form, lengthBytes: number): Uint8Array {
  if (configuration === undefined || !hasUnits(form)) return new Uint8Array();
  return withLengths(form === "avc" ? avcSets(configuration) : hevcSets(configuration), lengthBytes);
}

/** Units behind lengths of two bytes, as configurations have them, from `at` on. */
function* listed(bytes: Uint8Array, at: number, count: number): Generator<Uint8Array, number> {
  let start = at;
  for (let i = 0; i < count && start + 2 <= bytes.length; i++) {
    const end = start + 2 + viewOf(bytes).getUint16(start);
    yield bytes.subarray(start + 2, end);
    start = end;
  }
  return start;
}

/** ISO/IEC 14496-15 5.3.3.1: sequence, then picture parameter sets. */
function* avcSets(avcC: Uint8Array): Generator<Uint8Array> {
  const behind = yield* listed(avcC, 6, (avcC[5] ?? 0) & 31);
  yield* listed(avcC, behind + 1, avcC[behind] ?? 0);
}

/** ISO/IEC 14496-15 8.3.3.1: arrays of video, sequence and picture parameter sets, in any order. */
function* hevcSets(hvcC: Uint8Array): Generator<Uint8Array> {
  let at = 23;
  for (let array = 0; array < (hvcC[22] ?? 0) && at + 3 <= hvcC.length; array++)
    at = yield* listed(hvcC, at + 3, viewOf(hvcC).getUint16(at + 1));
}
