/** Premium membership: points from CMs, what they buy, grants and vouchers; many at once, and a server that is killed. */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DEFAULT_RATES } from "../../server/config.ts";
import type { Membership, PointEntries, PointRules } from "../../server/memberships/schemas.ts";
import { newVoucherCode } from "../../server/memberships/voucher-code.ts";
import { openDatabase } from "../../server/storage/sqlite/database.ts";
import { SqliteMemberships } from "../../server/storage/sqlite/memberships.ts";
import {
  askSecret,
  type ErrorBody,
  makePair,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  uploadPair,
  watchCm,
} from "./harness.ts";
import { withRestrictedLayer } from "./restricted-slave.ts";
import { browserHeaders, type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

const DAY = 24 * 3600;
const RULES: PointRules = {
  perCm: 10,
  perDayMost: 25,
  prices: { video: 30, day: 50, month: 400 },
  statusFrom: 5000,
};

interface Member {
  accountId: string;
  headers: Headers;
}

let server: TestServer;
let pair: TestPair;
/** With a part for premium members. */
let premium: TestPair;
let next = 1;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] }); // the limiter's clock
  server = await startTestServer({
    trustProxy: ["127.0.0.1"],
    limits: { rates: { ...DEFAULT_RATES, registration: { points: 1000, duration: 60 } } },
  });
  pair = await makePair({ seconds: 3 });
  await uploadPair(server, pair);
  premium = await makePair({ seconds: 6 });
  const part = { startMicroseconds: 2e6, endMicroseconds: 3e6, viewers: "premium" };
  const slave = await withRestrictedLayer(premium, [4, 5], [part]);
  expect((await uploadFile(server, "slave", premium.slaveId, slave)).status).toBe(201);
  const provider = await server.as("provider");
  await sendJson(`${server.url}/api/videos/${premium.mainId}`, "PATCH", { state: "unlisted" }, provider);
  await setRules();
});
afterAll(async () => {
  vi.useRealTimers();
  await server.close();
});

const send = (headers: Headers, method: string, path: string, body?: unknown, key?: string): Promise<Response> =>
  sendJson(`${server.url}/api/${path}`, method, body, {
    ...headers,
    ...(key !== undefined && { "Idempotency-Key": key }),
  });
const admin = async (method: string, path: string, body?: unknown, key?: string) =>
  send(await server.as("administrator"), method, `admin/${path}`, body, key);
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];
const bodyOf = async <T>(answer: Response): Promise<T> => {
  expect(answer.ok, await answer.clone().text()).toBe(true);
  return (await answer.json()) as T;
};
const setRules = async (rules: Partial<PointRules> = {}) =>
  bodyOf<PointRules>(await admin("PUT", "point-rules", { ...RULES, ...rules }));

async function newMember(): Promise<Member> {
  const login = { email: `member-${next++}@example.org`, password: PASSWORD };
  const made = await sendJson(`${server.url}/api/accounts`, "POST", { role: "viewer", ...login });
  const { accountId } = (await made.clone().json()) as { accountId: string };
  return { accountId, headers: await browserHeaders(server.url, made) };
}

const membership = async ({ headers }: Member): Promise<Membership> =>
  bodyOf(await send(headers, "GET", "account/membership"));
const entries = async ({ headers }: Member): Promise<PointEntries["entries"]> =>
  (await bodyOf<PointEntries>(await send(headers, "GET", "account/points"))).entries;
const grant = ({ accountId }: Member, what: object, key: string = randomUUID()): Promise<Response> =>
  admin("POST", `accounts/${accountId}/grants`, what, key);
const spend = ({ headers }: Member, wish: object, key: string = randomUUID()): Promise<Response> =>
  send(headers, "POST", "account/spendings", wish, key);
const makeVouchers = async (changes: object = {}): Promise<string[]> => {
  const body = { count: 1, days: 30, points: 5, note: "autumn", expires: "2030-01-01T00:00:00Z", ...changes };
  return (await bodyOf<{ codes: string[] }>(await admin("POST", "vouchers", body))).codes;
};
let networks = 1;
const redeem = ({ headers }: Member, code: string, address = `198.51.${networks++}.7`): Promise<Response> =>
  send({ ...headers, "X-Forwarded-For": address }, "POST", "account/vouchers", { code });

const cookieOf = ({ headers }: Pick<Member, "headers">) => ({ cookie: headers.Cookie ?? "" });

