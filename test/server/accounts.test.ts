/** Accounts over HTTP: registering, signing in, own data (S1), and what the administrator sees (D8). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATABASE_FILE, DEFAULT_RATES } from "../../server/config.ts";
import { type ErrorBody, makePair, startTestServer, type TestServer, uploadFile, uploadPair } from "./harness.ts";
import { BUSINESS, browserHeaders, type Headers, PASSWORD, sendJson, type TestAccount } from "./test-accounts.ts";

let server: TestServer;

const RATES = { points: 1000, duration: 60 };

beforeAll(async () => {
  const rates = {
    ...DEFAULT_RATES,
    ...{ signIn: RATES, signInAddress: RATES, signInStrangers: RATES, registration: RATES },
    ...{ passwordChange: RATES, passwordMail: RATES, passwordMailTo: RATES },
  };
  server = await startTestServer({ limits: { rates } });
  await server.as("administrator");
});
afterAll(() => server.close());

const api = (method: string, path: string, body?: unknown, headers?: Headers) =>
  sendJson(`${server.url}/api/${path}`, method, body, headers);
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];
const signIn = (login: string, password = PASSWORD, headers?: Headers) =>
  api("POST", "session", { login, password }, headers);

let number = 0;

/** A new account in a browser of its own. */
async function register(fields: object = {}): Promise<{ account: TestAccount; headers: Headers }> {
  number += 1;
  const usual = { role: "viewer", email: `person${number}@example.org`, password: PASSWORD };
  const answer = await api("POST", "accounts", { ...usual, ...fields });
  expect(answer.status).toBe(201);
  const account = (await answer.clone().json()) as TestAccount;
  return { account, headers: await browserHeaders(server.url, answer) };
}

const whoAmI = async (headers: Headers) => (await (await api("GET", "session", undefined, headers)).json()) as object;

