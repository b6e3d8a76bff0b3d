/**
 * as-bind's converters for AssemblyScript 0.28. The ones as-bind brings go through a loader for 0.19, whose class ids and run time type
 * entries differ: with today's compiler they return wrong arrays without an error. These use the type ids of the module's own section.
 *
 * Arguments are copied in; results are copied out and stay right after the memory grows or the collector runs.
 * Layouts: assemblyscript/std/assembly/rt/common.ts (header, size at -4) and arraybuffer.ts (ArrayBufferView: buffer, start, byte length).
 */
import type { ConversionContext, Convert, Converter } from "as-bind/dist/as-bind.esm.js";

const ARRAY_BUFFER = "~lib/arraybuffer/ArrayBuffer";
const STRING = "~lib/string/String";
const VIEW_BYTES = 12;

const TYPED_ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Int64Array: BigInt64Array,
  Uint64Array: BigUint64Array,
  Float32Array,
  Float64Array,
} as const;

type TypedArrayClass = (typeof TYPED_ARRAYS)[keyof typeof TYPED_ARRAYS];

/** wasm returns every small or unsigned integer as a signed one of 32 or 64 bits. */
const NUMBER_RESULTS: Record<string, (value: unknown) => unknown> = {
  void: () => undefined,
  bool: (value) => ((value as number) & 1) === 1,
  i8: (value) => ((value as number) << 24) >> 24,
  u8: (value) => (value as number) & 0xff,
  i16: (value) => ((value as number) << 16) >> 16,
  u16: (value) => (value as number) & 0xffff,
  i32: (value) => value,
  u32: (value) => (value as number) >>> 0,
  isize: (value) => value,
  usize: (value) => (value as number) >>> 0,
  i64: (value) => value,
  u64: (value) => BigInt.asUintN(64, value as bigint),
  f32: (value) => value,
  f64: (value) => value,
};

/** Empties as-bind's table and fills it with the converters of this file. Doing it twice changes nothing. */
export function installConverters(table: Map<string | RegExp, Converter>): void {
  table.clear();
  for (const [name, convert] of Object.entries(NUMBER_RESULTS)) {
    // as-bind pins whatever a converter changes, so numbers must go in as they are.
    table.set(name, { ascToJs: (_, value) => convert(value), jsToAsc: (_, value) => value });
  }
  for (const [name, arrayClass] of Object.entries(TYPED_ARRAYS)) {
    table.set(`~lib/typedarray/${name}`, typedArrayConverter(arrayClass));
  }
  table.set(ARRAY_BUFFER, { ascToJs: arrayBufferOut, jsToAsc: arrayBufferIn });
  table.set(STRING, { ascToJs: stringOut, jsToAsc: stringIn });
}

/** Text of an AssemblyScript string; null for the null pointer. */
export function readString(memory: WebAssembly.Memory, pointer: number): string | null {
  const start = pointer >>> 0;
  if (start === 0) return null;
  const codes = new Uint16Array(memory.buffer, start, objectBytes(memory, start) >>> 1);
  // Code unit by code unit, in pieces an argument list can hold: a decoder would replace lone surrogates.
  let text = "";
  for (let i = 0; i < codes.length; i += 4096) text += String.fromCharCode(...codes.subarray(i, i + 4096));
  return text;
}

// ---- Typed arrays ----

function typedArrayConverter(arrayClass: TypedArrayClass): Converter {
  const jsToAsc: Convert = (context, value, typeName) => {
    if (!(value instanceof arrayClass)) {
      throw new TypeError(`a kernel's argument must be a ${arrayClass.name}, not ${describe(value)}`);
    }
    const { __new, __pin, __unpin, memory } = context.exports;
    const { byteLength } = value; // read now: 0 once growth has detached a view of the kernel's own memory
    const buffer = newObject(context, new Uint8Array(value.buffer, value.byteOffset, value.byteLength), ARRAY_BUFFER);
    __pin(buffer); // the next allocation may collect
    const view = __new(VIEW_BYTES, context.getTypeId(typeName)) >>> 0;
    __unpin(buffer);
    new Uint32Array(memory.buffer, view, 3).set([buffer, buffer, byteLength]);
    return view;
  };
  const ascToJs: Convert = (context, value) => {
    const view = (value as number) >>> 0;
    if (view === 0) return null;
    const { buffer } = context.exports.memory;
    const [, start = 0, byteLength = 0] = new Uint32Array(buffer, view, 3);
    return new arrayClass(buffer.slice(start, start + byteLength));
  };
  return { ascToJs, jsToAsc };
}

// ---- ArrayBuffer ----

const arrayBufferIn: Convert = (context, value) => {
  if (!(value instanceof ArrayBuffer))
    throw new TypeError(`a kernel's argument must be an ArrayBuffer, not ${describe(value)}`);
  return newObject(context, new Uint8Array(value), ARRAY_BUFFER);
};

const arrayBufferOut: Convert = ({ exports: { memory } }, value) => {
  const start = (value as number) >>> 0;
  return start === 0 ? null : memory.buffer.slice(start, start + objectBytes(memory, start));
};

// ---- Strings ----

const stringIn: Convert = (context, value) => {
  if (value === null) return 0;
  if (typeof value !== "string") throw new TypeError(`a kernel's argument must be a string, not ${describe(value)}`);
  const codes = new Uint16Array(value.length);
  for (let i = 0; i < value.length; i++) codes[i] = value.charCodeAt(i);
  return newObject(context, new Uint8Array(codes.buffer), STRING);
};

const stringOut: Convert = (context, value) => readString(context.exports.memory, value as number);

/** Makes an object of plain bytes. The bytes may lie in the kernel's own memory: its buffer is detached when the memory grows. */
function newObject(context: ConversionContext, bytes: Uint8Array, typeName: string): number {
  const { memory, __new } = context.exports;
  const source = bytes.buffer === memory.buffer ? bytes.slice() : bytes;
  const pointer = __new(source.byteLength, context.getTypeId(typeName)) >>> 0;
  new Uint8Array(memory.buffer).set(source, pointer);
  return pointer;
}

function objectBytes(memory: WebAssembly.Memory, pointer: number): number {
  return new DataView(memory.buffer).getUint32(pointer - 4, true);
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}
