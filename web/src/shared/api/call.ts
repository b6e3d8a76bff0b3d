/** Asks a route of the service. Every failure is a {@link DeliveryError}. */
import { request } from "../net/request.ts";
import type { Answer, AnsweringRoute, Route, Routes } from "./routes.ts";

/** The names in a path's braces. */
type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

interface Options {
  /** What is undefined is left out. */
  query?: Readonly<Record<string, string | number | undefined>>;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

export type RouteValues<R extends Route> = Options &
  ([Names<R>] extends [never] ? unknown : { path: Record<Names<R>, string> }) &
  Pick<Routes[R], keyof Routes[R] & ("body" | "file")>;

/** Left out where a route takes nothing. */
export type Given<R extends Route> =
  Options extends RouteValues<R> ? [values?: RouteValues<R>] : [values: RouteValues<R>];

interface AnyValues extends Options {
  path?: Record<string, string>;
  body?: unknown;
  file?: Blob;
}

/** @throws {@link DeliveryError} as `request` */
export function send<R extends Route>(route: R, ...[values = {} as RouteValues<R>]: Given<R>): Promise<Response> {
  const { path = {}, query = {}, body, file, headers, signal }: AnyValues = values;
  const [method = "", pattern = ""] = route.split(" ");
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  const address = pattern.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? "");
  const type = body !== undefined ? "application/json" : file !== undefined ? "application/octet-stream" : undefined;
  const content = body !== undefined ? JSON.stringify(body) : file;
  return request(asked.size > 0 ? `${address}${address.includes("?") ? "&" : "?"}${asked}` : address, {
    method,
    headers: { ...(type !== undefined && { "content-type": type }), ...headers },
    ...(content !== undefined && { body: content }),
    ...(signal !== undefined && { signal }),
  });
}

/** @returns what the service answers; by the types that the server makes its answers with, not checked again here */
export async function call<R extends AnsweringRoute>(route: R, ...given: Given<R>): Promise<Answer<R>> {
  const response = await send(route, ...given);
  return (await response.json()) as Answer<R>;
}
