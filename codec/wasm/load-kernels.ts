import { type ConversionContext, type Converter, converters, instantiate } from "as-bind/dist/as-bind.esm.js";
import { KernelError } from "../errors.ts";
import { installConverters, readString } from "./bind-converters.ts";
import { KernelMemory } from "./kernel-memory.ts";
import type { BoundKernels, RawKernels } from "./raw-kernels.ts";

/** One instance of the kernels: its own memory, its own static data. */
export interface Kernels {
  readonly memory: KernelMemory;
  /** Pointers in, statuses out: the hot path. */
  readonly raw: RawKernels;
  /** Arrays and text in and out, copied: the convenient path. */
  readonly bound: BoundKernels;
}

/** What scripts/as-bind-transform.mjs writes. */
interface TypeSection {
  typeIds: Record<string, { id: number; byteSize: number }>;
  exportedFunctions: Record<string, { returnType: string; parameters: string[] }>;
}

interface Binding {
  raw: RawKernels;
  section: TypeSection;
  converted: Record<string, unknown>;
}

type Call = (...values: unknown[]) => unknown;

/**
 * Instantiates the kernels.
 * @param wasm  dist/wasm/kernels.wasm as bytes, or compiled once and handed from thread to thread
 * @returns a fresh instance each call
 * @throws WebAssembly.CompileError the bytes are no wasm module, or the engine lacks SIMD
 * @throws Error the module was built without scripts/as-bind-transform.mjs
 */
export async function loadKernels(wasm: BufferSource | WebAssembly.Module): Promise<Kernels> {
  installConverters(converters);
  let memory: WebAssembly.Memory | undefined;
  const abort = (message: number, file: number, line: number, column: number): never => {
    const text = (memory && readString(memory, message)) ?? "no message";
    const place = `${(memory && readString(memory, file)) ?? "unknown file"}:${line}:${column}`;
    throw new KernelError(`a kernel aborted: ${text} (${place}); load the kernels anew`, { kernel: place });
  };
  const imports = { env: { abort } };
  const binding = await (wasm instanceof WebAssembly.Module ? bindModule(wasm, imports) : bindBytes(wasm, imports));
  memory = binding.raw.memory;
  return { memory: new KernelMemory(binding.raw), raw: binding.raw, bound: collectAfterCalls(binding) };
}

async function bindBytes(bytes: BufferSource, imports: WebAssembly.Imports): Promise<Binding> {
  const { module, loadedModule, exports } = await instantiate(bytes, imports);
  const raw = loadedModule.instance.exports as unknown as RawKernels;
  return { raw, section: readTypeSection(module), converted: exports };
}

/** as-bind takes bytes only and compiles them itself; for a compiled module the same converters are put around its exports here. */
async function bindModule(module: WebAssembly.Module, imports: WebAssembly.Imports): Promise<Binding> {
  const section = readTypeSection(module);
  const { exports } = await WebAssembly.instantiate(module, imports);
  const raw = exports as unknown as RawKernels;
  const context: ConversionContext = {
    exports: raw,
    getTypeId: (typeName) => section.typeIds[typeName]?.id ?? unknownType(typeName),
  };
  const converterOf = (typeName: string): Converter => converters.get(typeName) ?? unknownType(typeName);
  const converted: Record<string, Call> = {};
  for (const [name, { parameters, returnType }] of Object.entries(section.exportedFunctions)) {
    const call = exports[name] as Call;
    converted[name] = (...values) => {
      if (values.length !== parameters.length) {
        throw new TypeError(`${name} takes ${parameters.length} arguments, not ${values.length}`);
      }
      const pinned: number[] = [];
      try {
        const converted = parameters.map((typeName, i) => {
          const argument = converterOf(typeName).jsToAsc(context, values[i], typeName);
          if (isClass(typeName)) pinned.push(raw.__pin(argument as number));
          return argument;
        });
        return converterOf(returnType).ascToJs(context, call(...converted), returnType);
      } finally {
        for (const pointer of pinned) raw.__unpin(pointer);
      }
    };
  }
  return { raw, section, converted };
}

/** The runtime `minimal` collects only when it is told to: after each call that made objects, so that bound calls do not pile them up. */
function collectAfterCalls({ raw, section, converted }: Binding): BoundKernels {
  const bound: Record<string, Call> = {};
  for (const [name, { parameters, returnType }] of Object.entries(section.exportedFunctions)) {
    if (![returnType, ...parameters].some(isClass)) continue; // nothing to convert: it is in `raw`
    const call = converted[name] as Call;
    bound[name] = (...values) => {
      const result = call(...values);
      raw.__collect();
      return result;
    };
  }
  return bound as unknown as BoundKernels;
}

function isClass(typeName: string): boolean {
  return typeName.startsWith("~lib/");
}

function readTypeSection(module: WebAssembly.Module): TypeSection {
  const [section] = WebAssembly.Module.customSections(module, "as-bind_bindings");
  if (!section)
    throw new Error("the wasm module was built without scripts/as-bind-transform.mjs: run npm run build:wasm");
  return JSON.parse(new TextDecoder().decode(section)) as TypeSection;
}

function unknownType(typeName: string): never {
  throw new Error(`no converter for ${typeName}: see codec/wasm/bind-converters.ts`);
}
