/**
 * The one walk over a slice of MPEG-1 or MPEG-2 (ISO/IEC 13818-2 6.2.4 to 6.2.6, ISO/IEC 11172-2 2.4.2.6 to 2.4.2.8):
 * which element follows which. How an element is taken, and what is done with it, is for {@link SliceSteps} to say: a
 * decoder reads and reconstructs, a division carries from one string to another.
 */
import { ERROR_SYNTAX, OK } from "../common/status";
import { VideoHeaders } from "./headers";
import { MB_BACKWARD, MB_FORWARD, MB_INTRA, MB_PATTERN, MB_QUANTISER } from "./macroblock-types";
import { FRAME_PICTURE, MOTION_DUAL, MOTION_FIELD, MOTION_FRAME } from "./syntax";

/** Where in a picture a walk is, and what it predicts DC by. */
export class SlicePlace {
  /** Of the macroblock in work, or, between two, of the last. */
  row: i32 = 0;
  column: i32 = 0;
  /** Of Y, Cb and Cr. */
  readonly dcPredictors: StaticArray<i32> = [0, 0, 0];

  resetDc(precision: i32): void {
    const middle = 1 << (7 + precision);
    unchecked((this.dcPredictors[0] = middle));
    unchecked((this.dcPredictors[1] = middle));
    unchecked((this.dcPredictors[2] = middle));
  }

  /** Before the first macroblock of a row. */
  begin(row: i32): void {
    this.row = row;
    this.column = -1;
  }

  move(increment: i32, macroblocksWide: i32): void {
    this.column += increment;
    if (this.column < macroblocksWide) return;
    const down = this.column / macroblocksWide;
    this.row += down;
    this.column -= down * macroblocksWide;
  }
}

/**
 * The steps of a walk, each called where its element stands. Where nothing else is said, they answer with a status, and
 * a negative one ends the walk. Taken as a type parameter, so that steps are called directly, not through a table.
 */
export interface SliceSteps {
  /** `count` bits without a code of their own. @returns the bits */
  bits(count: i32): i32;
  /** quantiser_scale_code */
  quantiser(): i32;
  /**
   * A bit that says whether a byte of extra information follows, and that byte.
   * @returns 1 where it did, 0 at the end
   */
  extra(): i32;
  /** The slice's head is over. */
  begin(): i32;
  /**
   * macroblock_address_increment with stuffing and escapes.
   * @param first 1 in a slice's first macroblock
   * @returns it
   */
  increment(first: i32): i32;
  /** May a slice hold this macroblock? @param address counted from the start of the slice's first row */
  reach(address: i32): i32;
  /** Macroblocks behind the place are skipped, as the standard has it, not before the slice begins. */
  skip(count: i32): i32;
  /** macroblock_type @returns a sum of MB_* */
  type(): i32;
  /** frame_motion_type or field_motion_type @returns it */
  motionType(): i32;
  /** dct_type @param intra 0 or 1 */
  fieldDct(intra: i32): i32;
  /** motion_vertical_field_select @param r number of the vector; @param s 0 forward, 1 backward */
  fieldSelect(r: i32, s: i32): i32;
  /** motion_code and motion_residual @param t 0 horizontal, 1 vertical; @param residualBits 0 to 8 */
  vectorCode(r: i32, s: i32, t: i32, residualBits: i32): i32;
  /** dmvector */
  dualVector(t: i32): i32;
  /** All of a macroblock's vectors are known. @param motion MOTION_* */
  predict(flags: i32, motion: i32): i32;
  /** coded_block_pattern @returns a bit a block, the first block's highest */
  pattern(): i32;
  /** Blocks follow. @param pattern without meaning in intra macroblocks, which have all blocks */
  blocks(intra: bool, pattern: i32): i32;
  /** @returns 1 where the slice ends behind the macroblock at `address`, 0 where another follows */
  end(address: i32): i32;
}

