import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

export interface Command {
  usage: string;
  /** Does the command's work; errors decide the exit code. */
  run(args: string[], signal: AbortSignal): Promise<void>;
}

export type Values = Record<string, string | string[] | boolean | undefined>;

/** @param options `strings` may be given more than once. @throws {@link UsageError} unknown options, or another number of operands than `operands` */
export function parse(
  args: string[],
  operands: number,
  options: Record<string, "string" | "strings" | "boolean">,
): { positionals: string[]; values: Values } {
  const config: ParseArgsConfig = {
    args,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, type]) => [
        name,
        type === "strings" ? { type: "string", multiple: true } : { type },
      ]),
    ),
  };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message.split("\n")[0]);
  }
  if (parsed.positionals.length !== operands)
    throw new UsageError(`${operands} file name(s) expected, ${parsed.positionals.length} given`);
  return { positionals: parsed.positionals, values: parsed.values as Values };
}

/** What was given of an option of type `strings`. */
export function list(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

export function choice<T extends string>(values: Values, name: string, allowed: readonly T[], fallback: T): T {
  const value = values[name];
  if (value === undefined) return fallback;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`--${name} ${value}: one of ${allowed.join(", ")} expected`);
  return found;
}

export function integer(values: Values, name: string, least: number, most: number): number | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || number < least || number > most)
    throw new UsageError(`--${name} ${value}: a whole number from ${least} to ${most} expected`);
  return number;
}

/** Names of layers, by `--layers`. @throws {@link UsageError} the file has no such layer, or base is not among them */
export function layersOf(values: Values, { layers }: { layers: readonly { name: string }[] }): string[] | undefined {
  if (values.layers === undefined) return undefined;
  const names = String(values.layers).split(",");
  const known = layers.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`--layers ${unknown}: the file's layers are ${known.join(", ")}`);
  if (!names.includes("base"))
    throw new UsageError("--layers: base is the layer that all others stand on; name it too");
  return names;
}

export function requiredText(values: Values, name: string, what: string): string {
  const value = values[name];
  if (typeof value !== "string" || value === "") throw new UsageError(`--${name} is missing: ${what}`);
  return value;
}
