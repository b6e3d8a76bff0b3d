/** S5: tickets are good once, for one session, play, video and place, and for a while. */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CSRF_HEADER } from "../../server/accounts/identity.ts";
import {
  askPlay,
  askSecret,
  type ErrorBody,
  getUnits,
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
  watchCm,
} from "./harness.ts";

let server: TestServer;
let pair: TestPair;
let play: OpenPlay;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair();
  await uploadPair(server, pair);
});
afterAll(() => server.close());
beforeEach(async () => {
  play = await openTestPlay(server, pair.mainId);
});

const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];
const refused = ({ status, error }: { status: number; error?: ErrorBody }) => [status, error?.error.code];
const start = () => play.place.ticket ?? "";

describe("S5 a ticket for units", () => {
  it("comes with the play, and each answer brings the next", async () => {
    let ticket: string | null = start();
    const numbers: number[] = [];
    for (let i = 0; i < 4; i++) {
      const got = await spendTicket(server, play, ticket ?? "", 5);
      expect(got.status).toBe(200);
      numbers.push(...got.units.map(({ number }) => number));
      ticket = got.next;
    }
    expect(numbers.slice(1)).toEqual(Array.from({ length: 19 }, (_, i) => i));
  });

  it("is good no more as soon as the session has signed out", async () => {
    const { next } = await spendTicket(server, play, start(), 2);
    const headers = { Cookie: play.cookie };
    const { csrf } = (await (await fetch(`${server.url}/api/session`, { headers })).json()) as { csrf: string };
    const out = await fetch(`${server.url}/api/session`, {
      method: "DELETE",
      headers: { ...headers, [CSRF_HEADER]: csrf },
    });
    expect(out.status).toBe(204);
    expect(refused(await spendTicket(server, play, next ?? "", 1))).toEqual([403, "foreign_session"]);
  });

  it("is refused when it is used again", async () => {
    expect((await spendTicket(server, play, start(), 2)).status).toBe(200);
    expect(refused(await spendTicket(server, play, start(), 2))).toEqual([409, "ticket_used"]);
  });

  it("used by many at once lets exactly one through, again and again", async () => {
    for (let round = 0; round < 5; round++) {
      const ticket = await ticketAt(server, play, round);
      const answers = await Promise.all(Array.from({ length: 12 }, () => spendTicket(server, play, ticket, 1)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(409)]);
    }
  });

  it("of two tabs serves one; the other goes on with a new one and gets the same bytes", async () => {
    const [one, two] = [await ticketAt(server, play, 3), await ticketAt(server, play, 3)];
    const first = await spendTicket(server, play, one, 2);
    expect(refused(await spendTicket(server, play, two, 2))).toEqual([409, "ticket_used"]);
    expect((await getUnits(server, play, 3, 2)).body).toEqual(first.body);
  });

  it("is refused for another session, which cannot ask for anything of the play", async () => {
    const other = await openTestPlay(server, pair.mainId);
    const thief = { ...play, cookie: other.cookie };
    expect(refused(await spendTicket(server, thief, start()))).toEqual([403, "foreign_session"]);
    expect(refused(await spendTicket(server, { ...play, cookie: "" }, start()))).toEqual([403, "foreign_session"]);
    expect(await codeOf(await askPlay(server, thief, "/secret", { method: "POST", ticket: start() }))).toEqual([
      403,
      "foreign_session",
    ]);
    // Nor is it good for a play of their own.
    expect(refused(await spendTicket(server, other, start()))).toEqual([403, "ticket_forged"]);
  });

  it("is refused for another play of the same session", async () => {
    const other = await openTestPlay(server, pair.mainId, { cookie: play.cookie });
    expect(refused(await spendTicket(server, other, start()))).toEqual([403, "ticket_foreign"]);
  });

  it("is refused with any byte changed, cut, longer, or made up", async () => {
    const bytes = Buffer.from(start(), "base64url");
    for (let i = 0; i < bytes.length; i++) {
      const forged = Buffer.from(bytes);
      forged[i] = (forged[i] ?? 0) + 1;
      expect(refused(await spendTicket(server, play, forged.toString("base64url")))).toEqual([403, "ticket_forged"]);
    }
    for (const text of [start().slice(1), `${start()}A`, start().slice(0, -4), "x", "____", "%00", "=".repeat(40)])
      expect(refused(await spendTicket(server, play, text))).toEqual([403, "ticket_forged"]);
    expect(refused(await spendTicket(server, play, ""))).toEqual([400, "bad_request"]);
  });

  it("expires after ten minutes; a new one goes on", async () => {
    server.advance(599);
    const fresh = await ticketAt(server, play, 0);
    server.advance(1);
    expect(refused(await spendTicket(server, play, start()))).toEqual([410, "ticket_expired"]);
    expect((await spendTicket(server, play, fresh, 1)).status).toBe(200);
  });

  it("stays good where it came too early", async () => {
    const { next } = await getUnits(server, play, 0);
    await watchCm(server, play);
    expect((await spendTicket(server, play, next ?? "")).status).toBe(425);
    server.advance(5);
    expect((await spendTicket(server, play, next ?? "")).units).toHaveLength(20);
  });

  it("of before a move is refused after it", async () => {
    const two = await openTestPlay(server, [pair.mainId, pair.mainId]);
    await watchCm(server, two);
    expect((await askSecret(server, two)).status).toBe(200);
    const before = await ticketAt(server, two, 0);
    await moveTo(server, two, "next");
    expect(refused(await spendTicket(server, two, before))).toEqual([409, "ticket_misplaced"]);
    await moveTo(server, two, "video", 1);
    expect(refused(await spendTicket(server, two, before))).toEqual([409, "ticket_misplaced"]);
  });

  it("is still good after a restart of the server", async () => {
    await server.restart();
    expect((await spendTicket(server, play, start(), 1)).status).toBe(200);
    expect(refused(await spendTicket(server, play, start(), 1))).toEqual([409, "ticket_used"]);
  });
});

