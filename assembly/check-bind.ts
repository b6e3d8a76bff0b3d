/** Functions with one parameter or result of every type that as-bind converts here, for test/codec/wasm.test.ts. */

/** Bytes of garbage made and dropped by each echo, so that freed or moved memory shows. */
const GARBAGE_BYTES: i32 = 256;

function litter(): void {
  const garbage = new Uint8Array(GARBAGE_BYTES);
  garbage.fill(0xa5);
}

export function echoInt8Array(values: Int8Array): Int8Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfInt8Array(values: Int8Array): Int8Array {
  litter();
  return values.subarray(1);
}

export function echoUint8Array(values: Uint8Array): Uint8Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfUint8Array(values: Uint8Array): Uint8Array {
  litter();
  return values.subarray(1);
}

export function echoUint8ClampedArray(values: Uint8ClampedArray): Uint8ClampedArray {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfUint8ClampedArray(values: Uint8ClampedArray): Uint8ClampedArray {
  litter();
  return values.subarray(1);
}

export function echoInt16Array(values: Int16Array): Int16Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfInt16Array(values: Int16Array): Int16Array {
  litter();
  return values.subarray(1);
}

export function echoUint16Array(values: Uint16Array): Uint16Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfUint16Array(values: Uint16Array): Uint16Array {
  litter();
  return values.subarray(1);
}

export function echoInt32Array(values: Int32Array): Int32Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfInt32Array(values: Int32Array): Int32Array {
  litter();
  return values.subarray(1);
}

export function echoUint32Array(values: Uint32Array): Uint32Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfUint32Array(values: Uint32Array): Uint32Array {
  litter();
  return values.subarray(1);
}

export function echoInt64Array(values: Int64Array): Int64Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfInt64Array(values: Int64Array): Int64Array {
  litter();
  return values.subarray(1);
}

export function echoUint64Array(values: Uint64Array): Uint64Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfUint64Array(values: Uint64Array): Uint64Array {
  litter();
  return values.subarray(1);
}

export function echoFloat32Array(values: Float32Array): Float32Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfFloat32Array(values: Float32Array): Float32Array {
  litter();
  return values.subarray(1);
}

export function echoFloat64Array(values: Float64Array): Float64Array {
  litter();
  return values.slice();
}

/** A view that does not begin at its buffer's start. */
export function tailOfFloat64Array(values: Float64Array): Float64Array {
  litter();
  return values.subarray(1);
}

export function echoString(text: string): string {
  litter();
  return text.slice(0);
}

export function joinStrings(left: string, right: string): string {
  litter();
  return left + right;
}

/** Null for an empty text. */
export function textOrNull(text: string | null): string | null {
  return text === null || text.length == 0 ? null : text;
}

export function echoArrayBuffer(bytes: ArrayBuffer): ArrayBuffer {
  litter();
  return bytes.slice(0);
}

/** Grows linear memory by 64 KiB pages, then answers; the argument's memory has moved for the caller by then. */
export function growThenEcho(values: Uint8Array, pages: i32): Uint8Array {
  memory.grow(pages);
  return values.slice();
}

/** Three conversions of arguments in one call; a collection between them would show as wrong sums. */
export function sumOfThree(a: Uint8Array, b: Float64Array, c: Int16Array): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < a.length; i++) sum += <f64>a[i];
  for (let i = 0; i < b.length; i++) sum += b[i];
  for (let i = 0; i < c.length; i++) sum += <f64>c[i];
  return sum;
}

/** Throws, which reaches the host as env.abort. */
export function throwAlways(text: string): void {
  throw new Error(text);
}

export function echoBool(value: bool): bool {
  return value;
}

export function echoI8(value: i8): i8 {
  return value;
}

export function echoU8(value: u8): u8 {
  return value;
}

export function echoI16(value: i16): i16 {
  return value;
}

export function echoU16(value: u16): u16 {
  return value;
}

export function echoI32(value: i32): i32 {
  return value;
}

export function echoU32(value: u32): u32 {
  return value;
}

export function echoI64(value: i64): i64 {
  return value;
}

export function echoU64(value: u64): u64 {
  return value;
}

export function echoF32(value: f32): f32 {
  return value;
}

export function echoF64(value: f64): f64 {
  return value;
}

export function echoUsize(value: usize): usize {
  return value;
}
