/** Reports to providers: sums verified against the raw logs by separate code, and the ways they are sent. */
import { createHmac, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATABASE_FILE } from "../../server/config.ts";
import { reportCsv, reportOf } from "../../server/reports/report-data.ts";
import {
  askPlay,
  askSecret,
  makePair,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";
import { mailServer } from "./mail-server.ts";
import { BUSINESS, browserHeaders, type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

interface Row {
  kind: string;
  id: string;
  slaveId: string;
  title: string;
  deliveries: number;
  downloads: number;
  impressions: number;
  completes: number;
  clicks: number;
}
interface Report {
  from: string;
  to: string;
  videos: Row[];
  cms: Row[];
  deliveries: number;
  downloads: number;
  secondsPlayed: number;
}

const NOTHING = { secondsPlayed: 0, impressions: 0, completes: 0, clicks: 0 };

let server: TestServer;
let webhook: Server;
let webhookUrl: string;
let mail: TcpServer;
const mails: string[] = [];
const posts: { headers: Record<string, unknown>; body: string }[] = [];
let webhookStatus = 200;
const pairs: TestPair[] = [];
let foreign: TestPair;
let other: Headers;

beforeAll(async () => {
  webhook = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (data: string) => {
      body += data;
    });
    request.on("end", () => {
      posts.push({ headers: request.headers, body });
      response.writeHead(webhookStatus).end();
    });
  });
  mail = mailServer(mails);
  for (const each of [webhook, mail]) await new Promise<void>((resolve) => each.listen(0, "127.0.0.1", resolve));
  webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/cmix`;
  server = await startTestServer({
    outbound: { allowLoopback: true },
    smtpUrl: `smtp://127.0.0.1:${(mail.address() as AddressInfo).port}`,
    mailFrom: "service@example.org",
    openRegistration: true,
  });
  for (const title of ["One", "=1+1", "山"]) {
    const pair = await makePair({ seconds: 2, title });
    await uploadPair(server, pair);
    pairs.push(pair);
  }
  other = await browserHeaders(
    server.url,
    await sendJson(`${server.url}/api/accounts`, "POST", {
      role: "provider",
      email: "other@example.org",
      password: PASSWORD,
      ...BUSINESS,
    }),
  );
  foreign = await makePair({ seconds: 2, title: "Foreign" });
  await uploadPair(server, foreign, other);
});
afterAll(async () => {
  await server.close();
  webhook.close();
  mail.close();
});

async function watch(pair: TestPair): Promise<void> {
  const play = await openTestPlay(server, pair.mainId);
  await watchCm(server, play);
  expect((await askSecret(server, play)).status).toBe(200);
  const events = ["impression", "complete"].map((kind) => ({ id: randomUUID(), kind, number: 1 }));
  const answer = await askPlay(server, play, "/events", { body: { events } });
  expect(answer.status).toBe(200);
}