describe("S1 P2 registering", () => {
  it("issues an account id; with it and with the e-mail address, whatever their case, one signs in", async () => {
    const { account, headers } = await register();
    expect(account).toMatchObject({ role: "viewer", status: "active" });
    expect(account.accountId).toMatch(/^([2-9a-hjkmnp-tv-z]{4}-){2}[2-9a-hjkmnp-tv-z]{4}$/);
    expect(await whoAmI(headers)).toMatchObject({ role: "viewer", account });
    for (const login of [
      account.accountId,
      account.email,
      ` ${account.accountId.toUpperCase()} `,
      "PERSON1@Example.org",
    ])
      expect((await signIn(login)).status, login).toBe(200);
  });

  it.each(["provider", "sponsor"])("a %s gives company and person, and has its rights once approved", async (role) => {
    const { account, headers } = await register({ role, ...BUSINESS });
    expect(account).toMatchObject({ role, status: "pending", ...BUSINESS });
    expect(await whoAmI(headers)).toMatchObject({ role: "viewer" });
    const approve = { status: "active" };
    const path = `admin/accounts/${account.accountId}`;
    expect((await api("PATCH", path, approve, headers)).status).toBe(403);
    expect((await api("PATCH", path, approve, await server.as("administrator"))).status).toBe(200);
    expect(await whoAmI(headers)).toMatchObject({ role, account: { status: "active" } });
  });

  it("needs no approval where the server is told so", async () => {
    const open = await startTestServer({ openRegistration: true });
    try {
      const fields = { email: "p@example.org", password: PASSWORD, role: "provider", ...BUSINESS };
      const answer = await sendJson(`${open.url}/api/accounts`, "POST", fields);
      expect(await answer.json()).toMatchObject({ role: "provider", status: "active" });
    } finally {
      await open.close();
    }
  });

  it.each<[string, object, string]>([
    ["a short password", { password: "1234567" }, "json.password"],
    ["a password of 201 characters", { password: "x".repeat(201) }, "json.password"],
    ["no e-mail address", { email: "nobody" }, "json.email"],
    ["a long e-mail address", { email: `${"x".repeat(250)}@example.org` }, "json.email"],
    ["a list for an e-mail address", { email: ["a@example.org"] }, "json.email"],
    ["the role of an administrator", { role: "administrator" }, "json.role"],
    ["a role that there is not", { role: "root" }, "json.role"],
    ["a provider without a company", { role: "provider", ...BUSINESS, company: " " }, "json.company"],
    ["a sponsor without an address", { role: "sponsor", ...BUSINESS, address: undefined }, "json.address"],
    ["a company of 201 characters", { role: "sponsor", ...BUSINESS, company: "x".repeat(201) }, "json.company"],
  ])("refuses %s and says which field", async (_name, fields, place) => {
    const answer = await api("POST", "accounts", {
      role: "viewer",
      email: "new@example.org",
      password: PASSWORD,
      ...fields,
    });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as ErrorBody).error.details.place).toBe(place);
  });

  it("refuses a second account for an e-mail address, also for ten at the same time", async () => {
    const fields = { role: "viewer", email: "twice@example.org", password: PASSWORD };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api("POST", "accounts", fields)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    const again = await api("POST", "accounts", { ...fields, email: "TWICE@example.org" });
    expect(await codeOf(again)).toEqual([409, "email_taken"]);
  });

  it("keeps and gives back any text as text", async () => {
    const texts = {
      company: "'; drop table accounts; --",
      section: '<img src=x onerror="alert(1)">',
      responsiblePerson: "</script><script>alert(1)</script>",
      address: "港区 1-2-3 \u202e #{1+1} %s \\ \" '",
    };
    const { account, headers } = await register({ role: "sponsor", ...texts });
    expect(account).toMatchObject(texts);
    const admin = await server.as("administrator");
    for (const q of ["drop table", "<script>", "%", "'"]) {
      const found = await (await api("GET", `admin/accounts?q=${encodeURIComponent(q)}`, undefined, admin)).json();
      const ids = (found as { accounts: TestAccount[] }).accounts.map(({ accountId }) => accountId);
      expect(ids.includes(account.accountId), q).toBe(q !== "%");
    }
    const changed = await api("PATCH", "account", { company: "Robert'); --" }, headers);
    expect(await changed.json()).toMatchObject({ ...texts, company: "Robert'); --" });
  });

  it.each(["accounts", "session", "first-administrator"])(
    "S1 %s refuses what is no JSON, or too much",
    async (path) => {
      const send = (body: string, type = "application/json") =>
        fetch(`${server.url}/api/${path}`, { method: "POST", headers: { "Content-Type": type }, body });
      for (const body of ["", "null", "[]", "{", "5", '{"__proto__":{"role":"administrator"}}', "[".repeat(30_000)])
        expect((await send(body)).status, body.slice(0, 20)).toBe(400);
      expect([400, 415]).toContain((await send("email=a&password=b", "application/x-www-form-urlencoded")).status);
      expect((await send(JSON.stringify({ email: "x".repeat(1 << 20) }))).status).toBe(413);
    },
  );
});

