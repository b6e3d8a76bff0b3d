/** A server of somebody else, whose pages a test sets one by one. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Outside {
  url: string;
  /** By path; other paths are 404. */
  pages: Record<string, Answer>;
  /** Paths in the order they were asked for. */
  asked: string[];
  close(): void;
}

export async function startOutside(): Promise<Outside> {
  const [pages, asked]: [Record<string, Answer>, string[]] = [{}, []];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    (pages[path] ?? ((_, missing) => missing.writeHead(404).end()))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const redirect =
  (to: string): Answer =>
  (_, response) =>
    void response.writeHead(302, { Location: to }).end();

/** A file; with an entity tag it is sent only to who has another. */
export const gives =
  (bytes: Uint8Array, headers: Record<string, string> = {}): Answer =>
  (request, response) => {
    const { ETag } = headers;
    if (ETag !== undefined && request.headers["if-none-match"] === ETag)
      return void response.writeHead(304, headers).end();
    response.writeHead(200, { "Content-Length": bytes.length, ...headers }).end(bytes);
  };

export const answers =
  (status: number): Answer =>
  (_, response) =>
    void response.writeHead(status).end();
