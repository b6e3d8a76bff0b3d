/** Requests to addresses that accounts gave: never to a machine of the service's own network (server-side request forgery). */
import { lookup as lookupName } from "node:dns";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { InputError } from "../../codec/index.ts";

const REDIRECTS_MOST = 3;
const ADDRESS_MOST_CHARACTERS = 2000;

export interface OutboundRules {
  /** Plain http, and this machine's own addresses: for tests. */
  allowLoopback: boolean;
  /** In the place of the system's resolver. */
  lookup?: LookupFunction;
}

export interface OutboundRequest {
  method: "GET" | "HEAD" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Until the answer's head is there, and at most between two of its pieces. */
  idleSeconds: number;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: IncomingMessage["headers"];
  /** Where the last redirect led. */
  url: URL;
  /** Must be read to its end or destroyed. */
  body: IncomingMessage;
}

/**
 * An address that the service may ask.
 *
 * @throws InputError it is no https address, holds a name and password, or names an inner address
 */
export function checkUrl(text: string, { allowLoopback }: OutboundRules): URL {
  if (text.length > ADDRESS_MOST_CHARACTERS || !URL.canParse(text))
    throw new InputError(`"${text.slice(0, 80)}" is no address: give a full one, https://…`);
  const url = new URL(text);
  if (url.protocol !== "https:" && !(allowLoopback && url.protocol === "http:"))
    throw new InputError(`${url.protocol}// is not allowed: give an https address`);
  if (url.username !== "" || url.password !== "")
    throw new InputError("the address holds a name or password: leave them out");
  // URL has already turned decimal, octal and short forms of IPv4 into the usual one.
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (ipaddr.isValid(host)) holdToOutside(host, allowLoopback);
  return url;
}

/** @throws InputError */
function holdToOutside(address: string, allowLoopback: boolean): void {
  const ip = ipaddr.process(address); // an IPv4 address in IPv6 counts as what it is
  const range = ip.range();
  if (range === "unicast" || (allowLoopback && range === "loopback")) return;
  throw new InputError(`${address} is an inner address (${range}): the service asks public addresses only`);
}

/**
 * Makes a request, and follows at most 3 redirects, each checked like the first address. Names are resolved once, and the connection
 * goes to the very address that was checked. Redirects of a POST are not followed.
 *
 * @throws InputError the address, or one that it led to, is not allowed, or does not answer
 */
export async function guardedFetch(
  address: string,
  request: OutboundRequest,
  rules: OutboundRules,
): Promise<OutboundAnswer> {
  let url = checkUrl(address, rules);
  for (let redirects = 0; ; redirects++) {
    const body = await ask(url, request, rules);
    const { statusCode: status = 0, headers } = body;
    const target = status >= 300 && status < 400 && status !== 304 ? headers.location : undefined;
    if (target === undefined || request.method === "POST") return { status, headers, url, body };
    body.destroy();
    if (redirects === REDIRECTS_MOST) throw new InputError(`${address} leads on more than ${REDIRECTS_MOST} times`);
    if (!URL.canParse(target, url))
      throw new InputError(`${address} leads to "${target.slice(0, 80)}", which is no address`);
    url = checkUrl(new URL(target, url).href, rules);
  }
}

function ask(url: URL, request: OutboundRequest, rules: OutboundRules): Promise<IncomingMessage> {
  const { method, headers = {}, body, idleSeconds, signal } = request;
  const send = url.protocol === "https:" ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(error instanceof InputError ? error : new InputError(`${url.origin} does not answer: ${error.message}`));
    const sending = send(
      url,
      {
        method,
        headers: { "User-Agent": "Cmix", "Accept-Encoding": "identity", ...headers },
        agent: false, // no connection is used twice: each is checked
        timeout: idleSeconds * 1000,
        lookup: outsideLookup(rules),
        ...(signal && { signal }),
      },
      resolve,
    );
    sending.on("timeout", () => sending.destroy(new InputError(`${url.origin} was silent for ${idleSeconds} s`)));
    sending.on("error", fail);
    sending.end(body);
  });
}

/** Gives a connection only addresses that were checked; one inner address among them refuses all. */
function outsideLookup({ allowLoopback, lookup = lookupName as LookupFunction }: OutboundRules): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, "");
      const addresses =
        typeof found === "string" ? [{ address: found, family: ipaddr.parse(found).kind() === "ipv6" ? 6 : 4 }] : found;
      try {
        for (const { address } of addresses) holdToOutside(address, allowLoopback);
      } catch (refusal) {
        return done(refusal as NodeJS.ErrnoException, "");
      }
      const [first] = addresses;
      if (first === undefined) return done(new Error(`${name} has no address`), "");
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}
