import type { Converter } from "as-bind/dist/as-bind.esm.js";
import { beforeAll, describe, expect, it } from "vitest";
import { KernelError } from "../../codec/errors.ts";
import { KernelMemory } from "../../codec/wasm/kernel-memory.ts";
import { checkStatus } from "../../codec/wasm/kernel-status.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { below, createRandom } from "../support/fills.ts";
import { expectSameBytes, readWasm } from "../support/kernels.ts";

type Call = (...values: unknown[]) => unknown;
type TypedArray = Uint8Array | BigUint64Array;

const NUMBERS = {
  Int8: [-128, -1, 0, 1, 127],
  Uint8: [0, 1, 127, 128, 255],
  Uint8Clamped: [0, 1, 127, 128, 255],
  Int16: [-32768, -1, 0, 1, 32767],
  Uint16: [0, 1, 32768, 65535],
  Int32: [-2147483648, -1, 0, 1, 2147483647],
  Uint32: [0, 1, 2147483648, 4294967295],
  Float32: [-Infinity, -0, Math.fround(0.1), 3.4028234663852886e38, Number.NaN],
  Float64: [-Infinity, -0, 0.1, Number.MIN_VALUE, Number.MAX_VALUE, Number.NaN],
} as const;
const BIG_NUMBERS = {
  Int64: [-(2n ** 63n), -1n, 0n, 1n, 2n ** 63n - 1n],
  Uint64: [0n, 1n, 2n ** 63n, 2n ** 64n - 1n],
} as const;

