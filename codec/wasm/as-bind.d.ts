/** The part of as-bind 0.8's run time that is used here; the package itself types it as `any`. */
declare module "as-bind/dist/as-bind.esm.js" {
  /** What a converter is handed besides the value. */
  export interface ConversionContext {
    readonly exports: {
      readonly memory: WebAssembly.Memory;
      __new(size: number, classId: number): number;
      __pin(pointer: number): number;
      __unpin(pointer: number): void;
      __collect(): void;
    };
    getTypeId(typeName: string): number;
  }

  export type Convert = (context: ConversionContext, value: unknown, typeName: string) => unknown;

  export interface Converter {
    ascToJs: Convert;
    jsToAsc: Convert;
  }

  /** By type name; the first key that equals or matches wins. */
  export const converters: Map<string | RegExp, Converter>;

  export interface AsBindInstance {
    /** Converted calls. */
    readonly exports: Record<string, unknown>;
    readonly module: WebAssembly.Module;
    readonly loadedModule: { readonly instance: WebAssembly.Instance };
  }

  export function instantiate(source: BufferSource, imports: WebAssembly.Imports): Promise<AsBindInstance>;
}
