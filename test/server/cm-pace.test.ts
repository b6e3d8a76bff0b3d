/** S4: how fast a CM goes out, and when its clock begins. */
import { readFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPlay,
  askSecret,
  HOUSE_CM,
  makePair,
  type OpenPlay,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
} from "./harness.ts";
import { addCm, refusalOf } from "./play-facts.ts";

describe("S4 a CM's pace", () => {
  let server: TestServer;
  let pair: TestPair;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
  });
  afterAll(() => server.close());

  /** The house CM, with so much behind it that it has `bytes`. */
  async function largeVideo(bytes: number): Promise<Buffer> {
    const video = await readFile(HOUSE_CM);
    const rest = Buffer.alloc(bytes - video.length);
    rest.writeUInt32BE(rest.length, 0);
    rest.write("mdat", 4, "latin1");
    return Buffer.concat([video, rest]);
  }

  function read(play: OpenPlay, onData: (soFar: number, answer: IncomingMessage) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest(`${server.url}/api/plays/${play.playId}/cm`, { headers: { Cookie: play.cookie } });
      asked.on("error", reject);
      asked.on("response", (answer) => {
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          onData(bytes, answer);
        });
        answer.on("close", () => resolve(bytes));
        answer.on("error", () => {});
      });
      asked.end();
    });
  }

  it("is 3 s of it at once, and then four times its rate, over all of its answers together", async () => {
    const [bytes, seconds] = [12 << 20, 6];
    const cmId = await addCm(server, await largeVideo(bytes), { kinds: ["paced"] });
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["paced"] } });
    expect(play.cm.id).toBe(cmId);
    const rate = bytes / seconds;
    const start = performance.now();
    const seen: { at: number; bytes: number }[] = [];
    let sum = 0;
    // Two readers: side by side they get no more.
    const readers = [0, 1].map(() => {
      let own = 0;
      return read(play, (soFar, answer) => {
        sum += soFar - own;
        own = soFar;
        seen.push({ at: (performance.now() - start) / 1000, bytes: sum });
        if (sum > bytes * 0.9) answer.destroy();
      });
    });
    await Promise.all(readers);
    for (const { at, bytes } of seen) expect(bytes).toBeLessThanOrEqual(3 * rate + 4 * rate * (at + 0.3));
    const whole = seen.at(-1)?.at ?? 0;
    expect(whole).toBeGreaterThan(((0.9 * bytes - 3 * rate) / (4 * rate)) * 0.9);
    expect(whole).toBeLessThan(5);
    // Both answers broke off: nothing of the CM counts as sent.
    server.advance(seconds);
    const refused = await askPlay(server, play, "/cm", { headers: { Range: "bytes=0-0" } });
    await refused.arrayBuffer();
    expect(await refusalOf(await askSecret(server, play, refused.headers.get("Cmix-Ticket") ?? ""))).toEqual([
      409,
      "cm_unsent",
    ]);
  });

  it("of an image is none; its clock begins when its last byte is out", async () => {
    const data = Buffer.alloc(64 * 48 * 4, 99);
    const cmId = await addCm(server, encodeJpeg({ width: 64, height: 48, data }, 80).data, {
      kinds: ["still"],
      seconds: 5,
    });
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["still"] } });
    expect(play.cm.id).toBe(cmId);
    const half = play.cm.bytes >> 1;
    await (await askPlay(server, play, "/cm", { headers: { Range: `bytes=0-${half - 1}` } })).arrayBuffer();
    server.advance(60); // no clock runs yet
    const rest = await askPlay(server, play, "/cm", { headers: { Range: `bytes=${half}-` } });
    await rest.arrayBuffer();
    const ticket = rest.headers.get("Cmix-Ticket") ?? "";
    server.advance(4);
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([425, "too_early"]);
    server.advance(1);
    expect((await askSecret(server, play, ticket)).status).toBe(200);
  });
});
