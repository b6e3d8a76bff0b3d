import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPlay,
  type ErrorBody,
  makePair,
  type OpenPlay,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
} from "./harness.ts";

let server: TestServer;
let pair: TestPair;
let play: OpenPlay;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair({ seconds: 4 });
  await uploadPair(server, pair);
  play = await openTestPlay(server, pair.mainId);
});
afterAll(() => server.close());

/** Sends text as it is, past everything that a client library would correct. */
function sendRaw(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding("latin1").on("data", (data: string) => {
      answer += data;
    });
    socket.on("end", () => resolve(answer)).on("error", reject);
  });
}

describe("S4 hostile requests get a 4xx and words, never a 500", () => {
  const JSON_TYPE = { "Content-Type": "application/json" };
  const bodies: [string, string | Uint8Array, Record<string, string>][] = [
    ["broken JSON", '{"mainId":', JSON_TYPE],
    ["no JSON at all", "hello", JSON_TYPE],
    ["an empty body", "", JSON_TYPE],
    ["null", "null", JSON_TYPE],
    ["an array", "[]", JSON_TYPE],
    ["a number for an id", '{"mainIds":[5]}', JSON_TYPE],
    ["an object for an id", '{"mainIds":{"$ne":null}}', JSON_TYPE],
    ["a path for an id", '{"mainIds":["../../../../etc/passwd"]}', JSON_TYPE],
    ["an age of minus one", `{"mainIds":["${"a".repeat(32)}"],"attributes":{"age":-1}}`, JSON_TYPE],
    ["attributes of the wrong type", `{"mainIds":["${"a".repeat(32)}"],"attributes":{"kinds":"cars"}}`, JSON_TYPE],
    [
      "too many kinds",
      JSON.stringify({ mainIds: ["a".repeat(32)], attributes: { kinds: Array(1000).fill("x") } }),
      JSON_TYPE,
    ],
    ["a prototype", '{"__proto__":{"mainId":"x"},"constructor":1}', JSON_TYPE],
    ["deep nesting", "[".repeat(30_000), JSON_TYPE],
    ["bytes that are no UTF-8", Uint8Array.of(0xff, 0xfe, 0x00, 0x80), JSON_TYPE],
    ["a form", "mainId=1", { "Content-Type": "application/x-www-form-urlencoded" }],
    [
      "plain text, as another site's page could send it",
      `{"mainIds":["${"a".repeat(32)}"]}`,
      { "Content-Type": "text/plain" },
    ],
    ["more videos than a play may have", JSON.stringify({ mainIds: Array(51).fill("a".repeat(32)) }), JSON_TYPE],
    ["no video", '{"mainIds":[]}', JSON_TYPE],
    ["a move of another kind", '{"kind":"skip"}', JSON_TYPE],
    ["a move to a video that is not there", '{"kind":"video","number":2}', JSON_TYPE],
    ["an event of another kind", '{"events":[{"id":"a","kind":"paid","number":1}]}', JSON_TYPE],
    ["an event with HTML for an id", '{"events":[{"id":"<b>","kind":"click","number":1}]}', JSON_TYPE],
    ["a megabyte", JSON.stringify({ mainIds: ["a".repeat(1 << 20)] }), JSON_TYPE],
  ];
  for (const path of ["/api/plays", "/api/plays/conditions", "seek", "secret", "tickets", "moves", "events"]) {
    it.each(bodies)(`%s to ${path}`, async (_name, body, headers) => {
      const url = path.startsWith("/") ? `${server.url}${path}` : `${server.url}/api/plays/${play.playId}/${path}`;
      const answer = await fetch(url, {
        method: "POST",
        headers: { ...headers, Cookie: play.cookie },
        body: body as BodyInit,
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      const { error } = (await answer.json()) as ErrorBody;
      expect(error.code).toMatch(/^[a-z_]+$/);
      expect(error.message).not.toBe("");
      expect(error.message).not.toMatch(/\/server\/|node_modules/);
    });
  }

  it.each(["most=0", "most=-5", "most=x", "most=1e3", "most=99999999999", "most=1&most=2", "most=%00", "most[]=1"])(
    "units?%s",
    async (query) => {
      const answer = await askPlay(server, play, `/units?${query}`, { ticket: "x" });
      expect([400, 403]).toContain(answer.status);
    },
  );

  it("gives an announced endless body up at its limit", async () => {
    const answer = await sendRaw(
      `POST /api/plays HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\nConnection: close\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 (413|400)/);
  });

  it.each([
    ["GET /../../../../etc/passwd HTTP/1.1", /^HTTP\/1.1 (200|400|404)/],
    ["GET /%2e%2e/outside.txt HTTP/1.1", /^HTTP\/1.1 (400|404)/],
    ["GET /..%2foutside.txt HTTP/1.1", /^HTTP\/1.1 (400|404)/],
    ["GET /assets/..%5c..%5coutside.txt HTTP/1.1", /^HTTP\/1.1 (400|404)/],
    ["GET /%00 HTTP/1.1", /^HTTP\/1.1 (400|404)/],
    ["GET /%ff%fe HTTP/1.1", /^HTTP\/1.1 (400|404)/],
    ["GET //etc/passwd HTTP/1.1", /^HTTP\/1.1 (200|400|404)/],
    ["BREW /api/videos HTTP/1.1", /^HTTP\/1.1 4\d\d/],
    ["DELETE /api/videos HTTP/1.1", /^HTTP\/1.1 404/],
  ])("%s", async (line, expected) => {
    const answer = await sendRaw(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(expected);
    expect(answer).not.toContain("not for the web");
    expect(answer).not.toContain("root:");
  });

  it.each(["a b", "a/b", "a?b", "a@b", "%zz", "[::1", "a:99999", "<script>"])("Host: %s", async (host) => {
    for (const path of ["/api/videos", `/api/mains/${pair.mainId}/companion`, `/watch?main=${pair.mainId}`])
      expect(await sendRaw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 400/,
      );
  });

  it("leaves no error in the log after all of this", () => {
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
  });
});
