/** Clients that hold connections without using them: bodies that are sent by halves, and more connections than a client needs. */
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { uploadHeaders } from "../support/upload.ts";
import { makePair, startTestServer, type TestServer } from "./harness.ts";

let server: TestServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

interface Held {
  socket: Socket;
  /** What came until the server ended it, and after how many milliseconds that was. */
  ended: Promise<{ text: string; milliseconds: number }>;
}

function hold(text = ""): Held {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname, () => text !== "" && socket.write(text));
  sockets.push(socket);
  const start = performance.now();
  const ended = new Promise<{ text: string; milliseconds: number }>((resolve) => {
    let came = "";
    socket.setEncoding("latin1").on("data", (data: string) => {
      came += data;
    });
    socket.on("error", () => {}).on("close", () => resolve({ text: came, milliseconds: performance.now() - start }));
  });
  return { socket, ended };
}

const halfOf = (method: string, path: string, headers: Record<string, string> = {}, bytes = 1000): string =>
  [
    `${method} ${path} HTTP/1.1`,
    "Host: x",
    `Content-Length: ${bytes}`,
    ...Object.entries({ "Content-Type": "application/json", ...headers }).map(([name, value]) => `${name}: ${value}`),
    "",
    '{"mainIds":',
  ].join("\r\n");

describe("S4 a body that is sent by halves", () => {
  const ID = "0".repeat(32);
  it.each([
    ["POST", "/api/plays"],
    ["POST", "/api/session"],
    ["GET", "/api/videos"],
    ["POST", "/nowhere"],
    ["PUT", `/api/videos/${ID}/poster`], // an upload, but of nobody who may
    ["PATCH", `/api/uploads/${ID}`],
  ])("to %s %s is given up in time", async (method, path) => {
    server = await startTestServer({ limits: { bodySeconds: 1 } });
    const { text, milliseconds } = await hold(halfOf(method, path)).ended;
    expect(text).toMatch(/^(HTTP\/1.1 (200|4\d\d)[\s\S]*)?$/);
    if (path === "/api/session") expect(text).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":"too_slow"/);
    expect(milliseconds).toBeLessThan(10_000);
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
  });

  it("is waited for where it is an upload that goes on, and not where that stops", async () => {
    server = await startTestServer({ limits: { bodySeconds: 1 } });
    const pair = await makePair({ seconds: 2 });
    const about = uploadHeaders({ kind: "slave", id: pair.slaveId, sha256: "0".repeat(64) }, pair.slave.length);
    const headers = {
      ...about,
      ...(await server.as("provider")),
      "Content-Type": "application/offset+octet-stream",
    };
    const { socket, ended } = hold(halfOf("POST", "/api/uploads", headers, pair.slave.length));
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    for (let i = 0; i < 10; i++) {
      await pause(300);
      socket.write("x");
    }
    expect(isOver).toBe(false);
    expect((await ended).milliseconds).toBeGreaterThan(3000);
  });

  it("is none of those who send all of it", async () => {
    server = await startTestServer({ limits: { bodySeconds: 1 } });
    const { socket } = hold();
    await pause(1500);
    const whole = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const answer = new Promise<string>((resolve) => socket.once("data", (data: string) => resolve(data)));
    socket.write(whole);
    expect(await answer).toMatch(/^HTTP\/1.1 200/);
  });
});

describe("S4 connections of one address", () => {
  it("are limited, and are there again when others end", async () => {
    server = await startTestServer({ connectionsPerAddress: 5 });
    const held = Array.from({ length: 5 }, () => hold());
    await pause(100);
    expect(await hold("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").ended).toMatchObject({ text: "" });
    held[0]?.socket.destroy();
    await pause(100);
    const { socket } = hold("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await new Promise((resolve) => socket.once("data", resolve))).toMatch(/^HTTP\/1.1 200/);
  });

  it("are no limit for a proxy that is believed: there the requests of each client are", async () => {
    server = await startTestServer({ connectionsPerAddress: 3, trustProxy: ["127.0.0.1"] });
    const from = (address: string) => halfOf("POST", "/api/session", { "X-Forwarded-For": address });
    for (let i = 0; i < 3; i++) hold(from("203.0.113.7"));
    for (let i = 0; i < 3; i++) hold(from(`203.0.113.${i + 10}`));
    await pause(200);
    const ask = (address: string) => fetch(`${server.url}/healthz`, { headers: { "X-Forwarded-For": address } });
    const refused = await ask("203.0.113.7");
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "5"]);
    expect((await ask("203.0.113.8")).status).toBe(200);
    sockets[0]?.destroy();
    await pause(100);
    expect((await ask("203.0.113.7")).status).toBe(200);
  });
});
