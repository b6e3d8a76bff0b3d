/** Schemas that several routes share; /openapi.json is made from them. */
import { z } from "@hono/zod-openapi";

export const idSchema = z.string().regex(/^[0-9a-f]{32}$/, "32 lowercase hexadecimal digits");
export const wholeNumber = z.int().min(0).max(0xfffffffe);

/** Kinds of CM, genres, languages. */
export const words = z.array(z.string().trim().min(1).max(60)).max(50);
export const date = z.iso.datetime().nullable();

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: "too_early" }),
      message: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  })
  .openapi("Error");
export type ErrorBody = z.infer<typeof errorSchema>;

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});

export const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));
export const dateOf = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** A change without what it leaves out. */
export const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;

const binary = z.string().openapi({ format: "binary" });

export const bytes = (description: string, type = "application/octet-stream") => ({
  description,
  content: { [type]: { schema: binary } },
});

const REFUSALS = {
  400: "The request is not understood",
  401: "Sign in first",
  403: "This account may not, or the request does not come from the service's own page",
  404: "There is no such thing here",
  409: "It does not go with what is here already, or with where the play stands",
  410: "It is over, or has expired",
  413: "Too large",
  415: "Wrong media type",
  416: "Outside of the file",
  422: "The file is cut, damaged, or another than its address says",
  425: "Too early; details.retryAfterSeconds",
  429: "Too often; details.retryAfterSeconds",
  503: "The server is not ready",
  507: "The server's disk is full",
} as const;

/** Entries of a route's `responses` for the refusals it can give. */
export function refusals<const S extends keyof typeof REFUSALS>(
  ...statuses: S[]
): Record<S, ReturnType<typeof json<typeof errorSchema>>> {
  const entries = statuses.map((status) => [status, json(errorSchema, REFUSALS[status])]);
  return Object.fromEntries(entries) as Record<S, ReturnType<typeof json<typeof errorSchema>>>;
}
