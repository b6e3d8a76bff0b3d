/** One place decides of each unit whether it is the viewer's. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SlaveReader, sourceFromBytes } from "../../codec/index.ts";
import { entitlement } from "../../server/plays/entitlement.ts";
import { mayBeginAt, openVideo, releaseUnits } from "../../server/plays/play-rules.ts";
import { NO_RIGHTS, type Rights } from "../../server/plays/rights.ts";
import { openShare } from "../../server/plays/video-share.ts";
import type { Timeline } from "../../server/timeline.ts";
import {
  askPlay,
  askSecret,
  decryptUnits,
  getUnits,
  makePair,
  type OpenPlay,
  openTestPlay,
  spendTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  watchCm,
} from "./harness.ts";
import { withRestrictedLayer } from "./restricted-slave.ts";

const START = 0xffffffff;
/** Segments in the middle, two behind one another, and the last ones. */
const BOUGHT = [2, 5, 6, 18, 19];
const isBase = (segment: number): boolean => !BOUGHT.includes(segment);

describe("a slave with segments of a layer that is bought", () => {
  let server: TestServer;
  let pair: TestPair;
  let slave: Uint8Array;
  let play: OpenPlay;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 10 });
    slave = await withRestrictedLayer(pair, BOUGHT);
    const taken = await uploadFile(server, "slave", pair.slaveId, slave);
    expect(taken.status, await taken.clone().text()).toBe(201);
  });
  afterAll(() => server.close());

  it("gives the layer behind the CM, passes the other over without an error, and comes to its end", async () => {
    play = await openTestPlay(server, pair.mainId);
    const cm = await watchCm(server, play);
    const secret = ((await (await askSecret(server, play)).json()) as { secret: string }).secret;
    let got = await getUnits(server, play, "start", 4);
    const units = [...got.units];
    while (got.next !== null) {
      got = await spendTicket(server, play, got.next, 4);
      expect(got.status).toBe(200);
      units.push(...got.units);
    }
    const base = Array.from({ length: pair.segments }, (_, i) => i).filter(isBase);
    expect(units.map(({ number }) => number)).toEqual([START, ...base]);
    const reader = await SlaveReader.open(sourceFromBytes(slave));
    const plain = await decryptUnits(play, secret, cm, units);
    const wanted = [await reader.readStart()];
    for (const number of base) wanted.push(await reader.readSegmentBytes(number));
    expect(Buffer.from(plain).equals(Buffer.concat(wanted))).toBe(true);
  });

  it("counts only units that it gives against the number that was asked for", async () => {
    const got = await getUnits(server, play, 4, 3);
    expect(got.units.map(({ number }) => number)).toEqual([4, 7, 8]);
  });

  it("goes on behind segments that are passed over when it is asked to begin at one", async () => {
    const got = await getUnits(server, play, 5, 1);
    expect([got.status, got.units.map(({ number }) => number)]).toEqual([200, [7]]);
  });

  it("answers with nothing, and no further ticket, where only the other layer is left", async () => {
    const got = await getUnits(server, play, 18);
    expect([got.status, got.units, got.next]).toEqual([200, [], null]);
  });

  it("lets a play seek to a segment of the other layer, and gives none of it", async () => {
    const other = await openTestPlay(server, pair.mainId);
    const { ticket } = (await (await askPlay(server, other, "/seek", { body: { segment: 6 } })).json()) as {
      ticket: string;
    };
    const got = await spendTicket(server, other, ticket, 2);
    expect(got.units.map(({ number }) => number)).toEqual([7, 8]);
  });
});

describe("entitlement", () => {
  const play = { sessionId: "s" };
  const wish = { play, viewers: [], rights: NO_RIGHTS };
  const viewer = { accountId: undefined, sessionId: "s" };
  const ALL: Rights = { isOwner: false, isSignedIn: true, isPremium: true, age: 30, groups: ["friends"] };

  it("is the base layer's for the play's own session, with or without an account", () => {
    expect(entitlement({ ...wish, viewer, layer: 0 })).toBe(true);
    expect(entitlement({ ...wish, viewer: { ...viewer, accountId: "a" }, layer: 0 })).toBe(true);
  });

  it("is nobody else's, and of no layer that nobody knows", () => {
    const all = { ...wish, viewers: ["premium"], rights: ALL };
    expect(entitlement({ ...all, viewer: { ...viewer, sessionId: "t" }, layer: 0 })).toBe(false);
    expect(entitlement({ ...all, viewer: { ...viewer, sessionId: "t" }, layer: 1 })).toBe(false);
    expect(entitlement({ ...all, viewer: undefined, layer: 0 })).toBe(false);
    for (const layer of [2, 255]) expect(entitlement({ ...all, viewer, layer })).toBe(false);
  });

  it("is of the restricted layer for who is all of those whom its parts are for", () => {
    const may = (viewers: string[], rights: Rights) => entitlement({ play, viewer, layer: 1, viewers, rights });
    expect(may(["premium"], NO_RIGHTS)).toBe(false);
    expect(may(["premium"], { ...NO_RIGHTS, isPremium: true })).toBe(true);
    expect(may(["signed-in"], { ...NO_RIGHTS, isSignedIn: true })).toBe(true);
    expect(may(["signed-in"], { ...ALL, isSignedIn: false })).toBe(false);
    expect(may(["age:18"], { ...NO_RIGHTS, age: 18 })).toBe(true);
    expect(may(["age:18"], { ...ALL, age: 17 })).toBe(false);
    expect(may(["age:18"], { ...ALL, age: undefined })).toBe(false);
    expect(may(["group:friends"], ALL)).toBe(true);
    expect(may(["group:friend"], ALL)).toBe(false);
    expect(may(["premium", "group:friends", "age:30", "signed-in"], ALL)).toBe(true);
    expect(may(["premium", "age:31"], ALL)).toBe(false);
    for (const nobody of ["", "everybody", "age:", "age:-1", "age:1e1", "age:18 ", "Premium", "group:"])
      expect(may([nobody], ALL), nobody).toBe(false);
    expect(may([], ALL)).toBe(false); // the slave says of nobody
  });
});

describe("segments that are passed over", () => {
  const TIMELINE: Timeline = Array.from({ length: 100 }, (_, i) => ({
    lane: 0,
    startMilliseconds: i * 1000,
    durationMilliseconds: 1000,
  }));
  const isOwn = (segment: number): boolean => segment % 2 === 0;

  it("use nothing of the allowance up and are not remembered as sent", () => {
    const answer = releaseUnits(openVideo(), openShare(0), TIMELINE, 0, 1000, 0, 0, isOwn);
    if (answer.kind !== "units") throw new Error(answer.kind);
    expect(answer.numbers).toEqual(Array.from({ length: 30 }, (_, i) => i * 2)); // 30 s ahead of the CM's end
    expect([answer.end, answer.state.position, answer.share.used]).toEqual([60, 60, { 0: 30_000 }]);
    expect(answer.share.released.slice(0, 4)).toEqual([0, 1, 2, 3]);
  });

  it("do not part what was sent from what comes right behind it", () => {
    const [video, sent] = [
      { ...openVideo(), position: 10 },
      { ...openShare(0), released: [80, 81] },
    ];
    expect(mayBeginAt(video, sent, TIMELINE, 82, isOwn)).toBe(true);
    expect(mayBeginAt(video, sent, TIMELINE, 84, isOwn)).toBe(false);
  });
});
