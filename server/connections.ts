/** What a client may hold of the server without using it: connections, and requests whose bodies do not come. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { addressKey } from "./accounts/rates.ts";
import { refusalOf } from "./http/answer-error.ts";
import { isLongUpload } from "./http/upload-body.ts";
import { Refusal } from "./refusal.ts";
import type { ClientFinder } from "./security/client.ts";

interface ConnectionRules {
  clients: ClientFinder;
  /** Connections of one address; of a client behind a proxy that is believed, requests at the same time. */
  mostPerAddress: number;
  /** Until a body is whole; an upload goes on for as long as some of it comes in each such time. */
  bodySeconds: number;
}

/** Refuses connections over the limit, before a client has sent anything. Proxies have as many as they like. */
export function limitConnections(server: Server, { clients, mostPerAddress }: ConnectionRules): void {
  const open = new Counts(mostPerAddress);
  server.on("connection", (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || clients.isProxy(remoteAddress)) return;
    const free = open.take(addressKey(remoteAddress));
    if (free === undefined) socket.destroy();
    else socket.once("close", free);
  });
}

/** Before a listener: holds clients behind proxies to the same limit, and ends requests whose bodies do not come. */
export function limitRequests(
  listener: RequestListener,
  { clients, mostPerAddress, bodySeconds }: ConnectionRules,
): RequestListener {
  const open = new Counts(mostPerAddress);
  return (request, response) => {
    const { remoteAddress } = request.socket;
    if (remoteAddress !== undefined && clients.isProxy(remoteAddress)) {
      const forwarded = request.headers["x-forwarded-for"]?.toString();
      const free = open.take(addressKey(clients.addressBehind(remoteAddress, forwarded)));
      if (free === undefined)
        return refuse(
          response,
          new Refusal("too_many", `more than ${mostPerAddress} requests at the same time: wait for their answers`, {
            retryAfterSeconds: 5,
          }),
        );
      response.once("close", free);
    }
    if (hasBody(request)) watchBody(request, response, bodySeconds);
    listener(request, response);
  };
}

class Counts {
  private readonly counts = new Map<string, number>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** @returns what gives it back; undefined where there are as many as there may be */
  take(key: string): (() => void) | undefined {
    const count = this.counts.get(key) ?? 0;
    if (count >= this.most) return undefined;
    this.counts.set(key, count + 1);
    return () => {
      const left = (this.counts.get(key) ?? 0) - 1;
      if (left > 0) this.counts.set(key, left);
      else this.counts.delete(key);
    };
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

function watchBody(request: IncomingMessage, response: ServerResponse, seconds: number): void {
  const { socket } = request;
  let seen = socket.bytesRead;
  const timer = setInterval(() => {
    if (request.complete || socket.destroyed) return clearInterval(timer);
    const isComing = isLongUpload(request) && socket.bytesRead > seen;
    seen = socket.bytesRead;
    if (isComing) return;
    clearInterval(timer);
    refuse(
      response,
      new Refusal("too_slow", `the body of this request did not come within ${seconds} s: send it again`),
    );
    socket.destroySoon();
  }, seconds * 1000);
  timer.unref();
  request.once("close", () => clearInterval(timer));
}

/** Past the app, which may still be waiting for the body. */
function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) return;
  const { status, retryAfter, body } = refusalOf(refusal, () => {});
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    Connection: "close",
    ...(retryAfter !== undefined && { "Retry-After": retryAfter }),
  });
  response.end(text);
}
