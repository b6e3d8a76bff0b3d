import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import { InputError } from "../../codec/index.ts";
import { Refusal } from "../refusal.ts";

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Who is at the other end of a request, behind the proxies that are believed. */
export interface Client {
  /** Undefined where the request came through no socket. */
  address: string | undefined;
  /** The client's own connection is encrypted. */
  isSecure: boolean;
  /** As the client named this server. */
  host: string;
}

/** This server's origin, as the client named it. */
export const originOf = ({ isSecure, host }: Pick<Client, "isSecure" | "host">): string =>
  `${isSecure ? "https" : "http"}://${host}`;

/** A name or an address, with or without a port, and nothing else of an address of a page. */
const isHost = (host: string): boolean => /^[^\s/?#@\\]+$/.test(host) && URL.canParse(`http://${host}`);

/** Tells clients from proxies: only a proxy that was named is believed, since anyone can send X-Forwarded-For. */
export class ClientFinder {
  private readonly trusted: Range[];
  private readonly isTls: boolean;

  /** @throws InputError one of `trustProxy` is neither an address nor a CIDR range */
  constructor(trustProxy: readonly string[], isTls: boolean) {
    this.trusted = trustProxy.map(parseRange);
    this.isTls = isTls;
  }

  /** @throws Refusal bad_request: the server's name in the request is none */
  find(c: Context): Client {
    const client = this.told(c);
    if (!isHost(client.host))
      throw new Refusal("bad_request", "the Host header names no server: ask for a name or an address, with its port");
    return client;
  }

  private told(c: Context): Client {
    const address = c.env?.incoming === undefined ? undefined : normal(getConnInfo(c).remote.address);
    const host = c.req.header("Host") ?? new URL(c.req.url).host;
    if (address === undefined || !this.isTrusted(address)) return { address, isSecure: this.isTls, host };
    return {
      address: this.addressBehind(address, c.req.header("X-Forwarded-For")),
      isSecure: this.isSecure(address, c.req.header("X-Forwarded-Proto")),
      host: c.req.header("X-Forwarded-Host") ?? host,
    };
  }

  /** Whether this address is a proxy's that is believed. */
  isProxy(peer: string): boolean {
    const address = normal(peer);
    return address !== undefined && this.isTrusted(address);
  }

  /** The client's address behind a proxy that is believed. */
  addressBehind(proxy: string, forwardedFor: string | undefined): string {
    // The nearest address that is no proxy of ours; what stands before it, the client may have written itself.
    const chain = (forwardedFor ?? "").split(",").map((part) => normal(part.trim()));
    return chain.reverse().find((part) => part === undefined || !this.isTrusted(part)) ?? normal(proxy) ?? proxy;
  }

  /** Whether the client's own connection is encrypted: here, or as a proxy that is believed tells. */
  isSecure(peer: string | undefined, forwardedProto: string | undefined): boolean {
    return this.isTls || (forwardedProto === "https" && peer !== undefined && this.isTrusted(peer));
  }

  private isTrusted(address: string): boolean {
    const parsed = ipaddr.process(address);
    return this.trusted.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
  }
}

function parseRange(text: string): Range {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text))
    throw new InputError(`trusted proxy "${text}" is neither an address nor a range: give one such as 10.0.0.0/8`);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/** One way to write each address; IPv4 inside of IPv6 as IPv4. */
function normal(address: string | undefined): string | undefined {
  return address !== undefined && ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined;
}

/** Whether an address is this machine's own. */
export const isLoopback = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