async function watch({ headers }: Member): Promise<void> {
  const play = await openTestPlay(server, pair.mainId, cookieOf({ headers }));
  await watchCm(server, play);
  const answer = await askSecret(server, play);
  expect(answer.status, await answer.clone().text()).toBe(200);
}

describe("R4 points", () => {
  it("are earned by CMs that were watched to their end and are paid for, so many a day at most", async () => {
    const member = await newMember();
    const play = await openTestPlay(server, pair.mainId, cookieOf(member));
    expect((await askSecret(server, play)).status).toBe(425); // its time has not passed
    expect((await membership(member)).balance).toBe(0);
    await watchCm(server, play);
    expect((await askSecret(server, play)).status).toBe(200);
    expect(await entries(member)).toMatchObject([{ amount: 10, balance: 10, kind: "cm" }]);
    await watch(member); // the same CM before the same video on that day: nobody pays for it
    expect((await membership(member)).balance).toBe(10);
    server.advance(DAY);
    const others = await Promise.all([1, 2, 3].map(() => makePair({ seconds: 3 })));
    for (const other of others) await uploadPair(server, other);
    for (const { mainId } of others) {
      const each = await openTestPlay(server, mainId, cookieOf(member));
      await watchCm(server, each);
      expect((await askSecret(server, each)).status).toBe(200);
    }
    expect((await entries(member)).map(({ amount }) => amount)).toEqual([5, 10, 10, 10]); // 25 on the second day
    expect((await membership(member)).balance).toBe(35);
  });

  it("are spent for a day or a month, which begin when the membership that is there ends", async () => {
    const member = await newMember();
    await grant(member, { points: 500 });
    expect(await membership(member)).toMatchObject({ premium: false, balance: 500, rules: RULES });
    expect(await bodyOf(await spend(member, { product: "day" }))).toMatchObject({ premium: true, balance: 450 });
    const { periods } = await bodyOf<Membership>(await spend(member, { product: "month" }));
    expect(periods).toMatchObject([{ source: "points" }, { source: "points" }]);
    expect(periods[0]?.from).toBe(periods[1]?.until);
    const later = async () => bodyOf<Membership>(await admin("GET", `accounts/${member.accountId}/membership`));
    server.advance(31 * DAY - 60); // the member's own session is over
    expect((await later()).premium).toBe(true);
    server.advance(61);
    expect((await later()).premium).toBe(false);
  });

  it("are spent for a video once, for ever, and for no other", async () => {
    const member = await newMember();
    await grant(member, { points: 100 });
    const wish = { product: "video", mainId: premium.mainId };
    const parts = async (mainId: string, headers = member.headers) =>
      bodyOf(await send(headers, "GET", `videos/${mainId}/parts`));
    expect(await parts(premium.mainId)).toEqual({ viewers: ["premium"], price: 30, premium: false });
    expect(await bodyOf(await spend(member, wish))).toMatchObject({ premium: false, balance: 70 });
    expect(await codeOf(await spend(member, wish))).toEqual([409, "conflict"]);
    expect((await membership(member)).balance).toBe(70);
    expect(await codeOf(await spend(member, { product: "video", mainId: "0".repeat(32) }))).toEqual([404, "not_found"]);
    expect(await parts(premium.mainId)).toMatchObject({ premium: true });
    expect(await parts(premium.mainId, {})).toMatchObject({ premium: false });
    // Everybody sees all of the other one: it is not sold.
    expect(await parts(pair.mainId)).toMatchObject({ viewers: [] });
    expect(await codeOf(await spend(member, { product: "video", mainId: pair.mainId }))).toEqual([409, "conflict"]);
    expect(await parts("0".repeat(32))).toBeNull();
  });

  it("never fall below nothing, and buy nothing that has no price", async () => {
    const member = await newMember();
    await grant(member, { points: 49 });
    expect(await codeOf(await spend(member, { product: "day" }))).toEqual([409, "too_few_points"]);
    expect(await codeOf(await grant(member, { points: -50 }))).toEqual([409, "too_few_points"]);
    expect((await grant(member, { points: -9 })).status).toBe(200);
    expect(await membership(member)).toMatchObject({ balance: 40, periods: [] });
    await setRules({ prices: { ...RULES.prices, day: null } });
    expect(await codeOf(await spend(member, { product: "day" }))).toEqual([409, "conflict"]);
    await setRules();
  });

  it("are spent once for a key, however often it is sent, and a key is for one wish", async () => {
    const member = await newMember();
    await grant(member, { points: 200 });
    const key = randomUUID();
    for (let again = 0; again < 3; again++)
      expect(await bodyOf(await spend(member, { product: "day" }, key))).toMatchObject({ balance: 150 });
    expect(await codeOf(await spend(member, { product: "month" }, key))).toEqual([409, "conflict"]);
    expect((await send(member.headers, "POST", "account/spendings", { product: "day" })).status).toBe(400); // without a key
    expect((await membership(member)).periods.length).toBe(1);
  });

  it("50 requests at once spend once what is there for one", async () => {
    const member = await newMember();
    await grant(member, { points: 60 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => spend(member, { product: "day" })));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(answers.filter(({ status }) => status === 409).length).toBe(49);
    expect(await membership(member)).toMatchObject({ balance: 10, periods: [{ source: "points" }] });
  });

  it("50 requests at once with one key spend once; 50 grants at once all count", async () => {
    const member = await newMember();
    await Promise.all(Array.from({ length: 50 }, () => grant(member, { points: 3 })));
    expect((await membership(member)).balance).toBe(150);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => spend(member, { product: "day" }, key)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await membership(member)).toMatchObject({ balance: 100, periods: [{}] });
    const log = await entries(member);
    expect(log.length).toBe(51);
    for (const [i, { amount, balance }] of log.entries()) expect(balance - amount).toBe(log[i + 1]?.balance ?? 0);
  });

  it("make a member of whoever holds enough, and are not spent by that", async () => {
    const member = await newMember();
    await grant(member, { points: 5000 });
    expect(await membership(member)).toMatchObject({ premium: true, balance: 5000, periods: [] });
    await grant(member, { points: -1 });
    expect((await membership(member)).premium).toBe(false);
  });
});