describe("S5 a ticket for the secret", () => {
  it("comes with the CM's bytes only", async () => {
    for (const init of [{ method: "HEAD" }, { headers: { "If-None-Match": `"${play.cm.sha256}"` } }])
      expect((await askPlay(server, play, "/cm", init)).headers.get("Cmix-Ticket")).toBeNull();
    expect(await codeOf(await askSecret(server, play, start()))).toEqual([409, "ticket_misplaced"]);
  });

  it("asked 1 s early it stays good, 1 s late it is used once, and one of many at once gets through", async () => {
    const ticket = await secretTicket(server, play);
    server.advance(play.cm.durationSeconds - 1);
    expect(await codeOf(await askSecret(server, play, ticket))).toEqual([425, "too_early"]);
    server.advance(2);
    const answers = await Promise.all(Array.from({ length: 8 }, () => askSecret(server, play, ticket)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
    expect((await askSecret(server, play)).status).toBe(200); // a lost answer is got again with a new ticket
  });

  it("asked a blink too early, by a clock that runs a little faster, waits for its answer", async () => {
    const ticket = await secretTicket(server, play);
    server.advance(play.cm.durationSeconds - 0.3);
    const asked = askSecret(server, play, ticket);
    await setTimeout(100); // it has arrived
    server.advance(0.3);
    expect((await asked).status).toBe(200);
  });

  it("is of no use once the play has gone back to the CM", async () => {
    await watchCm(server, play);
    const ticket = await secretTicket(server, play);
    const first = (await (await askSecret(server, play, ticket)).json()) as { secret: string };
    const late = await secretTicket(server, play);
    await moveTo(server, play, "back");
    expect(await codeOf(await askSecret(server, play, late))).toEqual([409, "ticket_misplaced"]);
    expect(await codeOf(await askSecret(server, play))).toEqual([425, "too_early"]);
    server.advance(play.cm.durationSeconds);
    const again = (await (await askSecret(server, play)).json()) as { secret: string };
    expect(again.secret).not.toBe(first.secret);
  });

  it("pays no heed to any time that a client tells", async () => {
    const ticket = await secretTicket(server, play);
    const future = new Date(Date.UTC(2099, 0, 1)).toUTCString();
    for (const headers of [{ Date: future }, { "If-Modified-Since": future }, { "X-Time": "9e15" }])
      expect((await askPlay(server, play, "/secret", { method: "POST", headers, ticket })).status).toBe(425);
    const body = { now: 9e15, at: 9e15, positionSeconds: 1e6 };
    expect((await askPlay(server, play, "/secret", { body, ticket })).status).toBe(425);
  });
});
