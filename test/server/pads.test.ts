/** S4: no pad serves twice. CMIX_PADS=10000 hunts over that many plays; a sample runs always. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  askSecret,
  makePair,
  moveTo,
  type OpenPlay,
  openTestPlay,
  secretTicket,
  spendTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  ticketAt,
  uploadPair,
} from "./harness.ts";

const PLAYS = Number(process.env.CMIX_PADS ?? 60);
/** So much of a unit tells one pad from another. */
const PAD_BYTES = 48;
const AT_ONCE = 100;
/** No CM of the test's server runs longer. */
const CM_SECONDS = 10;

let server: TestServer;
let pair: TestPair;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair({ seconds: 3 });
  await uploadPair(server, pair);
});
afterAll(() => server.close());

it(`S4 over ${PLAYS} plays, of the same video twice and visited again, no pad comes twice`, {
  timeout: 60_000 + PLAYS * 1000,
}, async () => {
  // Under one CM and one slave, the same bytes sent mean the same pad: equal starts of one unit are a reuse.
  const seen = new Map<string, string>();
  let units = 0;
  const hunt = async (play: OpenPlay, visit: string) => {
    const { units: got } = await spendTicket(server, play, await ticketAt(server, play, "start"));
    for (const { number, bytes } of got) {
      const key = createHash("sha256").update(`${number}:`).update(bytes.subarray(0, PAD_BYTES)).digest("base64");
      const place = `${play.playId} ${visit} unit ${number}`;
      expect(seen.get(key), `${place} has the pad of`).toBeUndefined();
      seen.set(key, place);
      units += 1;
    }
  };
  // Together, since each answer waits for the disk; step by step, since they share the server's clock.
  for (let opened = 0; opened < PLAYS; opened += AT_ONCE) {
    const each = <T, R>(all: readonly T[], step: (one: T) => Promise<R>) => Promise.all(all.map(step));
    const plays = await each(Array.from({ length: Math.min(AT_ONCE, PLAYS - opened) }), () =>
      openTestPlay(server, [pair.mainId, pair.mainId]),
    );
    await each(plays, (play) => hunt(play, "video 1"));
    const tickets = new Map(await each(plays, async (play) => [play, await secretTicket(server, play)] as const));
    server.advance(CM_SECONDS);
    await each(plays, async (play) => expect((await askSecret(server, play, tickets.get(play))).status).toBe(200));
    await each(plays, (play) => moveTo(server, play, "next"));
    await each(plays, (play) => hunt(play, "video 2"));
    await each(plays, (play) => moveTo(server, play, "back"));
    await each(plays, (play) => hunt(play, "video 1 again"));
  }
  expect(units).toBe(PLAYS * 3 * (pair.segments + 1));
});
