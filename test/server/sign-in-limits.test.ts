/** Limits on tries, the first administrator's link, retention, TLS and proxies (S1). */
import { execFile } from "node:child_process";
import { request } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Passwords } from "../../server/accounts/password.ts";
import { DATABASE_FILE, DEFAULT_RATES } from "../../server/config.ts";
import { type ErrorBody, startTestServer, type TestServer } from "./harness.ts";
import { type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

let server: TestServer;
let options: Parameters<typeof startTestServer>[0];

beforeEach(() => {
  options = {};
  vi.useFakeTimers({ toFake: ["Date"] }); // the limiter's clock
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

const start = async () => {
  server = await startTestServer(options);
};
const api = (method: string, path: string, body?: unknown, headers?: Headers) =>
  sendJson(`${server.url}/api/${path}`, method, body, headers);
const signIn = (login: string, password: string, headers?: Headers) =>
  api("POST", "session", { login, password }, headers);
const wait = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

async function expectTooMany(answer: Response): Promise<number> {
  expect(answer.status).toBe(429);
  const { code, details } = ((await answer.json()) as ErrorBody).error;
  expect(code).toBe("too_many");
  expect(answer.headers.get("Retry-After")).toBe(String(details.retryAfterSeconds));
  return details.retryAfterSeconds as number;
}

/** Strangers' tries at one account a day; 300 by default, each of which costs a hash. */
const DAY_TRIES = 30;
const FEW_TRIES: Parameters<typeof startTestServer>[0] = {
  trustProxy: ["127.0.0.1"],
  limits: { rates: { ...DEFAULT_RATES, signInStrangers: { points: DAY_TRIES, duration: 24 * 3600 } } },
};

describe("S1 limits on tries", () => {
  it("refuses the eleventh wrong password, and the right one too, until the time is over", async () => {
    await start();
    const { email, accountId } = await server.accounts.account("viewer");
    const tries = await Promise.all(Array.from({ length: 20 }, () => signIn(email, "wrong password")));
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
    const seconds = await expectTooMany(await signIn(email, PASSWORD));
    expect(seconds).toBeGreaterThan(14 * 60);
    expect(seconds).toBeLessThanOrEqual(15 * 60);
    expect((await signIn("else@example.org", "wrong password")).status).toBe(401); // others are not held up
    wait(seconds - 1);
    await expectTooMany(await signIn(email, PASSWORD));
    wait(2);
    expect((await signIn(accountId, PASSWORD)).status).toBe(200);
  });

  it("locks nobody out by tries from other addresses, and counts an account's two names as one", async () => {
    options = { trustProxy: ["127.0.0.1"] };
    await start();
    const { email, accountId } = await server.accounts.account("viewer");
    for (let host = 0; host < 11; host++) {
      const headers = { "X-Forwarded-For": `198.51.100.${host}` };
      const tries = await Promise.all(Array.from({ length: 10 }, () => signIn(email, "wrong password", headers)));
      expect(tries.map(({ status }) => status)).toEqual(Array(10).fill(401));
      await expectTooMany(await signIn(accountId, PASSWORD, headers));
    }
    expect((await signIn(email, PASSWORD, { "X-Forwarded-For": "203.0.113.1" })).status).toBe(200);
  });

  it("holds tries from very many addresses to some a day for an account, and its owner's own browser to none of them", async () => {
    options = FEW_TRIES;
    await start();
    const { email } = await server.accounts.account("viewer");
    const from = (address: string) => ({ "X-Forwarded-For": address });
    const signed = await signIn(email, PASSWORD, from("203.0.113.1"));
    const known = signed.headers.getSetCookie().find((cookie) => cookie.startsWith("cmix-known="));
    expect(known).toMatch(/; Max-Age=15552000;.* HttpOnly/);
    const Cookie = known?.split(";")[0] ?? "";
    const statuses = [];
    for (let host = 0; host <= DAY_TRIES / 10; host++) {
      const headers = from(`198.51.${host}.7`);
      const tries = await Promise.all(Array.from({ length: 10 }, () => signIn(email, "wrong password", headers)));
      statuses.push(...tries.map(({ status }) => status));
    }
    expect(statuses).toEqual([...Array(DAY_TRIES).fill(401), ...Array(10).fill(429)]);
    const seconds = await expectTooMany(await signIn(email, PASSWORD, from("192.0.2.1"))); // also with the right one
    expect(seconds).toBeGreaterThan(23 * 3600);
    expect((await signIn(email, PASSWORD, { ...from("192.0.2.2"), Cookie })).status).toBe(200);
    // The mark is of this account alone, and of no other.
    const other = await server.accounts.account("provider");
    for (let host = 0; host < DAY_TRIES / 10; host++)
      await Promise.all(Array.from({ length: 10 }, () => signIn(other.email, "wrong", from(`198.18.${host}.7`))));
    await expectTooMany(await signIn(other.email, PASSWORD, { ...from("192.0.2.3"), Cookie }));
    wait(24 * 3600 + 1);
    expect((await signIn(email, PASSWORD, from("192.0.2.1"))).status).toBe(200);
  });

  describe("when strangers have used up the day's tries at an account", () => {
    const from = (address: string) => ({ "X-Forwarded-For": address });
    const HOME = "203.0.113.1";
    const known = (answer: Response) =>
      answer.headers
        .getSetCookie()
        .find((cookie) => cookie.startsWith("cmix-known="))
        ?.split(";")[0] ?? "";

    beforeEach(() => {
      options = FEW_TRIES;
    });

    async function useUp(email: string): Promise<void> {
      for (let host = 0; host <= DAY_TRIES / 10; host++)
        await Promise.all(Array.from({ length: 10 }, () => signIn(email, "wrong", from(`198.51.${host}.7`))));
      await expectTooMany(await signIn(email, PASSWORD, from("192.0.2.1")));
    }

    it("its owner gets in with a new browser where another one is signed in, and a guesser there has as many a day", async () => {
      await start();
      const { email } = await server.accounts.account("viewer");
      await signIn(email, PASSWORD, from(HOME));
      await useUp(email);
      expect((await signIn(email, PASSWORD, from(HOME))).status).toBe(200); // brings no cookie
      let refused = 0;
      for (let i = 0; i < DAY_TRIES + 10; i++) {
        refused += (await signIn(email, "wrong", from(HOME))).status === 429 ? 1 : 0;
        if (i % 10 === 9) wait(15 * 60 + 1);
      }
      expect(refused).toBe(10);
    });

    it("the way in ends with the sessions there, and is of this account alone", async () => {
      await start();
      const [{ email }, other] = [await server.accounts.account("viewer"), await server.accounts.account("provider")];
      await signIn(other.email, PASSWORD, from(HOME));
      await useUp(email);
      await expectTooMany(await signIn(email, PASSWORD, from(HOME)));
      wait(24 * 3600 + 1);
      await signIn(email, PASSWORD, from(HOME));
      await useUp(email);
      server.advance(8 * 24 * 3600); // no session was used meanwhile
      await expectTooMany(await signIn(email, PASSWORD, from(HOME)));
    });

    it("its owner gets in anywhere by a link to a new password", async () => {
      await start();
      const { email, accountId } = await server.accounts.account("viewer");
      await useUp(email);
      const asked = [undefined, await server.as("administrator")] as const;
      const made = await api("POST", `admin/accounts/${accountId}/password-link`, ...asked);
      const token = ((await made.json()) as { path: string }).path.split("#")[1];
      const set = await api("POST", "new-password", { token, password: `${PASSWORD} 2` }, from("192.0.2.9"));
      expect(set.status).toBe(204);
      const again = await signIn(email, `${PASSWORD} 2`, { ...from("192.0.2.9"), Cookie: known(set) });
      expect(again.status).toBe(200);
      await expectTooMany(await signIn(email, `${PASSWORD} 2`, from("192.0.2.10")));
    });

    it("who shares the owner's address keeps a browser that is known from nothing", async () => {
      await start();
      const { email } = await server.accounts.account("viewer");
      const Cookie = known(await signIn(email, PASSWORD, from(HOME)));
      for (let i = 0; i < 110; i++) await signIn(i < 20 ? email : `x${i}@example.org`, "wrong", from(HOME));
      await expectTooMany(await signIn(email, PASSWORD, from(HOME)));
      expect((await signIn(email, PASSWORD, { ...from(HOME), Cookie })).status).toBe(200);
      const guess = (i: number) => signIn(email, "wrong", { ...from(`192.0.2.${i}`), Cookie });
      const guesses = [];
      for (let i = 0; i < 11; i++) guesses.push((await guess(i)).status);
      expect(guesses).toEqual([...Array(10).fill(401), 429]); // a mark that was stolen
    });
  });

  it("does not count who signs in rightly", async () => {
    await start();
    const { email } = await server.accounts.account("viewer");
    for (let i = 0; i < 25; i++) expect((await signIn(email, PASSWORD)).status).toBe(200);
  });

  it("counts one address over all accounts", async () => {
    options = { limits: { rates: { ...DEFAULT_RATES, signInAddress: { points: 4, duration: 60 } } } };
    await start();
    for (let i = 0; i < 4; i++) expect((await signIn(`n${i}@example.org`, "wrong password")).status).toBe(401);
    await expectTooMany(await signIn("n5@example.org", "wrong password"));
  });

  it("refuses the eleventh account from one address within an hour", async () => {
    await start();
    const register = (i: number) =>
      api("POST", "accounts", { role: "viewer", email: `r${i}@example.org`, password: PASSWORD });
    for (let i = 0; i < 10; i++) expect((await register(i)).status).toBe(201);
    await expectTooMany(await register(10));
    wait(3601);
    expect((await register(11)).status).toBe(201);
  });

  it("refuses guessing the password of a session that is open", async () => {
    await start();
    const headers = await server.as("viewer");
    const guess = () => api("PUT", "account/password", { password: "wrong", newPassword: PASSWORD }, headers);
    for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(400);
    await expectTooMany(await guess());
    await expectTooMany(await api("POST", "account/deletion", { password: PASSWORD }, headers));
  });

  it("hashes two passwords at a time, and for an unknown account as well", async () => {
    await start();
    const passwords = new Passwords();
    const known = await passwords.hash(PASSWORD);
    const checks = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        passwords.verify(i % 3 === 0 ? PASSWORD : "wrong", i % 2 === 0 ? known : undefined),
      ),
    );
    expect(checks).toEqual(Array.from({ length: 12 }, (_, i) => i % 6 === 0));
    const crowd = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify("wrong", undefined)));
    const refused = crowd.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(60 - 52); // 2 at work and 50 waiting
  });
});

