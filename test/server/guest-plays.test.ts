/** P2: without an account the number of plays is limited; signing in lifts the limit (Cmix patent [0198]). */
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type ErrorBody,
  makePair,
  openTestPlay,
  post,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
} from "./harness.ts";

let server: TestServer;
let pair: TestPair;

beforeAll(async () => {
  server = await startTestServer({ guestPlaysPerDay: 3 });
  pair = await makePair({ seconds: 1 });
  await uploadPair(server, pair);
});
afterAll(() => server.close());

const open = (headers: Record<string, string>) => post(`${server.url}/api/plays`, { mainIds: [pair.mainId] }, headers);

it("P2 a visitor's plays end at the day's number, opened at once or one by one, and go on 24 hours later", async () => {
  const { cookie } = await openTestPlay(server, pair.mainId);
  const answers = await Promise.all(Array.from({ length: 5 }, () => open({ Cookie: cookie })));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 403, 403, 403]);
  const refused = await open({ Cookie: cookie });
  expect(((await refused.json()) as ErrorBody).error).toMatchObject({
    code: "guest_plays_used_up",
    details: { guestPlaysPerDay: 3 },
  });
  expect((await openTestPlay(server, pair.mainId)).playId).toBeDefined(); // another visitor
  await server.restart();
  expect((await open({ Cookie: cookie })).status).toBe(403);
  server.advance(24 * 3600 + 1);
  expect((await open({ Cookie: cookie })).status).toBe(201);
});

it("P2 an account is not held to it, and everyone is told the number", async () => {
  const viewer = await server.as("viewer");
  for (let play = 0; play < 5; play++) expect((await open(viewer)).status).toBe(201);
  expect(await (await fetch(`${server.url}/api/session`)).json()).toMatchObject({ guestPlaysPerDay: 3 });
});