/** motion_vectors(s). @param count vectors; @param field they have field format; @param dual dual prime */
function walkVectors<Steps extends SliceSteps>(
  steps: Steps,
  headers: VideoHeaders,
  s: i32,
  count: i32,
  field: bool,
  dual: bool,
): i32 {
  for (let r = 0; r < count; r++) {
    if (field && !dual) {
      const status = steps.fieldSelect(r, s);
      if (status < 0) return status;
    }
    for (let t = 0; t < 2; t++) {
      const residualBits = unchecked(headers.residualBits[2 * s + t]);
      if (residualBits < 0) return ERROR_SYNTAX;
      let status = steps.vectorCode(r, s, t, residualBits);
      if (status >= 0 && dual) status = steps.dualVector(t);
      if (status < 0) return status;
    }
  }
  return OK;
}

/** One direction's vectors. @param motion MOTION_* */
function walkDirection<Steps extends SliceSteps>(steps: Steps, headers: VideoHeaders, s: i32, motion: i32): i32 {
  const dual = motion == MOTION_DUAL;
  if (headers.structure == FRAME_PICTURE) {
    const twice = motion == MOTION_FIELD;
    return walkVectors<Steps>(steps, headers, s, twice ? 2 : 1, twice || dual, dual);
  }
  return walkVectors<Steps>(steps, headers, s, motion == MOTION_FRAME ? 2 : 1, true, dual);
}

function walkMacroblock<Steps extends SliceSteps>(steps: Steps, headers: VideoHeaders, place: SlicePlace): i32 {
  const flags = steps.type();
  if (flags < 0) return flags;
  const intra = flags & MB_INTRA;
  if (!intra) place.resetDc(headers.dcPrecision);
  const isFrame = headers.structure == FRAME_PICTURE;
  // Vectors that hide losses are of the picture's own kind.
  let motion = isFrame ? MOTION_FRAME : MOTION_FIELD;
  if (flags & (MB_FORWARD | MB_BACKWARD) && !(isFrame && headers.framePredFrameDct)) {
    motion = steps.motionType();
    if (motion <= 0) return ERROR_SYNTAX;
  }
  let status = OK;
  if (isFrame && !headers.framePredFrameDct && flags & (MB_INTRA | MB_PATTERN)) status = steps.fieldDct(intra);
  if (status >= 0 && flags & MB_QUANTISER) status = steps.quantiser();
  const hiding = intra != 0 && headers.concealment;
  if (status >= 0 && (flags & MB_FORWARD || hiding)) status = walkDirection<Steps>(steps, headers, 0, motion);
  if (status >= 0 && flags & MB_BACKWARD) status = walkDirection<Steps>(steps, headers, 1, motion);
  if (status < 0) return status;
  if (hiding && steps.bits(1) == 0) return ERROR_SYNTAX;
  status = steps.predict(flags, motion);
  if (status < 0) return status;
  let pattern = 0;
  if (flags & MB_PATTERN) {
    pattern = steps.pattern();
    if (pattern < 0) return pattern;
  }
  return intra || pattern ? steps.blocks(intra != 0, pattern) : OK;
}

/**
 * Walks over one slice, from behind its start code on.
 * @param position slice_vertical_position, 1 to 175
 * @returns the address of the last macroblock, counted from the start of the slice's row; or a negative status
 */
export function walkSlice<Steps extends SliceSteps>(
  steps: Steps,
  headers: VideoHeaders,
  place: SlicePlace,
  position: i32,
): i32 {
  let row = position - 1;
  if (headers.mpeg2 && headers.tall) row += steps.bits(3) << 7;
  let status = steps.quantiser();
  while (status >= 0) {
    status = steps.extra();
    if (status == 0) break;
  }
  if (status >= 0) status = steps.begin();
  if (status < 0) return status;
  place.resetDc(headers.dcPrecision);
  place.begin(row);
  let address = -1;
  while (true) {
    const isFirst = address < 0;
    const increment = steps.increment(isFirst ? 1 : 0);
    if (increment < 0) return increment;
    status = steps.reach(address + increment);
    if (status < 0) return status;
    if (increment > 1) {
      place.resetDc(headers.dcPrecision);
      if (!isFirst) status = steps.skip(increment - 1);
      if (status < 0) return status;
    }
    address += increment;
    place.move(increment, headers.macroblocksWide);
    status = walkMacroblock<Steps>(steps, headers, place);
    if (status < 0) return status;
    status = steps.end(address);
    if (status != 0) return status < 0 ? status : address;
  }
}