describe("R4 a granted membership", () => {
  it("lasts its days, is given once for a key, and is taken back", async () => {
    const member = await newMember();
    const key = randomUUID();
    await grant(member, { days: 2, points: 1 }, key);
    expect(await bodyOf(await grant(member, { days: 2, points: 1 }, key))).toMatchObject({ premium: true, balance: 1 });
    expect(await codeOf(await grant(member, { days: 3, points: 1 }, key))).toEqual([409, "conflict"]);
    const { periods } = await membership(member);
    expect(periods.length).toBe(1);
    const path = `accounts/${member.accountId}/periods/${periods[0]?.number}`;
    expect((await admin("DELETE", path)).status).toBe(204);
    expect((await membership(member)).premium).toBe(false);
    expect((await admin("DELETE", path)).status).toBe(404);
    const log = await bodyOf<{ entries: { event: string }[] }>(await send(member.headers, "GET", "account/access-log"));
    expect(log.entries.map(({ event }) => event).slice(0, 2)).toEqual(["membership_ended", "membership_granted"]);
  });

  it("is for accounts that are there, and for something", async () => {
    const nobody = { accountId: "2222-2222-2222", headers: {} };
    expect((await grant(nobody, { days: 1 })).status).toBe(404);
    expect((await grant(await newMember(), {})).status).toBe(400);
  });
});

