/**
 * Lengths that stand in front of what they measure, as containers write them: with the structure's own ranges they say the same thing twice.
 * In a list such a number stands less the bytes up to the next part of the structure, so it is mostly the same small number.
 */

/** Numbers as they are, the lowest byte first, or EBML's, of which the first byte tells the width. */
const FORMS = { big: 0, little: 1, ebml: 2 } as const;
type Form = keyof typeof FORMS;
const WIDTH_MAX = 4;

/** IVF: the picture's length, then eight bytes of time. */
const IVF_BEHIND_BYTES = 8;
/** Matroska's block: the element's size, then the track, two bytes of time, and flags, which the size counts. */
const BLOCK_BEHIND_BYTES = 4;

/** A field as one number, as the list holds it: 0 for none. */
const codeOf = (behindBytes: number, width: number, form: Form): number =>
  (behindBytes << 5) | (width << 2) | FORMS[form];

export const NO_LENGTH_FIELD = 0;

export const isLengthFieldCode = (code: number): boolean =>
  code === NO_LENGTH_FIELD || (((code >> 2) & 7) >= 1 && ((code >> 2) & 7) <= WIDTH_MAX && (code & 3) <= FORMS.ebml);

/** A big-endian number of `width` bytes at the part's end. */
export const lengthAtEnd = (width: number): number => (width <= WIDTH_MAX ? codeOf(0, width, "big") : NO_LENGTH_FIELD);

/** A field that holds `size`, of the sample that begins at `end`, among the bytes from `start` on before it. */
export function findLengthField(bytes: Uint8Array, start: number, end: number, size: number): number {
  for (let width = 1; width <= WIDTH_MAX; width++) {
    const at = end - BLOCK_BEHIND_BYTES - width;
    if (at < start) break;
    if ((bytes[at] ?? 0) >> (8 - width) === 1 && readField(bytes, at, width, "ebml") === size + BLOCK_BEHIND_BYTES)
      return codeOf(BLOCK_BEHIND_BYTES, width, "ebml");
  }
  const at = end - IVF_BEHIND_BYTES - 4;
  return at >= start && readField(bytes, at, 4, "little") === size
    ? codeOf(IVF_BEHIND_BYTES, 4, "little")
    : NO_LENGTH_FIELD;
}

/** The same field once `bytes` more stand between it and the part's end. */
export const withBytesBehind = (code: number, bytes: number): number =>
  code === NO_LENGTH_FIELD ? code : code + (bytes << 5);

/**
 * Adds `difference` to a field, modulo what it can hold.
 *
 * @param end of the part, in `bytes`
 * @returns false where the part, which begins at `start`, does not hold it
 */
export function addToLengthField(
  bytes: Uint8Array,
  start: number,
  end: number,
  code: number,
  difference: number,
): boolean {
  if (code === NO_LENGTH_FIELD) return true;
  const width = (code >> 2) & 7;
  const form = (Object.keys(FORMS) as Form[]).find((name) => FORMS[name] === (code & 3)) as Form;
  const at = end - (code >> 5) - width;
  if (at < start) return false;
  writeField(bytes, at, width, form, readField(bytes, at, width, form) + difference);
  return true;
}

const bitsOf = (width: number, form: Form): number => (form === "ebml" ? 7 : 8) * width;

function readField(bytes: Uint8Array, at: number, width: number, form: Form): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[form === "little" ? at + width - 1 - i : at + i] ?? 0);
  return value % 2 ** bitsOf(width, form);
}

function writeField(bytes: Uint8Array, at: number, width: number, form: Form, value: number): void {
  const range = 2 ** bitsOf(width, form);
  let rest = ((value % range) + range) % range;
  // Above the number an EBML field has its width's mark, which stays.
  if (form === "ebml") rest += ((bytes[at] ?? 0) >> (8 - width)) * range;
  for (let i = width - 1; i >= 0; i--) {
    bytes[form === "little" ? at + width - 1 - i : at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
