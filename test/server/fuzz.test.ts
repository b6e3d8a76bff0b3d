/**
 * Every route of /openapi.json that takes anything, asked with what it does not expect: 20 requests a route from one seed; CMIX_FUZZ says
 * how many and CMIX_SEED from where.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { encode as encodeBmp } from "bmp-ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATABASE_FILE } from "../../server/config.ts";
import { verifyLedger } from "../../server/verify-ledger.ts";
import { createRandom } from "../support/fills.ts";
import { Generator, HOSTILE_TEXTS, HTML, type JsonSchema } from "../support/hostile-values.ts";
import {
  askSecret,
  HOUSE_CM,
  makePair,
  openTestPlay,
  startTestServer,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";
import type { Headers } from "./test-accounts.ts";

const REQUESTS = Number(process.env.CMIX_FUZZ ?? 20);
const SEED = Number(process.env.CMIX_SEED ?? 7);

interface Operation {
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: "path" | "query" | "header"; schema?: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}
interface Route {
  method: string;
  path: string;
  operation: Operation;
}

const HOSTILE_PLACES = [
  ...HOSTILE_TEXTS.map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ""))),
  "..%2f..%2fcmix.key",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "..%5c..%5cx",
  "%00",
  "%ff%fe",
  "%ed%a0%80",
  "%",
  "%zz",
  "%252e%252e%252f",
  "0".repeat(33),
  "F".repeat(32),
  "0".repeat(31),
  "*",
];

let server: TestServer;
let routes: Route[];
let schemas: Record<string, JsonSchema>;
/** What there is, by the name of the parameter. */
let known: Record<string, string>;
let playCookie: string;
let video: Buffer;

beforeAll(async () => {
  server = await startTestServer({
    openRegistration: true,
    // No name leads anywhere: nobody outside is asked.
    outbound: { allowLoopback: false, lookup: (_name, _options, done) => done(new Error("no such name"), "") },
  });
  const pair = await makePair({ seconds: 3 });
  await uploadPair(server, pair);
  video = await readFile(HOUSE_CM);
  const admin = await server.as("administrator");
  const image = encodeBmp({ width: 8, height: 8, data: Buffer.alloc(256, 90) }).data;
  const added = await fetch(`${server.url}/api/cms`, {
    method: "POST",
    headers: { ...admin, "Content-Type": "application/octet-stream" },
    body: image as BodyInit,
  });
  const play = await openTestPlay(server, pair.mainId);
  playCookie = play.cookie;
  known = {
    mainId: pair.mainId,
    playId: play.playId,
    cmId: ((await added.json()) as { id: string }).id,
    accountId: (await server.accounts.account("viewer")).accountId,
  };
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, JsonSchema> };
  };
  schemas = document.components.schemas;
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  // What removes comes last: the others need what there is.
  routes = all
    .filter(({ operation }) => operation.requestBody !== undefined || (operation.parameters ?? []).length > 0)
    .sort((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));
});
afterAll(() => server.close());

/** A request to a route: what it takes, or what it does not. */
function requestTo({ method, path, operation }: Route, make: Generator) {
  const ids = Object.values(known);
  const query = new URLSearchParams();
  const extra: string[] = [];
  const headers: Headers = {};
  let address = path;
  for (const { name, in: place, schema } of operation.parameters ?? []) {
    if (place === "path") {
      const id = known[name] ?? "0".repeat(32);
      address = address.replace(`{${name}}`, make.isChance(3) ? make.pick(HOSTILE_PLACES) : id);
    } else if (place === "query") {
      if (make.isChance(2)) extra.push(`${name}=${make.pick(HOSTILE_PLACES)}`);
      else query.set(name, String(make.allowed(schema, ids)));
    } else headers[name] = make.pick(HOSTILE_TEXTS).replace(/[^\x20-\x7e]/g, "");
  }
  if (make.isChance(8)) extra.push("__proto__[x]=1", "constructor=1");
  const [type = "", content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  let body: string | Uint8Array | undefined;
  if (type === "application/json") {
    const value = make.allowed(content?.schema, ids);
    body = make.isChance(4) ? make.brokenJson(value) : JSON.stringify(make.isChance(4) ? value : make.spoilt(value));
  } else if (content !== undefined) {
    const bytes = make.pick([video.subarray(0, 3000), Buffer.from(HTML), Buffer.from("\x89PNG\r\n\x1a\n"), video]);
    body = make.isChance(2) ? bytes : bytes.subarray(0, 200);
  }
  if (type !== "") headers["Content-Type"] = make.isChance(10) ? make.pick(["text/html", "text/plain", "x/y"]) : type;
  const search = [query.toString(), ...extra].filter((part) => part !== "").join("&");
  return { method, url: `${server.url}${address}${search === "" ? "" : `?${search}`}`, headers, body };
}

const isGuarded = ({ security }: Operation): boolean => security?.[0]?.session !== undefined;

describe("S1-S15 hostile requests to every route", () => {
  it(
    `get an answer below 500 that runs in no page (${REQUESTS} a route, seed ${SEED})`,
    async () => {
      const statuses: Record<number, number> = {};
      const admin = await server.as("administrator");
      const make = new Generator(createRandom(SEED), schemas);
      for (const route of routes) {
        for (let n = 0; n < REQUESTS; n++) {
          const { method, url, headers, body } = requestTo(route, make);
          // Where nobody need be signed in, a sign-in would end the administrator's session.
          const session = isGuarded(route.operation) ? admin : { Cookie: playCookie };
          const answer = await fetch(url, {
            method,
            headers: { ...headers, ...session },
            redirect: "manual",
            ...(body !== undefined && { body: body as BodyInit }),
          });
          const text = await answer.text();
          const context = `${n}. ${method} ${url} ${JSON.stringify(headers)} ${String(body).slice(0, 300)} → ${answer.status} ${text.slice(0, 300)}`;
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          expect(answer.status, context).toBeLessThan(500);
          expect(answer.headers.get("X-Content-Type-Options"), context).toBe("nosniff");
          if (answer.headers.get("Content-Type")?.startsWith("text/html"))
            expect(text, context).not.toContain("onerror");
          if (answer.status >= 400 && method !== "HEAD") expect(text, context).toMatch(/^\{"error":\{"code":"[a-z_]+"/);
          expect(text, context).not.toMatch(/node_modules|\/server\/\w+\/|SQLITE_|argon2id/);
        }
      }
      if (process.env.CMIX_FUZZ !== undefined) console.info(JSON.stringify(statuses));
      // Neither all refused at the door nor all let through.
      expect(statuses[200], JSON.stringify(statuses)).toBeGreaterThan(routes.length);
      expect(statuses[400], JSON.stringify(statuses)).toBeGreaterThan(routes.length);
      expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
    },
    60_000 + REQUESTS * 3000,
  );

  it("leave a whole database, a whole ledger and a server that goes on", async () => {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/api/videos`)).status).toBe(200);
    const pair = await makePair({ seconds: 2 });
    await uploadPair(server, pair);
    const play = await openTestPlay(server, pair.mainId);
    await watchCm(server, play);
    expect((await askSecret(server, play)).status).toBe(200);
    await server.houseKeep();
    expect(server.logged.filter(({ event }) => event === "housekeeping-failed")).toEqual([]);
    await server.stop();
    expect((await verifyLedger(join(server.folder, "data"))).entries).toBeGreaterThan(0);
    const database = new Sqlite(join(server.folder, "data", DATABASE_FILE), { readonly: true });
    expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(database.pragma("foreign_key_check")).toEqual([]);
    database.close();
  });
});