/** By AssemblyScript's name of the type: its limits, in JavaScript's class. */
const ARRAYS: Record<string, TypedArray> = {};
for (const [name, values] of Object.entries(NUMBERS)) {
  const arrayClass = globalThis[`${name}Array` as keyof typeof globalThis] as {
    from(values: readonly number[]): Uint8Array;
  };
  ARRAYS[name] = arrayClass.from(values);
}
for (const [name, values] of Object.entries(BIG_NUMBERS)) {
  const arrayClass = globalThis[`Big${name}Array` as keyof typeof globalThis] as {
    from(values: readonly bigint[]): BigUint64Array;
  };
  ARRAYS[name] = arrayClass.from(values);
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const bytes = readWasm("check");

describe.each([
  ["bytes, bound by as-bind's run time", bytes],
  ["a compiled module", new WebAssembly.Module(bytes)],
] as const)("bound calls of %s", (_, wasm) => {
  let kernels: Kernels;
  let bound: Record<string, Call>;
  const call = (name: string, ...values: unknown[]) => (bound[name] as Call)(...values);
  beforeAll(async () => {
    kernels = await loadKernels(wasm);
    bound = kernels.bound as unknown as Record<string, Call>;
  });

  for (const [name, array] of Object.entries(ARRAYS)) {
    it(`carries ${name}Array whole, as a copy in its own class`, () => {
      const result = call(`echo${name}Array`, array) as TypedArray;
      expect(result).toEqual(array);
      expect(result.constructor).toBe(array.constructor);
      expect(result.buffer).not.toBe(kernels.raw.memory.buffer);
      expect(result.byteLength).toBe(result.buffer.byteLength);
    });

    it(`carries an empty ${name}Array and parts of one, both ways`, () => {
      expect(call(`echo${name}Array`, array.subarray(0, 0))).toHaveLength(0);
      expect(call(`echo${name}Array`, array.subarray(1, 3))).toEqual(array.slice(1, 3));
      expect(call(`tailOf${name}Array`, array)).toEqual(array.slice(1));
    });
  }

  it.each([
    ["empty", ""],
    ["short", "a"],
    ["of several scripts", "Grüße 日本語"],
    ["with pairs and a lone surrogate", "🎬 and \ud800"],
    ["with a nul", "nul \0 inside"],
    ["long", "x".repeat(100_000)],
  ])("carries a string %s", (_, text) => {
    expect(call("echoString", text)).toBe(text);
    expect(call("joinStrings", text, "|")).toBe(`${text}|`);
  });

  it("carries null for a string", () => {
    expect(call("textOrNull", null)).toBeNull();
    expect(call("textOrNull", "")).toBeNull();
    expect(call("textOrNull", "text")).toBe("text");
  });

  it("carries an ArrayBuffer", () => {
    const result = call("echoArrayBuffer", Uint8Array.of(1, 2, 3).buffer) as ArrayBuffer;
    expect(result).toBeInstanceOf(ArrayBuffer);
    expect(new Uint8Array(result)).toEqual(Uint8Array.of(1, 2, 3));
    expect(call("echoArrayBuffer", new ArrayBuffer(0))).toEqual(new ArrayBuffer(0));
  });

  it("keeps several arguments apart", () => {
    expect(call("sumOfThree", Uint8Array.of(200, 100), Float64Array.of(0.25, 0.5), Int16Array.of(-1000))).toBe(-699.25);
  });

  it("refuses an argument of another type, naming both", () => {
    expect(() => call("echoUint8Array", [1, 2])).toThrow(/Uint8Array, not Array/);
    expect(() => call("echoUint8Array", Int8Array.of(1))).toThrow(TypeError);
    expect(() => call("echoUint8Array", null)).toThrow(TypeError);
    expect(() => call("echoArrayBuffer", "text")).toThrow(/ArrayBuffer, not text/);
    expect(() => call("echoString", 5)).toThrow(/string, not 5/);
    expect(() => call("echoString")).toThrow();
  });

  it("takes a view of the kernel's own memory, also when the copy makes that memory grow", () => {
    const size = 3 << 20;
    const pointer = kernels.memory.allocate(size);
    kernels.memory.bytes(pointer, size).fill(7);
    const result = call("echoUint8Array", kernels.memory.bytes(pointer, size)) as Uint8Array;
    expect(result.length).toBe(size);
    expect(result.every((value) => value === 7)).toBe(true);
    kernels.memory.release(pointer);
  });

  it("gives copies that stay right after the memory grows", () => {
    const before = call("echoFloat64Array", ARRAYS.Float64) as Float64Array;
    const values = Uint8Array.from({ length: 5000 }, (_, i) => i);
    const grown = call("growThenEcho", values, 16) as Uint8Array;
    call("echoUint8Array", new Uint8Array(1 << 20).fill(0xee));
    expect(before).toEqual(ARRAYS.Float64);
    expect(grown).toEqual(values);
  });

  it("stays right under garbage collection, and the memory stays bounded", () => {
    const seed = 5;
    const random = createRandom(seed);
    const kept: [TypedArray, TypedArray, unknown, string][] = [];
    const names = Object.keys(ARRAYS);
    let bytesEarly = 0;
    for (let round = 0; round < 3000; round++) {
      const name = names[below(random, names.length)] as string;
      const arrayClass = (ARRAYS[name] as TypedArray).constructor as new (buffer: ArrayBuffer) => TypedArray;
      const content = Uint8Array.from({ length: 8 * below(random, 200) }, random);
      const array = new arrayClass(content.buffer);
      const text = String.fromCharCode(...content.subarray(0, 50));
      kept.push([call(`echo${name}Array`, array) as TypedArray, array, call("joinStrings", text, name), text + name]);
      if (round % 7 === 0) kernels.raw.__collect();
      if (kept.length < 100) continue;
      for (const [result, original, joined, expected] of kept.splice(0)) {
        expectSameBytes(bytesOf(result), bytesOf(original), `seed=${seed} round=${round}`);
        expect(joined, `seed=${seed} round=${round}`).toBe(expected);
      }
      if (round < 1000) bytesEarly = kernels.raw.memory.buffer.byteLength;
    }
    expect(kernels.raw.memory.buffer.byteLength).toBe(bytesEarly);
  });

  it("turns an abort into a KernelError with its text and place", async () => {
    const broken = (await loadKernels(wasm)).bound as unknown as Record<string, Call>;
    const attempt = () => (broken.throwAlways as Call)("no such thing");
    expect(attempt).toThrow(KernelError);
    expect(attempt).toThrow(/no such thing \(assembly\/check-bind\.ts:\d+:\d+\)/);
  });

  it("gives each call an instance of its own", async () => {
    const other = await loadKernels(wasm);
    expect(other.raw.memory).not.toBe(kernels.raw.memory);
    const content = Uint8Array.from({ length: 64 }, (_, i) => i * 37 + 11);
    const pointer = other.memory.put(content);
    expect(other.memory.copy(pointer, 64)).toEqual(content);
    expect(kernels.memory.copy(pointer, 64)).not.toEqual(content);
  });
});

describe("a converter", () => {
  it.each(Object.keys(ARRAYS))("keeps a %sArray alive when each allocation collects first", async (name) => {
    const { raw } = await loadKernels(bytes); // fills as-bind's table
    const { converters } = await import("as-bind/dist/as-bind.esm.js");
    const typeName = `~lib/typedarray/${name}Array`;
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), "as-bind_bindings");
    const { typeIds } = JSON.parse(new TextDecoder().decode(section));
    const collectFirst = (size: number, classId: number) => {
      raw.__collect();
      return raw.__new(size, classId);
    };
    const context = { exports: { ...raw, __new: collectFirst }, getTypeId: (type: string) => typeIds[type].id };
    const { jsToAsc, ascToJs } = converters.get(typeName) as Converter;
    const view = jsToAsc(context, ARRAYS[name], typeName) as number;
    raw.__pin(view);
    for (let i = 0; i < 10; i++) raw.__new(64, typeIds["~lib/arraybuffer/ArrayBuffer"].id); // would take freed places
    raw.__collect();
    expect(ascToJs(context, view, typeName)).toEqual(ARRAYS[name]);
  });
});

