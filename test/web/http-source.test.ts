import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { DeliveryError, InputError } from "../../codec/errors.ts";
import { sourceFromUrl } from "../../web/src/shared/net/http-source.ts";

const FILE = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));

let server: Server | undefined;
afterEach(() => server?.close());

/** A server of one file; `ranges` false ignores ranges, as some static servers do. */
function serve(options: {
  ranges?: boolean;
  status?: number;
  file?: () => Buffer;
  /** Of each answer. */
  mostBytes?: number;
}): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const made = createServer((request, response) => {
    requests.push(request.headers.range ?? "whole");
    const file = options.file?.() ?? FILE;
    if (options.status !== undefined) {
      response.writeHead(options.status, { "content-type": "application/json" });
      response.end('{"error":{"code":"not_found","message":"no such main here","details":{}}}');
      return;
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (options.ranges === false || range === null) {
      response.end(file);
      return;
    }
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]), file.length - 1)];
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${file.length}` });
    response.end(file.subarray(start, Math.min(end + 1, start + (options.mostBytes ?? file.length))));
  });
  server = made;
  return new Promise((resolve) => {
    made.listen(0, "127.0.0.1", () =>
      resolve({ url: `http://127.0.0.1:${(made.address() as AddressInfo).port}/`, requests }),
    );
  });
}

it("reads any place by ranges, and small neighbours with one request", async () => {
  const { url, requests } = await serve({});
  const source = await sourceFromUrl(url);
  expect(source.size).toBe(FILE.length);
  expect(Buffer.from(await source.read(0, 16))).toEqual(FILE.subarray(0, 16));
  expect(Buffer.from(await source.read(16, 500))).toEqual(FILE.subarray(16, 516));
  expect(requests).toHaveLength(1);
  expect(Buffer.from(await source.read(FILE.length - 12, 12))).toEqual(FILE.subarray(-12));
  expect(Buffer.from(await source.read(100_000, 150_000))).toEqual(FILE.subarray(100_000, 250_000));
  expect(Buffer.from(await source.read(250_000, 10))).toEqual(FILE.subarray(250_000, 250_010));
  expect(Buffer.from(await source.read(250_100, 10))).toEqual(FILE.subarray(250_100, 250_110));
  expect(requests).toHaveLength(4);
  expect(await source.read(5, 0)).toHaveLength(0);
});

it("takes the whole file from a server without ranges", async () => {
  const { url } = await serve({ ranges: false });
  const source = await sourceFromUrl(url);
  expect(source.size).toBe(FILE.length);
  expect(Buffer.from(await source.read(1000, 70_000))).toEqual(FILE.subarray(1000, 71_000));
});

it("S11 reads on over a connection that breaks before the answer, and in it", async () => {
  const breaks = ["before", "inside"];
  const server = createServer((request, response) => {
    const [start = 0, last = 0] = (/(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? []).slice(1).map(Number);
    const end = Math.min(last + 1, FILE.length);
    const how = start === 0 ? undefined : breaks.shift();
    if (how === "before") response.destroy();
    response.writeHead(206, {
      "content-range": `bytes ${start}-${end - 1}/${FILE.length}`,
      "content-length": end - start,
    });
    if (how === "inside") response.write(FILE.subarray(start, start + 1000), () => response.destroy());
    else response.end(FILE.subarray(start, end));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const source = await sourceFromUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(Buffer.from(await source.read(100_000, 150_000))).toEqual(FILE.subarray(100_000, 250_000));
    expect(breaks).toEqual([]);
  } finally {
    server.close();
  }
});

it("asks for the rest where an answer ends early without an error, as browsers' caches give it after a read was broken off", async () => {
  const { url, requests } = await serve({ mostBytes: 70_000 });
  const source = await sourceFromUrl(url);
  expect(Buffer.from(await source.read(100_000, 150_000))).toEqual(FILE.subarray(100_000, 250_000));
  expect(requests.slice(1)).toEqual(["bytes=100000-249999", "bytes=170000-249999", "bytes=240000-249999"]);
});

it("tells that a file changed while it was read", async () => {
  let file = FILE;
  const { url } = await serve({ file: () => file });
  const source = await sourceFromUrl(url);
  file = FILE.subarray(0, 200_000);
  await expect(source.read(100_000, 90_000)).rejects.toThrow(InputError);
});

it("passes on what the service says, and that it does not answer", async () => {
  const { url } = await serve({ status: 404 });
  await expect(sourceFromUrl(url)).rejects.toThrow("no such main here");
  server?.close();
  server?.closeAllConnections();
  const unreachable = await sourceFromUrl(url).catch((error: unknown) => error);
  expect(unreachable).toBeInstanceOf(DeliveryError);
  expect((unreachable as DeliveryError).details).toMatchObject({ status: 0, retryable: true });
});