async function summary(search = "", headers?: Headers): Promise<Report> {
  const answer = await fetch(`${server.url}/api/reports/summary?${search}`, {
    headers: headers ?? (await server.as("provider")),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Report;
}
const settings = async (change: object) =>
  (await (
    await sendJson(
      `${server.url}/api/reports/settings`,
      "PUT",
      { everyDeliveries: null, period: "none", byEmail: false, webhookUrl: null, ...change },
      await server.as("provider"),
    )
  ).json()) as { webhookSecret: string | null };
const made = async () =>
  (
    (await (await fetch(`${server.url}/api/reports`, { headers: await server.as("provider") })).json()) as {
      reports: { id: string; reason: string; from: string; to: string; deliveries: number; sendings: object[] }[];
    }
  ).reports;

/** Sums from the raw tables by other code than the server's: every row is read, and counted here. */
function recount(from: number, to: number, ids: readonly string[]): Record<string, [number, number]> {
  const database = new Sqlite(join(server.folder, "data", DATABASE_FILE), { readonly: true });
  const found: Record<string, [number, number]> = Object.fromEntries(ids.map((id) => [id, [0, 0]]));
  for (const entry of database.prepare("select at, kind, body from ledger").all() as {
    at: number;
    kind: string;
    body: string;
  }[]) {
    if (entry.kind !== "delivery" || entry.at < from || entry.at >= to) continue;
    const row = ids.find((id) => entry.body.includes(id));
    if (row !== undefined && found[row]) found[row][0]++;
  }
  for (const { at, main_id } of database.prepare("select * from downloads").all() as { at: number; main_id: string }[])
    if (at >= from && at < to && found[main_id]) found[main_id][1]++;
  database.close();
  return found;
}

describe("S7 the counts of a period", () => {
  it("equal a recount of the ledger and the download log, for each main and CM, of one's own videos only", async () => {
    const times: number[] = [];
    const mark = async () => times.push(Date.parse((await summary()).to));
    for (const counts of [
      [3, 1, 0, 2],
      [1, 0, 2, 1],
    ]) {
      await mark();
      for (const [i, pair] of [...pairs, foreign].entries())
        for (let n = 0; n < (counts[i] ?? 0); n++) {
          await watch(pair);
          await (await fetch(`${server.url}/api/mains/${pair.mainId}`)).arrayBuffer();
        }
    }
    server.advance(1);
    await mark();
    const ids = pairs.map(({ mainId }) => mainId);
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const) {
      const [from, to] = [times[a] ?? 0, times[b] ?? 0];
      const search = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
      const report = await summary(search.toString());
      const found = Object.fromEntries(report.videos.map((row) => [row.id, [row.deliveries, row.downloads]]));
      expect(found).toEqual(recount(from, to, ids));
      const total = report.videos.reduce((sum, row) => sum + row.deliveries, 0);
      const [cm] = report.cms;
      expect([cm?.impressions, cm?.completes, cm?.clicks]).toEqual([total, total, 0]);
      expect([report.deliveries, report.cms.reduce((sum, row) => sum + row.deliveries, 0)]).toEqual([total, total]);
    }
    expect((await summary()).deliveries).toBe(7);
    expect((await summary("", other)).deliveries).toBe(3);
    expect((await summary("all=1", await server.as("administrator"))).deliveries).toBe(10);
    const refused = await fetch(`${server.url}/api/reports/summary?all=1`, { headers: await server.as("provider") });
    expect(refused.status).toBe(403);
  });

  it("hold the time played: of each play the last word, less what was told before the period", async () => {
    const before = (await summary("", other)).secondsPlayed;
    const play = await openTestPlay(server, foreign.mainId);
    await watchCm(server, play);
    await askSecret(server, play);
    const tell = async (seconds: number) => {
      server.advance(6);
      const events = [{ id: randomUUID(), kind: "seconds", number: 1, seconds }];
      const answer = await askPlay(server, play, "/events", { body: { events } });
      expect(await answer.json()).toMatchObject({ events: [{ outcome: "counted" }] });
      server.advance(1);
      return (await summary("", other)).to;
    };
    const first = await tell(5);
    await tell(10);
    expect((await summary("", other)).secondsPlayed - before).toBe(10);
    expect((await summary(`from=${first}`, other)).secondsPlayed).toBe(5);
    expect((await summary(`to=${first}`, other)).secondsPlayed - before).toBe(5);
  });

  it("come as CSV that a spreadsheet does not run", async () => {
    const answer = await fetch(`${server.url}/api/reports/summary?format=csv`, {
      headers: await server.as("provider"),
    });
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const text = await answer.text();
    expect(text.split("\r\n")).toHaveLength(1 + 3 + 1 + 1);
    expect(text).toContain(",'=1+1,1,1,0,0,0,1,0,0,0,0\r\n");
    expect(text).toContain(",山,2,2,0,0,0,1,0,0,0,0\r\n");
    const rows = [
      {
        ...{ kind: "video" as const, id: "a", slaveId: "b", title: 'say "x",\ny', deliveries: 3, downloads: 0 },
        ...{ ...NOTHING, billable: 0, repeats: 1, overCap: 2, overRate: 0 },
      },
    ];
    expect(reportCsv(reportOf(0, 1, rows))).toContain(',"say ""x"",\ny",3,0,1,2,0,0,0,0,0,0');
  });
});

describe("S7 reports to a provider", () => {
  it("are made every N deliveries, each delivery in one of them, and posted with a signature", async () => {
    const { webhookSecret } = await settings({ everyDeliveries: 3, webhookUrl });
    expect(webhookSecret).toMatch(/^[0-9a-f]{64}$/);
    await server.houseKeep();
    const before = await made();
    for (let n = 0; n < 7; n++) {
      await watch(pairs[n % 3] as TestPair);
      server.advance(2);
      await server.houseKeep();
    }
    const reports = (await made()).slice(0, (await made()).length - before.length);
    expect(reports.map(({ deliveries }) => deliveries)).toEqual([3, 3]);
    expect(reports[0]?.from).toBe(reports[1]?.to);
    expect(posts).toHaveLength(2);
    for (const { headers, body } of posts) {
      const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-cmix-signature"])) ?? [];
      expect(
        createHmac("sha256", webhookSecret ?? "")
          .update(`${time}.${body}`)
          .digest("hex"),
      ).toBe(signature);
      expect(JSON.parse(body)).toMatchObject({ reason: "deliveries", deliveries: 3 });
    }
    expect(reports[0]?.sendings).toMatchObject([{ by: "webhook", attempts: 1, error: null }]);
    const database = new Sqlite(join(server.folder, "data", DATABASE_FILE), { readonly: true });
    const [row] = database.prepare("select hex(webhook_secret) as secret from report_settings").all() as {
      secret: string;
    }[];
    database.close();
    expect(row?.secret.toLowerCase()).not.toContain(webhookSecret);
    const foreign = await fetch(`${server.url}/api/reports/${reports[0]?.id}`, { headers: other });
    expect(foreign.status).toBe(404);
  });

  it("that the address does not take are tried again after longer and longer, and kept in the app", async () => {
    webhookStatus = 500;
    posts.length = 0;
    for (let n = 0; n < 3; n++) await watch(pairs[0] as TestPair);
    server.advance(2);
    await server.houseKeep();
    expect(posts).toHaveLength(1);
    expect((await made())[0]?.sendings).toMatchObject([
      { attempts: 1, sentAt: null, error: expect.stringMatching(/status 500/) },
    ]);
    await server.houseKeep();
    expect(posts).toHaveLength(1);
    for (const wait of [60, 120]) {
      server.advance(wait - 1);
      await server.houseKeep();
      const soFar = posts.length;
      server.advance(1);
      await server.houseKeep();
      expect(posts).toHaveLength(soFar + 1);
    }
    webhookStatus = 204;
    server.advance(240);
    await server.restart();
    await server.houseKeep();
    expect((await made())[0]?.sendings).toMatchObject([{ attempts: 4, error: null, sentAt: expect.any(String) }]);
  });

  it("are made of each week and month, missed ones too, and sent by e-mail", async () => {
    await settings({ period: "weekly", byEmail: true });
    await server.houseKeep();
    server.advance(15 * 24 * 3600);
    await server.houseKeep();
    const weeks = (await made()).filter(({ reason }) => reason === "weekly");
    expect(weeks.length).toBeGreaterThanOrEqual(2);
    for (const [i, week] of weeks.entries()) {
      expect(Date.parse(week.to) - Date.parse(week.from)).toBe(7 * 24 * 3600 * 1000);
      expect(new Date(week.from).getUTCDay()).toBe(1);
      if (i > 0) expect(weeks[i - 1]?.from).toBe(week.to);
    }
    expect(weeks.reduce((sum, week) => sum + week.deliveries, 0)).toBe((await summary()).deliveries);
    expect(mails).toHaveLength(weeks.length);
    expect(mails[0]).toMatch(/^To: provider@example\.org/m);
    expect(mails[0]).toMatch(/filename=cmix-report-\d{4}-\d\d-\d\d\.csv/);
    const report = await fetch(`${server.url}/api/reports/${weeks.at(-1)?.id}?format=csv`, {
      headers: await server.as("provider"),
    });
    expect(await report.text()).toContain("kind,id,slave_id");
    await settings({ period: "monthly" });
    server.advance(40 * 24 * 3600);
    await server.houseKeep();
    const months = (await made()).filter(({ reason }) => reason === "monthly");
    expect(months.length).toBeGreaterThanOrEqual(1);
    for (const month of months)
      expect([new Date(month.from).getUTCDate(), new Date(month.to).getUTCDate()]).toEqual([1, 1]);
  });

  it.each(["https://10.0.0.1/hook", "ftp://example.org", "no address", "https://a:b@example.org/"])(
    "%s is refused as an address to post to",
    async (url) => {
      const answer = await sendJson(
        `${server.url}/api/reports/settings`,
        "PUT",
        { everyDeliveries: 1, period: "none", byEmail: false, webhookUrl: url },
        await server.as("provider"),
      );
      expect(answer.status).toBe(400);
    },
  );
});