describe("a voucher", () => {
  it("is redeemed once, however it is typed, and tells the same to the same account again", async () => {
    const [member, other] = [await newMember(), await newMember()];
    const [code = ""] = await makeVouchers();
    expect(code).toMatch(/^([2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}$/);
    const typed = ` ${code.toLowerCase().replaceAll("-", " ")}`;
    expect(await bodyOf(await redeem(member, typed))).toEqual({ days: 30, points: 5 });
    expect(await bodyOf(await redeem(member, code))).toEqual({ days: 30, points: 5 });
    expect(await codeOf(await redeem(other, code))).toEqual([404, "not_found"]);
    expect(await membership(member)).toMatchObject({ premium: true, balance: 5, periods: [{ source: "voucher" }] });
  });

  it("of 50 accounts and tries at once is good for one", async () => {
    const members = await Promise.all(Array.from({ length: 10 }, newMember));
    const [code = ""] = await makeVouchers();
    const tries = members.flatMap((member) => Array.from({ length: 5 }, () => redeem(member, code)));
    const winners = (await Promise.all(tries)).filter(({ status }) => status === 200).length;
    expect(winners).toBeLessThanOrEqual(5); // of one account
    const premium = await Promise.all(members.map(membership));
    expect(premium.filter((one) => one.premium).length).toBe(1);
    expect(premium.reduce((sum, { balance }) => sum + balance, 0)).toBe(5);
  });

  it("is good until its end, or until it is taken back", async () => {
    const member = await newMember();
    const [over = ""] = await makeVouchers({ expires: "2020-01-01T00:00:00Z" });
    expect((await redeem(member, over)).status).toBe(404);
    const [revoked = ""] = await makeVouchers({ note: "to be revoked" });
    const { vouchers } = await bodyOf<{ vouchers: { voucherId: string; note: string }[] }>(
      await admin("GET", "vouchers"),
    );
    expect(JSON.stringify(vouchers)).not.toContain(revoked);
    const id = vouchers.find(({ note }) => note === "to be revoked")?.voucherId;
    expect((await admin("DELETE", `vouchers/${id}`)).status).toBe(204);
    expect((await redeem(member, revoked)).status).toBe(404);
    expect((await membership(member)).premium).toBe(false);
  });

  it("is not found by trying: ten wrong codes an hour of an account, thirty from an address", async () => {
    const member = await newMember();
    for (let tries = 0; tries < 10; tries++) expect((await redeem(member, newVoucherCode())).status).toBe(404);
    const [code = ""] = await makeVouchers();
    expect(await codeOf(await redeem(member, code))).toEqual([429, "too_many"]);
    for (let tries = 0; tries < 30; tries++) {
      if (tries % 10 === 0) networks++;
      await redeem(await newMember(), newVoucherCode(), "203.0.113.9");
    }
    expect((await redeem(await newMember(), code, "203.0.113.9")).status).toBe(429);
    expect((await redeem(await newMember(), code)).status).toBe(200);
  });
});

describe("the ledger of points", () => {
  it("takes no change, no deletion, and no entry that does not follow from the one before", async () => {
    const member = await newMember();
    await grant(member, { points: 7 });
    const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"));
    const add = (balance: number, reference: string) =>
      db
        .prepare(
          "insert into points (account_id, at, amount, balance, kind, reference) values (?, 1, 5, ?, 'granted', ?)",
        )
        .run(member.accountId, balance, reference);
    expect(() => db.exec("update points set amount = 8")).toThrow("append-only");
    expect(() => db.exec("delete from points")).toThrow("append-only");
    expect(() => add(13, "lost update")).toThrow("does not follow");
    expect(() => add(-2, "less than nothing")).toThrow();
    db.close();
    expect((await membership(member)).balance).toBe(7);
  });

  it("S7 holds what was acknowledged, once, after kill -9 in the middle of parallel spending", {
    timeout: 120_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "cmix-points-"));
    try {
      const path = join(folder, "cmix.sqlite");
      const opened = await openDatabase(path);
      const store = new SqliteMemberships(opened);
      opened.file.writer.exec("insert into accounts values ('m', null, '', 'viewer', 'active', '', '', '', '', 1)");
      await store.putRules({ ...RULES, prices: { video: null, day: 1, month: 2 } }, 1);
      await store.grant({ accountId: "m", days: 0, points: 100_000, by: "a", key: "first", at: 1 });
      await opened.db.destroy();
      const acknowledged = new Set<string>();
      for (let kill = 0; kill < 3; kill++) {
        const child: ChildProcess = fork(new URL("./spend-points.ts", import.meta.url), [path, `${kill}`], {
          execArgv: ["--import", new URL("../support/typescript-hooks.mjs", import.meta.url).href],
        });
        const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
        child.on("message", (key) => {
          acknowledged.add(String(key));
          if (acknowledged.size >= 40 * (kill + 1)) child.kill("SIGKILL");
        });
        await ended;
      }
      expect(acknowledged.size).toBeGreaterThanOrEqual(120);
      const again = await openDatabase(path);
      const after = new SqliteMemberships(again);
      const rows = again.file.reader.prepare("select reference, amount, balance from points order by seq").all() as {
        reference: string;
        amount: number;
        balance: number;
      }[];
      const spent = rows.slice(1).map(({ reference }) => reference);
      expect([...acknowledged].filter((key) => !spent.includes(key))).toEqual([]);
      expect(new Set(spent).size).toBe(spent.length);
      expect(rows.at(-1)?.balance).toBe(rows.reduce((sum, { amount }) => sum + amount, 0));
      // Each spending has its period, and no period is without one.
      expect((await after.periods("m")).length).toBe(spent.length);
      await again.db.destroy();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
