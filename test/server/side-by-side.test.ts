/** S5: plays of one viewer side by side unlock no more than one play does, and no video opens before all of its CM went out. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";
import { deliveries, refusalOf, rowsOf } from "./play-facts.ts";

describe("S5 one CM at a time", () => {
  let server: TestServer;
  let pair: TestPair;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 7200, withheldBytes: 20 });
    await uploadPair(server, pair);
  });
  afterAll(() => server.close());

  it("68 plays of a 2-hour video, one byte of each CM: one secret, the head start of one play, and another viewer plays on", async () => {
    const cookie = (await server.accounts.signIn("viewer")).Cookie ?? "";
    const first = await openTestPlay(server, pair.mainId, { cookie });
    const others: OpenPlay[] = [];
    while (others.length < 67) others.push(await openTestPlay(server, pair.mainId, { cookie }));
    const honest = await openTestPlay(server, pair.mainId);
    const before = deliveries(server).length;

    // The attack: all of the first CM, a byte of each other one, and every segment that any play gives.
    const attack = async () => {
      await secretTicket(server, first);
      const bytes = await Promise.all(
        others.map((play) => askPlay(server, play, "/cm", { headers: { Range: "bytes=0-0" } })),
      );
      expect(await Promise.all(bytes.map(refusalOf))).toEqual(Array(67).fill([409, "cm_elsewhere"]));
    };
    const got = new Set<number>();
    const grab = async () => {
      for (const play of [first, ...others])
        for (let from = 0; from < pair.segments; ) {
          const { units } = await getUnits(server, play, from);
          if (units.length === 0) break;
          for (const { number } of units) if (number < pair.segments) got.add(number);
          from = Math.max(from, ...units.map(({ number }) => number)) + 1;
        }
    };
    const honestWay = async () => {
      const bytes = await watchCm(server, honest); // lets the clock run for both
      expect(bytes.length).toBe(honest.cm.bytes);
      expect((await askSecret(server, honest)).status).toBe(200);
      expect((await getUnits(server, honest, 0)).units).toHaveLength(60);
    };
    await attack();
    await Promise.all([grab(), honestWay()]);
    const secrets = await Promise.all([first, ...others].map((play) => askSecret(server, play, undefined)));
    expect(secrets.filter(({ status }) => status === 200)).toHaveLength(1);
    await grab();
    const seconds = got.size / 2; // pictures and sound
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThanOrEqual(31);
    server.advance(10);
    await grab();
    expect(got.size / 2).toBeLessThanOrEqual(30 + 2 * 10 + 1);
    expect(deliveries(server).length - before).toBe(2); // the attacker's one and the other viewer's
  });

  it("seeks of all plays of a viewer come out of one purse", async () => {
    const first = await openTestPlay(server, pair.mainId);
    let granted = 0;
    for (let i = 0; i < 15; i++) {
      const play = await openTestPlay(server, pair.mainId, { cookie: first.cookie });
      if ((await askPlay(server, play, "/seek", { body: { segment: 2000 + i * 100 } })).status === 200) granted++;
    }
    expect(granted).toBe(8);
  });

  it("what was sent before is free in the next play, and watching again needs its CM only", async () => {
    const first = await openTestPlay(server, pair.mainId);
    await watchCm(server, first);
    expect((await askSecret(server, first)).status).toBe(200);
    server.advance(15);
    expect((await getUnits(server, first, 0)).units).toHaveLength(120);
    await moveTo(server, first, "stop");
    const again = await openTestPlay(server, pair.mainId, { cookie: first.cookie });
    expect((await getUnits(server, again, 0)).units).toHaveLength(120);
    expect((await getUnits(server, again, 120)).status).toBe(425);
    await watchCm(server, again);
    expect((await askSecret(server, again)).status).toBe(200);
    server.advance(5);
    expect((await getUnits(server, again, 120)).units).toHaveLength(20);
  });

  it("goes on in the second play when the first one's CM is over, or left, and over a restart", async () => {
    const first = await openTestPlay(server, pair.mainId);
    const second = await openTestPlay(server, pair.mainId, { cookie: first.cookie });
    await secretTicket(server, first);
    server.advance(first.cm.durationSeconds - 2);
    const refused = await askPlay(server, second, "/cm");
    expect(refused.headers.get("Retry-After")).toBe("2");
    expect(await refusalOf(refused)).toEqual([409, "cm_elsewhere"]);
    await server.restart();
    expect(await refusalOf(await askPlay(server, second, "/cm"))).toEqual([409, "cm_elsewhere"]);
    server.advance(2);
    await watchCm(server, second);
    expect((await askSecret(server, second)).status).toBe(200);
    const [third, fourth] = [
      await openTestPlay(server, pair.mainId, { cookie: first.cookie }),
      await openTestPlay(server, pair.mainId, { cookie: first.cookie }),
    ];
    await secretTicket(server, third);
    expect((await askPlay(server, fourth, "/cm")).status).toBe(409);
    await moveTo(server, third, "close"); // a tab that is closed
    expect((await askPlay(server, fourth, "/cm")).status).toBe(200);
  });

  it("of all devices of an account: the sessions are two, the viewer is one", async () => {
    const [one, two] = await Promise.all([server.accounts.signIn("viewer"), server.accounts.signIn("viewer")]);
    const [desk, phone] = [
      await openTestPlay(server, pair.mainId, { cookie: one.Cookie ?? "" }),
      await openTestPlay(server, pair.mainId, { cookie: two.Cookie ?? "" }),
    ];
    await secretTicket(server, desk);
    expect(await refusalOf(await askPlay(server, phone, "/cm"))).toEqual([409, "cm_elsewhere"]);
    server.advance(desk.cm.durationSeconds);
    expect((await askPlay(server, phone, "/cm")).status).toBe(200);
  });
});

describe("S5 the whole CM", () => {
  let server: TestServer;
  let pair: TestPair;
  let play: OpenPlay;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
  });
  afterAll(() => server.close());

  const part = async (range: string) => {
    const answer = await askPlay(server, play, "/cm", { headers: { Range: `bytes=${range}` } });
    await answer.arrayBuffer();
    return answer.headers.get("Cmix-Ticket") ?? "";
  };

  it("must have gone out before the secret does: a byte, half, or all but a byte are too little", async () => {
    play = await openTestPlay(server, pair.mainId);
    const last = play.cm.bytes - 1;
    let ticket = await part("0-0");
    server.advance(60);
    for (const range of [`1-${last >> 1}`, `${(last >> 1) + 2}-${last}`]) {
      expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([409, "cm_unsent"]);
      ticket = await part(range);
    }
    const refused = await askSecret(server, play, ticket);
    expect(((await refused.json()) as ErrorBody).error.details).toEqual({ first: (last >> 1) + 1 });
    // Nor does the time before it count for segments.
    expect((await getUnits(server, play, 0)).units).toHaveLength(60);
    expect((await getUnits(server, play, 60)).status).toBe(425);
    ticket = await part(`${(last >> 1) + 1}-${(last >> 1) + 1}`);
    expect((await askSecret(server, play, ticket)).status).toBe(200);
  });

  it("is not sent by HEAD, by 304, by another play's address, or by answers that broke off", async () => {
    const other = await openTestPlay(server, pair.mainId);
    play = await openTestPlay(server, pair.mainId, { cookie: other.cookie });
    await watchCm(server, other);
    const ticket = await part("0-9");
    server.advance(play.cm.durationSeconds);
    await askPlay(server, play, "/cm", { method: "HEAD" });
    await askPlay(server, play, "/cm", { headers: { "If-None-Match": `"${play.cm.sha256}"` } });
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([409, "cm_unsent"]);
  });

  it("of an earlier showing are none of this one", async () => {
    play = await openTestPlay(server, pair.mainId);
    await watchCm(server, play);
    expect((await askSecret(server, play)).status).toBe(200);
    await moveTo(server, play, "back");
    const ticket = await part("5-9");
    server.advance(play.cm.durationSeconds);
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([409, "cm_unsent"]);
  });

  it("in very many single pieces is not kept in mind", async () => {
    play = await openTestPlay(server, pair.mainId);
    for (let i = 0; i < 40; i++) await part(`${i * 2}-${i * 2}`);
    const [row] = rowsOf<{ state: string }>(server, "select state from plays where id = ?", play.playId);
    expect((JSON.parse(row?.state ?? "") as { cmSent: number[] }).cmSent.length).toBeLessThanOrEqual(64);
  });
});
