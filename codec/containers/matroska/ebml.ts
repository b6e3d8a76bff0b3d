/** Elements of EBML (RFC 8794), as far as Matroska needs them. */
import { viewOf } from "../../bytes/bytes.ts";

/** The head of an element. */
export interface Element {
  id: number;
  /** Bytes from the element's start to its content. */
  headBytes: number;
  /** Undefined where the element does not know its size. */
  size: number | undefined;
}

/** Longest head: an id of 4 bytes and a size of 8. */
export const ELEMENT_HEAD_BYTES = 12;

/**
 * A variable-length number at `at` (RFC 8794, 4).
 *
 * @param marked keeps the length marker, as ids do
 * @returns its value, its length in bytes, and whether all of its bits are ones; undefined where none can stand there
 */
export function readNumber(
  bytes: Uint8Array,
  at: number,
  marked = false,
): { value: number; length: number; ones: boolean } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return undefined;
  let value = marked ? first : first & (255 >> length);
  let ones = (first & (255 >> length)) === 255 >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 256 + byte;
    ones &&= byte === 255;
  }
  return { value, length, ones };
}

/** The head of the element at `at` (RFC 8794, 5 and 6); undefined where none can begin. */
export function readElement(bytes: Uint8Array, at: number): Element | undefined {
  const id = readNumber(bytes, at, true);
  if (id === undefined || id.length > 4) return undefined;
  const size = readNumber(bytes, at + id.length);
  if (size === undefined) return undefined;
  return { id: id.value, headBytes: id.length + size.length, size: size.ones ? undefined : size.value };
}

/** The elements of a parent that is at hand, as far as they make sense; positions are in `bytes`. */
export function childElements(
  bytes: Uint8Array,
  start: number,
  end: number,
): { id: number; body: number; end: number }[] {
  const children = [];
  for (let at = start; at < end; ) {
    const element = readElement(bytes, at);
    if (element === undefined || element.size === undefined) break;
    const body = at + element.headBytes;
    if (body + element.size > end) break;
    children.push({ id: element.id, body, end: body + element.size });
    at = body + element.size;
  }
  return children;
}

export function unsigned(bytes: Uint8Array): number {
  return bytes.length > 8 ? 0 : bytes.reduce((value, byte) => value * 256 + byte, 0);
}

export function float(bytes: Uint8Array): number {
  if (bytes.length === 4) return viewOf(bytes).getFloat32(0);
  return bytes.length === 8 ? viewOf(bytes).getFloat64(0) : 0;
}
