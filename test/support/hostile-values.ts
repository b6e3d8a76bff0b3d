/** Values that a JSON schema allows, and ones that it does not, from a seed. */
import { below } from "./fills.ts";

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
}

export const HTML = '<img src=x onerror="alert(7)">';
const SQL = "'); drop table videos; drop table accounts; --";

/** Texts that programs have stumbled over. */
export const HOSTILE_TEXTS: readonly string[] = [
  HTML,
  `</script><script>alert(7)</script>${HTML}`,
  SQL,
  "' or 1=1 --",
  '" union select password_hash from accounts --',
  "%' escape '",
  "../../../../etc/passwd",
  "..\\..\\cmix.key",
  "file:///etc/passwd",
  "http://169.254.169.254/latest/meta-data/",
  "https://localhost/",
  "javascript:alert(7)",
  "nul\u0000byte",
  "high \ud800 surrogate",
  "\udfff",
  "a\r\nSet-Cookie: cmix=1",
  "\u202egnp.exe",
  "ﷺ".repeat(50),
  "e\u0301".repeat(300),
  "x".repeat(5000),
  "",
  " ",
  "null",
  "__proto__",
  "-1",
  "1e999",
  "0x10",
  "2026-02-30T25:61:00Z",
  "=cmd|' /C calc'!A0",
];

const NOT_TEXT: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  {},
  [[[]]],
  { $ne: null },
  { toString: "x" },
  ["x", 1, null],
];

export class Generator {
  private readonly random: () => number;
  private readonly schemas: Record<string, JsonSchema>;

  /** @param schemas that a `$ref` names, by the last part of its name */
  constructor(random: () => number, schemas: Record<string, JsonSchema>) {
    this.random = random;
    this.schemas = schemas;
  }

  pick<T>(values: readonly T[]): T {
    return values[below(this.random, values.length)] as T;
  }

  isChance(of: number): boolean {
    return below(this.random, of) === 0;
  }

  /** @param ids stand where an id is wanted */
  allowed(schema: JsonSchema | undefined, ids: readonly string[]): unknown {
    const { $ref, type, pattern = "", format, minimum = 0, maximum = 1000, ...of } = schema ?? {};
    if ($ref !== undefined) return this.allowed(this.schemas[$ref.split("/").at(-1) ?? ""], ids);
    if (of.const !== undefined) return of.const;
    if (of.enum !== undefined) return this.pick(of.enum);
    const choices = of.anyOf ?? of.oneOf ?? of.allOf;
    if (choices !== undefined) return this.allowed(this.pick(choices), ids);
    switch (Array.isArray(type) ? this.pick(type) : type) {
      case "boolean":
        return this.isChance(2);
      case "integer":
      case "number":
        return Math.min(maximum, minimum + below(this.random, 5));
      case "null":
        return null;
      case "array":
        return Array.from({ length: (of.minItems ?? 0) + below(this.random, 3) }, () => this.allowed(of.items, ids));
      case "object":
        return Object.fromEntries(
          Object.entries(of.properties ?? {})
            .filter(([name]) => of.required?.includes(name) || this.isChance(2))
            .map(([name, property]) => [name, this.allowed(property, ids)]),
        );
      default:
        if (pattern.includes("{64}")) return "a1".repeat(32);
        if (pattern !== "") return this.pick(ids);
        if (format === "date-time") return "2026-03-01T00:00:00.000Z";
        return this.pick(["someone@example.org", "battery horse wrong", "https://files.example/a", ...HOSTILE_TEXTS]);
    }
  }

  /** A value with one of its places, or all of it, turned into something else. */
  spoilt(value: unknown): unknown {
    if (typeof value !== "object" || value === null || this.isChance(6)) return this.hostile();
    const places = Object.keys(value);
    if (places.length === 0 || this.isChance(8))
      return { ...value, [this.pick(["__proto__", "constructor", ...HOSTILE_TEXTS])]: this.hostile() };
    const place = this.pick(places);
    const changed = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    if (this.isChance(5)) delete changed[place];
    else changed[place] = this.spoilt(changed[place]);
    return changed;
  }

  private hostile(): unknown {
    return this.isChance(2) ? this.pick(HOSTILE_TEXTS) : this.pick(NOT_TEXT);
  }

  /** Bytes that are no JSON, or too much of it. */
  brokenJson(value: unknown): string | Uint8Array {
    const text = JSON.stringify(value);
    return this.pick([
      () => text.slice(0, below(this.random, text.length + 1)),
      () => `${text}${text}`,
      () => "[".repeat(20_000),
      () => `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
      () => `{"title":"${"x".repeat(100_000)}"}`,
      () => Uint8Array.of(0xff, 0xfe, 0x7b, 0x00, 0x80),
      () => `\ufeff${text}`,
      () => "",
    ])();
  }
}
