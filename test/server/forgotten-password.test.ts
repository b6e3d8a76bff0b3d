/** A new password by mail, for who forgot the old one. */
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATABASE_FILE, DEFAULT_RATES } from "../../server/config.ts";
import { type ErrorBody, startTestServer, type TestServer } from "./harness.ts";
import { mailServer } from "./mail-server.ts";
import { PASSWORD, sendJson } from "./test-accounts.ts";

const PUBLIC = "https://video.example";
const NEW = "another horse battery";
const ASKED_MOST = 40;

let server: TestServer;
let mail: Server;
const mails: string[] = [];

beforeAll(async () => {
  mail = mailServer(mails);
  await new Promise<void>((resolve) => mail.listen(0, "127.0.0.1", resolve));
  server = await startTestServer({
    smtpUrl: `smtp://127.0.0.1:${(mail.address() as AddressInfo).port}`,
    publicUrl: `${PUBLIC}/`,
    limits: {
      rates: {
        ...DEFAULT_RATES,
        registration: { points: 100, duration: 60 },
        passwordMail: { points: ASKED_MOST, duration: 3600 },
      },
    },
  });
});
afterAll(async () => {
  await server.close();
  mail.close();
});

const api = (path: string, body: object, headers = {}) => sendJson(`${server.url}/api/${path}`, "POST", body, headers);
const ask = (email: string, headers = {}) => api("forgotten-password", { email }, headers);
const setPassword = async (token: string, password = NEW) => (await api("new-password", { token, password })).status;
const signIn = async (login: string, password: string) => (await api("session", { login, password })).status;

async function register(email: string): Promise<void> {
  expect((await api("accounts", { role: "viewer", email, password: PASSWORD })).status).toBe(201);
}

/** The mail behind those that are known, as text. */
async function mailAfter(known: number): Promise<string> {
  await expect.poll(() => mails.length).toBe(known + 1);
  const [head = "", ...body] = (mails.at(-1) ?? "").split("\r\n\r\n");
  const text = body.join("\r\n\r\n");
  if (/base64/i.test(head)) return head + Buffer.from(text, "base64").toString();
  const bytes = text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return head + Buffer.from(bytes, "latin1").toString();
}

async function tokenFor(email: string, headers = {}): Promise<string> {
  const known = mails.length;
  expect((await ask(email, headers)).status).toBe(202);
  const text = await mailAfter(known);
  expect(text).toContain(`To: ${email}`);
  return new RegExp(`${PUBLIC}/new-password#(\\S+)`).exec(text)?.[1] ?? "";
}

describe("a forgotten password", () => {
  it("is set anew by the mail's link, once, of many requests at once too; every session ends", async () => {
    await register("mika@example.org");
    const token = await tokenFor("Mika@Example.org".toLowerCase());
    const statuses = await Promise.all(Array.from({ length: 5 }, () => setPassword(token)));
    expect(statuses.sort()).toEqual([204, 404, 404, 404, 404]);
    expect([await signIn("mika@example.org", PASSWORD), await signIn("mika@example.org", NEW)]).toEqual([401, 200]);
  });

  it("has a link of an hour, of which the database holds a hash, and the newest counts", async () => {
    await register("jun@example.org");
    const [first, second] = [await tokenFor("jun@example.org"), await tokenFor("jun@example.org")];
    const db = new Sqlite(join(server.folder, "data", DATABASE_FILE), { readonly: true });
    const rows = JSON.stringify(db.prepare("select * from account_links").all());
    db.close();
    expect([rows.includes(first), rows.includes(second), first.length]).toEqual([false, false, 43]);
    expect(await setPassword(first)).toBe(404);
    server.advance(3599);
    expect(await setPassword(second, "123")).toBe(400); // too short: the link stays good
    server.advance(2);
    expect(await setPassword(second)).toBe(404);
    expect(await signIn("jun@example.org", PASSWORD)).toBe(200);
  });

  it("leads to this service, whatever host the request names", async () => {
    await register("ken@example.org");
    const known = mails.length;
    await ask("ken@example.org", { Host: "evil.example", "X-Forwarded-Host": "evil.example" });
    expect(await mailAfter(known)).not.toContain("evil.example");
  });

  it("is answered in the same way for addresses that nobody has, for disabled accounts, and beyond three mails", async () => {
    await register("rin@example.org");
    for (let i = 0; i < 3; i++) await tokenFor("rin@example.org");
    const known = mails.length;
    const admin = await server.as("administrator");
    await register("off@example.org");
    const { accounts } = (await (
      await fetch(`${server.url}/api/admin/accounts?q=off@`, { headers: admin })
    ).json()) as {
      accounts: { accountId: string }[];
    };
    await sendJson(
      `${server.url}/api/admin/accounts/${accounts[0]?.accountId}`,
      "PATCH",
      { status: "disabled" },
      admin,
    );
    const answers = [];
    for (const email of ["rin@example.org", "nobody@example.org", "off@example.org"]) {
      const answer = await ask(email);
      answers.push([answer.status, await answer.text(), [...answer.headers.keys()].sort().join()]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await register("last@example.org");
    await tokenFor("last@example.org"); // by then the others would have come
    expect(mails.length).toBe(known + 1);
    expect((await ask("no address")).status).toBe(400);
  });

  it("is asked for so often from one address, and then refused alike", async () => {
    let answer = await ask("nobody@example.org");
    for (let i = 0; i <= ASKED_MOST && answer.status === 202; i++) answer = await ask("nobody@example.org");
    expect([answer.status, ((await answer.json()) as ErrorBody).error.code]).toEqual([429, "too_many"]);
    expect((await ask("mika@example.org")).status).toBe(429);
  });

  it("stands in the account's own access log, which is its own alone", async () => {
    const answer = await api("session", { login: "mika@example.org", password: NEW });
    const cookie = answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    const log = await fetch(`${server.url}/api/account/access-log`, { headers: { Cookie: cookie } });
    const { entries } = (await log.json()) as { entries: { event: string; accountId: string }[] };
    expect(entries.map(({ event }) => event)).toEqual([
      "signed_in",
      "signed_in",
      "sign_in_failed",
      "password_changed",
      "password_link",
      "registered",
    ]);
    expect(new Set(entries.map(({ accountId }) => accountId)).size).toBe(1);
    expect((await fetch(`${server.url}/api/account/access-log`)).status).toBe(401);
  });
});

it("without a mail server, or an address of the service, there are no such mails, and the session says so", async () => {
  const other = await startTestServer({ smtpUrl: "smtp://127.0.0.1:1" });
  try {
    const can = async (url: string) =>
      ((await (await fetch(`${url}/api/session`)).json()) as { canMailPassword: boolean }).canMailPassword;
    expect([await can(server.url), await can(other.url)]).toEqual([true, false]);
    const answer = await sendJson(`${other.url}/api/forgotten-password`, "POST", { email: "a@example.org" });
    expect(answer.status).toBe(404);
  } finally {
    await other.close();
  }
});