describe("S1 addresses and proxies", () => {
  const forwarded = (address: string) => ({ "X-Forwarded-For": address });

  it("believes no X-Forwarded-For of a stranger", async () => {
    await start();
    const { email } = await server.accounts.account("viewer");
    for (let i = 0; i < 10; i++) await signIn(email, "wrong password", forwarded(`10.0.0.${i}`));
    await expectTooMany(await signIn(email, "wrong password", forwarded("10.0.0.99")));
  });

  it("counts by the client behind a proxy that is named, whatever that client claims itself", async () => {
    options = { trustProxy: ["127.0.0.1", "10.0.0.0/8"] };
    await start();
    const { email } = await server.accounts.account("viewer");
    for (let i = 0; i < 10; i++) await signIn(email, "wrong password", forwarded(`9.9.9.${i}, 203.0.113.7, 10.1.2.3`));
    await expectTooMany(await signIn(email, "wrong password", forwarded("1.1.1.1, 203.0.113.7")));
    expect((await signIn(email, PASSWORD, forwarded("203.0.113.8"))).status).toBe(200);
    // Of IPv6, 64 bits are one customer's.
    for (let i = 0; i < 10; i++) await signIn(email, "wrong password", forwarded(`2001:db8::${i}`));
    await expectTooMany(await signIn(email, PASSWORD, forwarded("2001:db8::ffff")));
    expect((await signIn(email, PASSWORD, forwarded("2001:db8:0:1::1"))).status).toBe(200);
  });

  it("gives a cookie for encrypted connections only, where the proxy says that it encrypts", async () => {
    options = { trustProxy: ["127.0.0.1"] };
    await start();
    const { email } = await server.accounts.account("viewer");
    const https = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "cmix.example", Origin: "https://cmix.example" };
    const secure = await signIn(email, PASSWORD, https);
    expect(secure.headers.get("Set-Cookie")).toMatch(
      /^__Host-cmix=[\w-]{43}; .*Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await signIn(email, PASSWORD, { ...https, Origin: "https://evil.example" })).status).toBe(403);
    expect((await signIn(email, PASSWORD)).headers.get("Set-Cookie")).toMatch(/^cmix=/);
  });

  it("says what is wrong with a proxy's address", async () => {
    await start();
    options = { trustProxy: ["proxy.local"] };
    await expect(startTestServer(options)).rejects.toThrow(/"proxy.local" is neither an address nor a range: give/);
  });

  it("speaks https with a certificate and its key, and says when one is missing", async () => {
    await start();
    const { folder } = server;
    const [tlsKey, tlsCert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-days", "2"];
    await promisify(execFile)("openssl", [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      tlsKey,
      "-out",
      tlsCert,
      ...subject,
    ]);
    await expect(startTestServer({ tlsCert })).rejects.toThrow(/both a certificate and its key/);
    await expect(startTestServer({ tlsCert, tlsKey: `${tlsKey}.none` })).rejects.toThrow(/cannot be read/);
    await expect(startTestServer({ tlsCert: tlsKey, tlsKey: tlsCert })).rejects.toThrow(
      /are no certificate and its key/,
    );
    const secure = await startTestServer({ tlsCert, tlsKey });
    try {
      expect(secure.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect(secure.firstAdministratorUrl).toMatch(/^https:/);
      const token = secure.firstAdministratorUrl?.split("#")[1];
      const body = JSON.stringify({ token, email: "first@example.org", password: PASSWORD });
      const cookies = await new Promise<string[]>((resolve, reject) => {
        const headers = { "Content-Type": "application/json" };
        const sent = request(
          `${secure.url}/api/first-administrator`,
          { method: "POST", headers, rejectUnauthorized: false },
          (answer) => {
            answer.resume();
            resolve(answer.headers["set-cookie"] ?? []);
          },
        );
        sent.on("error", reject).end(body);
      });
      expect(cookies).toEqual([
        expect.stringMatching(/^__Host-cmix=.*; Secure; SameSite=Lax$/),
        expect.stringMatching(/^__Host-cmix-known=.*; Secure; SameSite=Lax$/),
      ]);
    } finally {
      await secure.close();
    }
  });
});