describe("conversion of numbers", () => {
  it.each([
    ["echoI8", [-128, 127]],
    ["echoU8", [0, 255]],
    ["echoI16", [-32768, 32767]],
    ["echoU16", [0, 65535]],
    ["echoI32", [-2147483648, 2147483647]],
    ["echoU32", [0, 4294967295]],
    ["echoUsize", [0, 4294967295]],
    ["echoI64", [-(2n ** 63n), 2n ** 63n - 1n]],
    ["echoU64", [0n, 2n ** 64n - 1n]],
    ["echoF32", [Number.NaN, -0]],
    ["echoF64", [Number.NaN, 0.1]],
    ["echoBool", [true, false]],
  ] as const)("%s gives its limits back through as-bind", async (name, values) => {
    const asBind = await import("as-bind/dist/as-bind.esm.js");
    await loadKernels(bytes); // fills as-bind's table
    const { exports } = await asBind.instantiate(bytes, { env: { abort: () => {} } });
    for (const value of values) expect((exports[name] as Call)(value)).toBe(value);
  });
});

describe("KernelMemory", () => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await loadKernels(bytes);
  });

  it("allocates zeroed memory, 16-byte aligned, and puts bytes there and back", () => {
    const { memory } = kernels;
    const dirty = memory.put(new Uint8Array(1000).fill(9));
    memory.release(dirty);
    const pointer = memory.allocate(1000);
    expect(pointer % 16).toBe(0);
    expect(memory.copy(pointer, 1000).every((byte) => byte === 0)).toBe(true);
    const content = memory.put(Uint8Array.of(1, 2, 3));
    const copy = memory.copy(content, 3);
    memory.bytes(content, 3).fill(0);
    expect(copy).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("puts a view of its own memory even when that memory grows", () => {
    const { memory } = kernels;
    const first = memory.put(new Uint8Array(2 << 20).fill(3));
    const second = memory.put(memory.bytes(first, 2 << 20));
    expect(memory.copy(second, 2 << 20).every((byte) => byte === 3)).toBe(true);
  });

  it("releases what a scope allocated, also when its work throws", () => {
    const { memory, raw } = kernels;
    const rounds = () => {
      for (let i = 0; i < 50; i++) {
        const sum = memory.withAllocations((scope) => {
          const a = scope.put(new Uint8Array(1 << 20).fill(1));
          const b = scope.allocate(1 << 20);
          return (memory.bytes(a, 1)[0] as number) + (memory.bytes(b, 1)[0] as number);
        });
        expect(sum).toBe(1);
        expect(() =>
          memory.withAllocations((scope) => {
            scope.allocate(1 << 20);
            throw new Error("work failed");
          }),
        ).toThrow("work failed");
      }
      return raw.memory.buffer.byteLength;
    };
    expect(rounds()).toBe(rounds());
  });

  it("refuses sizes that are none", () => {
    const { memory } = kernels;
    for (const size of [-1, 0.5, Number.NaN, 2 ** 30, 2 ** 32]) expect(() => memory.allocate(size)).toThrow(RangeError);
  });
});

describe("KernelMemory at the end of memory", () => {
  it("says how much was asked for and how much is in use", async () => {
    const { raw } = await loadKernels(bytes);
    const full = new KernelMemory({
      ...raw,
      allocate: () => {
        throw new WebAssembly.RuntimeError("unreachable"); // what AssemblyScript's heap does when memory.grow is refused
      },
    });
    expect(() => full.allocate(1000)).toThrow(KernelError);
    expect(() => full.allocate(1000)).toThrow(/no memory for 1000 bytes, \d+ in use/);
  });
});

describe("checkStatus", () => {
  it("lets lengths through and names kernel and reason of an error", () => {
    expect(checkStatus(0, "encodePlane")).toBe(0);
    expect(checkStatus(17, "encodePlane")).toBe(17);
    for (const status of [-1, -2, -3, -4, -5, -99])
      expect(() => checkStatus(status, "encodePlane")).toThrow(KernelError);
    expect(() => checkStatus(-3, "encodePlane")).toThrow("encodePlane: the output buffer is too small (status -3)");
  });
});

describe("the production build", () => {
  it("binds the convenient calls", async () => {
    const { bound } = await loadKernels(readWasm("kernels"));
    expect(bound.readStreamHeader).toBeTypeOf("function");
  });

  it("holds every raw export that RawKernels lists and imports only env.abort", async () => {
    const module = new WebAssembly.Module(readWasm("kernels"));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "abort", kind: "function" }]);
    const { readFileSync } = await import("node:fs");
    const source = readFileSync(new URL("../../codec/wasm/raw-kernels.ts", import.meta.url), "utf8");
    const listed = [
      ...source.slice(0, source.indexOf("export interface BoundKernels")).matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm),
    ];
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(listed.map(([, name]) => name as string).filter((name) => !names.includes(name))).toEqual([]);
    expect(listed.length).toBeGreaterThan(10);
  });
});