describe("S1 signing in", () => {
  it("answers an unknown account as it does a wrong password, and notes both", async () => {
    const { account } = await register();
    const answers = [
      await signIn(account.email, "wrong password"),
      await signIn(account.accountId, "wrong password"),
      await signIn("nobody@example.org", "wrong password"),
      await signIn("aaaa-bbbb-cccc", ""),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(answers.map(({ headers }) => headers.get("Set-Cookie"))).toEqual([null, null, null, null]);
    const failed = (await accessLog()).slice(0, 4);
    expect(failed.map(({ event }) => event)).toEqual(Array(4).fill("sign_in_failed"));
    expect(failed.map(({ accountId }) => accountId)).toEqual([null, null, account.accountId, account.accountId]);
  });

  it("gives a token that nobody had before, ends the one before, and goes on with a visitor's session", async () => {
    const { account } = await register();
    const guest = await server.accounts.signIn("guest");
    const answer = await signIn(account.email, PASSWORD, guest);
    const first = await browserHeaders(server.url, answer);
    expect(first.Cookie).not.toBe(guest.Cookie);
    expect(await whoAmI(guest)).toMatchObject({ role: "guest", csrf: null, account: null });
    expect(await whoAmI(first)).toMatchObject({ account: { accountId: account.accountId } });
    const second = await browserHeaders(server.url, await signIn(account.email, PASSWORD, first));
    expect(await whoAmI(first)).toMatchObject({ account: null, csrf: null });
    expect(await whoAmI(second)).toMatchObject({ account: { accountId: account.accountId } });
  });

  it("takes no token of the visitor's own making", async () => {
    const { account } = await register();
    const fixed = { Cookie: `cmix=${"A".repeat(43)}` };
    const headers = await browserHeaders(server.url, await signIn(account.email, PASSWORD, fixed));
    expect(headers.Cookie).not.toBe(fixed.Cookie);
    expect(await whoAmI(fixed)).toMatchObject({ account: null });
  });

  it("keeps neither passwords nor tokens in the data folder, and no address", async () => {
    const { headers } = await register({ password: "a very private password" });
    const token = (headers.Cookie ?? "").slice("cmix=".length);
    for (const file of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
      const bytes = await readFile(join(server.folder, "data", file));
      for (const secret of ["a very private password", token, headers["X-Cmix-CSRF"] ?? "", "127.0.0.1"])
        expect(bytes.includes(secret), secret).toBe(false);
      expect(bytes.includes(Buffer.from(token, "base64url"))).toBe(false);
    }
    const wal = await readFile(join(server.folder, "data", `${DATABASE_FILE}-wal`));
    expect(wal.includes("$argon2id$v=19$m=19456,t=2,p=1$")).toBe(true);
  });

  it("ends here, or everywhere", async () => {
    const { account, headers: first } = await register();
    const browsers = [first];
    for (let i = 0; i < 3; i++) browsers.push(await browserHeaders(server.url, await signIn(account.email)));
    const signedIn = async () =>
      (await Promise.all(browsers.map(whoAmI))).map((session) => (session as { account: unknown }).account !== null);
    const out = await api("DELETE", "session", undefined, browsers[1]);
    expect(out.status).toBe(204);
    expect(out.headers.get("Set-Cookie")).toMatch(/^cmix=; Max-Age=0; Path=\//);
    expect(await signedIn()).toEqual([true, false, true, true]);
    expect((await api("DELETE", "sessions", undefined, browsers[2])).status).toBe(204);
    expect(await signedIn()).toEqual([false, false, false, false]);
  });

  it("outlasts a restart of the server", async () => {
    const { account, headers } = await register();
    await server.restart();
    expect(await whoAmI(headers)).toMatchObject({ account: { accountId: account.accountId } });
  });
});

describe("S1 own data", () => {
  it("can be changed, the e-mail address with the password only", async () => {
    const { account, headers } = await register({ role: "provider", ...BUSINESS });
    const change = (fields: object) => api("PATCH", "account", fields, headers);
    expect(await (await change({ section: "Archive" })).json()).toMatchObject({ ...BUSINESS, section: "Archive" });
    const email = "moved@example.org";
    expect(await codeOf(await change({ email }))).toEqual([400, "bad_request"]);
    expect(await codeOf(await change({ email, password: "wrong" }))).toEqual([400, "bad_request"]);
    expect(await codeOf(await change({ company: "" }))).toEqual([400, "bad_request"]);
    expect(await codeOf(await change({ email: "person1@example.org", password: PASSWORD }))).toEqual([
      409,
      "email_taken",
    ]);
    expect(await (await change({ email, password: PASSWORD })).json()).toMatchObject({ email });
    expect((await signIn(account.email)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
    expect(await (await change({ role: "administrator", status: "active" })).json()).toMatchObject({
      role: "provider",
      status: "pending",
    });
  });

  it("has a password that can be changed; every other session ends", async () => {
    const { account, headers } = await register();
    const other = await browserHeaders(server.url, await signIn(account.email));
    const change = (password: string, newPassword: string) =>
      api("PUT", "account/password", { password, newPassword }, headers);
    expect((await change("wrong", "another password")).status).toBe(400);
    for (const weak of ["short", "password1", account.email])
      expect((await change(PASSWORD, weak)).status, weak).toBe(400);
    const answer = await change(PASSWORD, "another password");
    expect(answer.status).toBe(204);
    const fresh = await browserHeaders(server.url, answer);
    expect(await whoAmI(fresh)).toMatchObject({ account: { accountId: account.accountId } });
    expect(await whoAmI(other)).toMatchObject({ account: null });
    expect(await whoAmI(headers)).toMatchObject({ account: null });
    expect((await signIn(account.email)).status).toBe(401);
    expect((await signIn(account.email, "another password")).status).toBe(200);
  });

  it("goes with the account: nothing personal is left, the id stays", async () => {
    const email = "leaving@example.org";
    const { account, headers } = await register({ role: "sponsor", ...BUSINESS, company: "Leaving Ltd", email });
    expect((await api("POST", "account/deletion", { password: "wrong" }, headers)).status).toBe(400);
    expect((await api("POST", "account/deletion", { password: PASSWORD }, headers)).status).toBe(204);
    expect(await whoAmI(headers)).toMatchObject({ account: null });
    expect((await signIn(email)).status).toBe(401);
    expect((await signIn(account.accountId)).status).toBe(401);
    const admin = await server.as("administrator");
    const { accounts } = (await (
      await api("GET", `admin/accounts?q=${account.accountId}`, undefined, admin)
    ).json()) as { accounts: object[] };
    const empty = { company: "", section: "", responsiblePerson: "", address: "" };
    expect(accounts).toEqual([expect.objectContaining({ email: null, status: "deleted", ...empty })]);
    expect(
      await codeOf(await api("PATCH", `admin/accounts/${account.accountId}`, { status: "active" }, admin)),
    ).toEqual([404, "not_found"]);
    await register({ email }); // the address is free again
  });
});

describe("S1 the administrator", () => {
  it("disables an account, which ends its sessions and its sign-in, and enables it again", async () => {
    const { account, headers } = await register();
    const admin = await server.as("administrator");
    const set = (status: string) => api("PATCH", `admin/accounts/${account.accountId}`, { status }, admin);
    expect((await set("disabled")).status).toBe(200);
    expect(await whoAmI(headers)).toMatchObject({ account: null });
    expect(await codeOf(await signIn(account.email))).toEqual([403, "forbidden"]);
    expect(await codeOf(await signIn(account.email, "wrong password"))).toEqual([401, "credentials"]);
    expect((await set("active")).status).toBe(200);
    expect((await signIn(account.email)).status).toBe(200);
  });

  it("cannot take the service's last administrator away", async () => {
    const admin = await server.as("administrator");
    const { accountId } = await server.accounts.account("administrator");
    for (const change of [{ status: "disabled" }, { role: "viewer" }])
      expect(await codeOf(await api("PATCH", `admin/accounts/${accountId}`, change, admin))).toEqual([409, "conflict"]);
    expect(await codeOf(await api("POST", "account/deletion", { password: PASSWORD }, admin))).toEqual([
      409,
      "conflict",
    ]);
    expect(await whoAmI(admin)).toMatchObject({ role: "administrator" });
  });

  it("helps whoever forgot a password with a link, good once and for a day", async () => {
    const { account, headers } = await register();
    const admin = await server.as("administrator");
    const link = async () => {
      const answer = await api("POST", `admin/accounts/${account.accountId}/password-link`, undefined, admin);
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { path: string }).path.split("#")[1];
    };
    const set = (token: string | undefined, password = "remembered now") =>
      api("POST", "new-password", { token, password });
    const [older, token] = [await link(), await link()];
    expect((await set(older)).status).toBe(404);
    for (const weak of ["short", "password1"]) expect((await set(token, weak)).status, weak).toBe(400);
    const answers = await Promise.all([set(token), set(token), set(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
    expect(await whoAmI(headers)).toMatchObject({ account: null });
    expect((await signIn(account.email)).status).toBe(401);
    expect((await signIn(account.email, "remembered now")).status).toBe(200);
    const late = await link();
    server.advance(24 * 3600);
    expect((await set(late)).status).toBe(404);
  });

  it("reads who did what when, part by part", async () => {
    const { account, headers } = await register();
    const admin = await server.as("administrator");
    const by = (await server.accounts.account("administrator")).accountId;
    await api("PATCH", "account", {}, headers);
    await api("PATCH", `admin/accounts/${account.accountId}`, { role: "sponsor", status: "disabled" }, admin);
    const all = await accessLog(`?accountId=${account.accountId}`);
    expect(all.map(({ event, byAccountId }) => [event, byAccountId])).toEqual([
      ["disabled", by],
      ["role_changed", by],
      ["changed", null],
      ["registered", null],
    ]);
    expect(all[0]?.addressHash).toMatch(/^[0-9a-f]{16}$/);
    expect(all[0]?.at).toMatch(/^2026-01-0\dT00:00:00\.000Z$/); // the test's clock
    const older = await accessLog(`?accountId=${account.accountId}&before=${all[1]?.number}`);
    expect(older).toEqual(all.slice(2));
    server.advance(24 * 3600);
    await signIn(account.email, "wrong password");
    expect((await accessLog())[0]?.addressHash).not.toBe(all[0]?.addressHash);
  });
});

describe("D8 the division log", () => {
  it("tells who handed in what, when, and with which settings; a provider sees its own only", async () => {
    const pair = await makePair({ seconds: 3 });
    await uploadPair(server, pair);
    const again = await uploadFile(server, "slave", pair.slaveId, pair.slave); // the same once more is nothing new
    expect(again.status).toBe(200);
    const { accountId } = await server.accounts.account("provider");
    const provider = await server.as("provider");
    const read = async (path: string, headers: Headers) =>
      ((await (await api("GET", path, undefined, headers)).json()) as { entries: { accountId: string }[] }).entries;
    const same = { accountId, mainId: pair.mainId, slaveId: pair.slaveId, method: "compress", protection: "sealed" };
    const own = await read("account/divisions", provider);
    expect(own).toMatchObject([
      { ...same, file: "main", bytes: pair.main.length, parameters: {} },
      { ...same, file: "slave", bytes: pair.slave.length, parameters: {} },
    ]);
    const admin = await server.as("administrator");
    const other = await makePair({ seconds: 3 });
    expect((await uploadFile(server, "slave", other.slaveId, other.slave, admin)).status).toBe(201);
    expect(await read("account/divisions", provider)).toEqual(own);
    expect((await read("admin/divisions", admin)).map((entry) => entry.accountId).slice(0, 3)).toEqual([
      (await server.accounts.account("administrator")).accountId,
      accountId,
      accountId,
    ]);
  });

  it("D7 keeps nothing of an upload by someone who may not", async () => {
    const pair = await makePair({ seconds: 3 });
    for (const role of ["guest", "viewer", "sponsor"] as const) {
      const answer = await uploadFile(server, "slave", pair.slaveId, pair.slave, await server.as(role));
      expect([401, 403]).toContain(answer.status);
    }
    expect((await api("POST", "plays", { mainIds: [pair.mainId] })).status).toBe(404);
  });
});

interface AccessEntry {
  number: number;
  at: string;
  event: string;
  accountId: string | null;
  byAccountId: string | null;
  addressHash: string | null;
}

async function accessLog(query = ""): Promise<AccessEntry[]> {
  const answer = await api("GET", `admin/access-log${query}`, undefined, await server.as("administrator"));
  return ((await answer.json()) as { entries: AccessEntry[] }).entries;
}