describe("S1 the first administrator", () => {
  const tokenOf = (url: string | undefined) => url?.split("#")[1];
  const make = (token: string | undefined, email = "first@example.org") =>
    api("POST", "first-administrator", { token, email, password: PASSWORD });

  it("is made by the printed link, once, also for many at the same time", async () => {
    await start();
    expect(server.firstAdministratorUrl).toMatch(new RegExp(`^${server.url}/first-admin#[\\w-]{43}$`));
    const token = tokenOf(server.firstAdministratorUrl);
    expect((await make("A".repeat(43))).status).toBe(404);
    const weak = { token, email: "first@example.org", password: "password1" };
    expect((await api("POST", "first-administrator", weak)).status).toBe(400);
    const answers = await Promise.all([1, 2, 3, 4].map((i) => make(token, `first${i}@example.org`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404]);
    expect((await make(token)).status).toBe(404);
    await server.restart();
    expect(server.firstAdministratorUrl).toBeUndefined();
    expect((await make(token)).status).toBe(404);
  });

  it("gets a new link at each start until it is made; the one before is worth nothing", async () => {
    await start();
    const before = tokenOf(server.firstAdministratorUrl);
    await server.restart();
    const token = tokenOf(server.firstAdministratorUrl);
    expect(token).not.toBe(before);
    expect((await make(before)).status).toBe(404);
    expect((await make(token)).status).toBe(201);
  });

  it("can be made anew by a start that asks for it", async () => {
    options = { administratorLink: true };
    await start();
    await server.as("administrator");
    await server.restart();
    expect((await make(tokenOf(server.firstAdministratorUrl))).status).toBe(201);
  });

  it("keeps its link when the e-mail address turns out to be taken", async () => {
    await start();
    const { email } = await server.accounts.account("viewer");
    const token = tokenOf(server.firstAdministratorUrl);
    expect((await make(token, email)).status).toBe(409);
    expect((await make(token)).status).toBe(201);
  });
});

describe("S1 what is kept how long", () => {
  it("removes entries of the access log after the days set, and sessions that are over", async () => {
    options = { accessLogDays: 10 };
    await start();
    const events = async () => {
      const answer = await api("GET", "admin/access-log", undefined, await server.as("administrator"));
      return ((await answer.json()) as { entries: { event: string }[] }).entries.map(({ event }) => event);
    };
    await server.as("administrator");
    await server.accounts.account("viewer");
    server.advance(5 * 24 * 3600);
    await signIn("viewer@example.org", "wrong password");
    expect((await events()).filter((event) => event === "registered")).toHaveLength(2);
    expect(countSessions()).toBe(3); // the administrator registered, and signed in in another browser
    server.advance(6 * 24 * 3600);
    await server.restart();
    expect(countSessions()).toBe(1); // used 6 days ago; the other two were not for 11
    const left = await events();
    expect(left).not.toContain("registered");
    expect(left).toContain("sign_in_failed");
  });
});

function countSessions(): number {
  const database = new Database(join(server.folder, "data", DATABASE_FILE), { readonly: true });
  try {
    return (database.prepare("select count(*) as count from sessions").get() as { count: number }).count;
  } finally {
    database.close();
  }
}
