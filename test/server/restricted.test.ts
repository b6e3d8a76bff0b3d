/** Parts of a video that are for some viewers: who gets their units, and what changes in the middle of a play (R4). */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadKernels, SlaveReader, sourceFromBytes } from "../../codec/index.ts";
import { DEFAULT_RATES } from "../../server/config.ts";
import { viewersOf } from "../../server/library/restricted-parts.ts";
import { ToldAges } from "../../server/plays/told-ages.ts";
import { eachUnit, gatherUnits, RightEnded, type UnitSource } from "../../server/plays/unit-stream.ts";
import { packTimeline, timelineOf } from "../../server/timeline.ts";
import {
  askSecret,
  getUnits,
  makePair,
  type OpenPlay,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  WASM_PATH,
  watchCm,
} from "./harness.ts";
import { withRestrictedLayer } from "./restricted-slave.ts";
import { browserHeaders, type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

const START = 0xffffffff;
/** Each from its second, for 2 s; of each second there are two segments. */
const PARTS = { premium: 4, "signed-in": 8, "age:18": 12, "group:friends": 16, sponsors: 20 } as const;
type Part = keyof typeof PARTS;
const segmentsOf = (part: Part): number[] => Array.from({ length: 4 }, (_, i) => PARTS[part] * 2 + i);
const RESTRICTED = (Object.keys(PARTS) as Part[]).flatMap(segmentsOf);
const RESTRICTIONS = Object.entries(PARTS).map(([viewers, second]) => ({
  startMicroseconds: second * 1e6 + 100_000,
  endMicroseconds: (second + 2) * 1e6 - 100_000,
  viewers,
}));

interface Viewer {
  accountId: string;
  headers: Headers;
}

let server: TestServer;
let pair: TestPair;
let next = 1;

beforeAll(async () => {
  server = await startTestServer({
    limits: { rates: { ...DEFAULT_RATES, registration: { points: 1000, duration: 60 } } },
  });
  pair = await makePair({ seconds: 26 });
  const slave = await withRestrictedLayer(pair, RESTRICTED, RESTRICTIONS);
  const taken = await uploadFile(server, "slave", pair.slaveId, slave);
  expect(taken.status, await taken.clone().text()).toBe(201);
  const headers = await server.as("provider");
  const shown = await sendJson(`${server.url}/api/videos/${pair.mainId}`, "PATCH", { state: "unlisted" }, headers);
  expect(shown.status, await shown.clone().text()).toBe(200);
});
afterAll(() => server.close());

const admin = async (method: string, path: string, body?: unknown, key?: string): Promise<Response> =>
  sendJson(`${server.url}/api/${path}`, method, body, {
    ...(await server.as("administrator")),
    ...(key !== undefined && { "Idempotency-Key": key }),
  });

async function newViewer(): Promise<Viewer> {
  const login = { email: `restricted-${next++}@example.org`, password: PASSWORD };
  const made = await sendJson(`${server.url}/api/accounts`, "POST", { role: "viewer", ...login });
  const { accountId } = (await made.clone().json()) as { accountId: string };
  return { accountId, headers: await browserHeaders(server.url, made) };
}

async function makePremium({ accountId }: Viewer): Promise<number> {
  const granted = await admin("POST", `admin/accounts/${accountId}/grants`, { days: 1 }, randomUUID());
  expect(granted.status).toBe(200);
  return ((await granted.json()) as { periods: { number: number }[] }).periods[0]?.number ?? 0;
}

const setGroup = async (accountIds: string[]) => {
  const headers = await server.as("provider");
  const answer = await sendJson(`${server.url}/api/groups/friends`, "PUT", { accountIds }, headers);
  expect(answer.status, await answer.clone().text()).toBe(204);
};

async function certifyAge({ accountId, headers }: Viewer, age: string, asker: "provider" | "administrator") {
  const request = { accountId, name: "age", purpose: "films" };
  await sendJson(`${server.url}/api/attribute-requests`, "POST", request, await server.as(asker));
  const own = await (await fetch(`${server.url}/api/account/attributes`, { headers })).json();
  const { number } = (own as { requests: { number: number }[] }).requests[0] ?? { number: 0 };
  const answer = { agreed: true, value: age };
  await sendJson(`${server.url}/api/account/attribute-requests/${number}`, "PATCH", answer, headers);
  const done = await admin("PUT", `admin/attribute-claims/${accountId}/age`, { value: age, certified: true });
  expect(done.status).toBe(204);
}

async function watching(viewer?: Viewer, attributes?: object): Promise<OpenPlay> {
  const cookie = viewer?.headers.Cookie;
  const play = await openTestPlay(server, pair.mainId, {
    ...(attributes && { attributes }),
    ...(cookie !== undefined && { cookie }),
  });
  await watchCm(server, play);
  expect((await askSecret(server, play)).status).toBe(200);
  return play;
}

/** Which parts' units came of those that may be fetched: all of one, or none of it. */
async function partsFrom(play: OpenPlay, from: number | "start" = "start"): Promise<Part[]> {
  const { status, units } = await getUnits(server, play, from);
  expect(status).toBe(200);
  const got = units.map(({ number }) => number).filter((number) => number !== START);
  const first = from === "start" ? 0 : from;
  const base = Array.from({ length: pair.segments - first }, (_, i) => first + i).filter(
    (n) => !RESTRICTED.includes(n),
  );
  expect(got.filter((number) => !RESTRICTED.includes(number))).toEqual(base); // what everybody sees is always there
  const parts = (Object.keys(PARTS) as Part[]).filter((part) => PARTS[part] * 2 >= first);
  return parts.filter((part) => {
    const some = segmentsOf(part).filter((number) => got.includes(number)).length;
    expect([0, 4]).toContain(some);
    return some === 4;
  });
}

describe("R4 a part that is for some viewers", () => {
  it("is passed over for a visitor without an account, without an error", async () => {
    expect(await partsFrom(await watching())).toEqual([]);
  });

  it("for who is signed in comes with an account, and what nobody knows to nobody", async () => {
    expect(await partsFrom(await watching(await newViewer()))).toEqual(["signed-in"]);
  });

  it("for premium members comes with a membership", async () => {
    const viewer = await newViewer();
    await makePremium(viewer);
    expect(await partsFrom(await watching(viewer))).toEqual(["premium", "signed-in"]);
  });

  it("is never hidden from the video's own provider, whoever it is for", async () => {
    const owner = { accountId: "", headers: await server.as("provider") };
    expect(await partsFrom(await watching(owner))).toEqual(Object.keys(PARTS));
    const told = await fetch(`${server.url}/api/videos/${pair.mainId}/parts`, { headers: owner.headers });
    expect(((await told.json()) as { premium: boolean }).premium).toBe(true);
  });

  it("for premium members comes to who bought this video", async () => {
    const viewer = await newViewer();
    const rules = { perCm: 0, perDayMost: 0, prices: { video: 5, day: null, month: null }, statusFrom: null };
    expect((await admin("PUT", "admin/point-rules", rules)).status).toBe(200);
    await admin("POST", `admin/accounts/${viewer.accountId}/grants`, { points: 5 }, randomUUID());
    const headers = { ...viewer.headers, "Idempotency-Key": randomUUID() };
    const wish = { product: "video", mainId: pair.mainId };
    expect((await sendJson(`${server.url}/api/account/spendings`, "POST", wish, headers)).status).toBe(200);
    expect(await partsFrom(await watching(viewer))).toEqual(["premium", "signed-in"]);
  });

  it("for an age comes to who tells it for the play, and the service asks for it", async () => {
    const conditions = await sendJson(`${server.url}/api/plays/conditions`, "POST", { mainIds: [pair.mainId] });
    expect(await conditions.json()).toEqual({ attributes: ["age"] });
    expect(await partsFrom(await watching(undefined, { age: 18 }))).toEqual(["age:18"]);
    expect(await partsFrom(await watching(undefined, { age: 17 }))).toEqual([]);
  });

  it("for an age goes by the certified one where the viewer agreed with the provider, whatever is told", async () => {
    const [old, young] = [await newViewer(), await newViewer()];
    await certifyAge(old, "40", "provider");
    await certifyAge(young, "12", "provider");
    expect(await partsFrom(await watching(old))).toEqual(["signed-in", "age:18"]);
    expect(await partsFrom(await watching(young, { age: 40 }))).toEqual(["signed-in"]);
  });

  it("for a group comes to its members, and ends with their being in it", async () => {
    const viewer = await newViewer();
    await setGroup([viewer.accountId]);
    const play = await watching(viewer);
    expect(await partsFrom(play)).toEqual(["signed-in", "group:friends"]);
    await setGroup([]);
    expect(await partsFrom(play, 24)).toEqual([]);
  });

  it("ends in the middle of a play with the next unit", async () => {
    const viewer = await newViewer();
    const period = await makePremium(viewer);
    const play = await watching(viewer);
    const first = await getUnits(server, play, "start", 11); // the start unit, and the first two of the premium part
    expect(first.units.at(-1)?.number).toBe(9);
    const ended = await admin("DELETE", `admin/accounts/${viewer.accountId}/periods/${period}`);
    expect(ended.status).toBe(204);
    const { units } = await getUnits(server, play, 10, 1);
    expect(units.map(({ number }) => number)).toEqual([12]);
  });

  it("ends with its time, and a membership of the middle of a play begins at the next segment", async () => {
    const viewer = await newViewer();
    const play = await watching(viewer);
    expect((await getUnits(server, play, "start", 3)).units.map(({ number }) => number)).toEqual([START, 0, 1]);
    await makePremium(viewer);
    expect(await partsFrom(play, 2)).toEqual(["premium", "signed-in"]);
    server.advance(23 * 3600);
    const later = await watching(viewer);
    expect(await partsFrom(later)).toEqual(["premium", "signed-in"]);
    server.advance(3600);
    expect(await partsFrom(later, 0)).toEqual(["signed-in"]);
  });

  it("is nobody's in a play of somebody else's session", async () => {
    const viewer = await newViewer();
    await makePremium(viewer);
    const play = await watching(viewer);
    const other = await newViewer();
    const { status } = await getUnits(server, { ...play, cookie: other.headers.Cookie ?? "" }, "start").catch(() => ({
      status: 403,
    }));
    expect(status).toBe(403);
  });
});

describe("a long answer", () => {
  it("breaks off at the next unit 30 s after the right has ended", async () => {
    const reader = await SlaveReader.open(sourceFromBytes(pair.slave));
    const heads = await Promise.all(
      Array.from({ length: reader.segments }, async (_, i) => (await reader.readSegment(i)).head),
    );
    const source: UnitSource = {
      kernels: await loadKernels(await readFile(WASM_PATH)),
      slave: reader,
      cm: sourceFromBytes(new Uint8Array(16)),
      timeline: packTimeline(timelineOf(heads, 26_000)),
      context: {
        ...{ playSecret: new Uint8Array(32), playId: new Uint8Array(16), slaveId: new Uint8Array(16) },
        ...{ cmId: new Uint8Array(16), cmHash: new Uint8Array(32) },
      },
    };
    const asked: number[] = [];
    let at = 0;
    const read = async (seconds: number) => {
      asked.length = 0;
      at = 0;
      let parts = 0;
      const isStillOwn = async (number: number) => {
        asked.push(number);
        return number < 3;
      };
      const answer = eachUnit(source, [0, 1, 2, 3, 4], isStillOwn, () => at);
      for await (const _ of answer) {
        parts++;
        at += (seconds * 1000) / 2; // each unit comes in two parts
      }
      return parts;
    };
    expect(await read(5)).toBe(10); // over before 30 s
    expect(asked).toEqual([]);
    await expect(read(15)).rejects.toThrow(RightEnded);
    expect(asked).toEqual([2, 3]);
    expect((await gatherUnits(source, [0, 1])).length).toBe(4);
  });
});

describe("whom a unit is for", () => {
  const header = { restrictions: RESTRICTIONS };
  const of = (startMilliseconds: number, durationMilliseconds: number, lane = 256) =>
    viewersOf({ header } as Pick<SlaveReader, "header">, { lane, startMilliseconds, durationMilliseconds });

  it("is whom all parts are for that it covers, and for a start unit the part that begins there", () => {
    expect(of(4100, 0, 511)).toEqual(["premium"]); // the unit that brings the layer's secret
    expect(of(4000, 1000)).toEqual(["premium"]);
    expect(of(4000, 6000)).toEqual(["premium", "signed-in"]);
  });

  it("is whom the nearest part is for where it covers none, and nobody of another layer", () => {
    expect(of(0, 1000)).toEqual(["premium"]);
    expect(of(4000, 1000, 0)).toEqual([]);
    expect(of(4000, 1000, 512)).toEqual([]);
  });
});

describe("ages that were told for plays", () => {
  it("are kept as long as a play, and no longer", () => {
    let at = 0;
    const ages = new ToldAges(100, () => at);
    ages.tell("a", 30);
    at = 99_000;
    ages.tell("b", 40);
    expect([ages.of("a"), ages.of("b"), ages.of("c")]).toEqual([30, 40, undefined]);
    at = 100_000;
    ages.tell("c", 50);
    expect([ages.of("a"), ages.of("b"), ages.of("c")]).toEqual([undefined, 40, 50]);
  });
});
