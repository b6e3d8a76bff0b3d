/** Every route against every kind of caller. A route that is not in the table fails the test. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../server/accounts/roles.ts";
import { type ErrorBody, startTestServer, type TestServer } from "./harness.ts";
import { browserHeaders, type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

const CALLERS = ["nobody", "guest", "viewer", "provider", "sponsor", "administrator", "disabled"] as const;
type Caller = (typeof CALLERS)[number];

/** Who is let in: one letter a caller, in the order above; "." is refused with 401 or 403. */
const ROUTES: Record<string, string> = {
  // Anyone, without a session too.
  "get /healthz": "ngvpsad",
  "get /readyz": "ngvpsad",
  "get /metrics": "ngvpsad",
  "get /openapi.json": "ngvpsad",
  "get /api/session": "ngvpsad",
  "post /api/session": "ngvpsad",
  "post /api/accounts": "ngvpsad",
  "post /api/first-administrator": "ngvpsad",
  "post /api/new-password": "ngvpsad",
  "post /api/forgotten-password": "ngvpsad",
  "get /api/videos": "ngvpsad",
  "get /api/videos/{mainId}": "ngvpsad",
  "get /api/videos/{mainId}/poster": "ngvpsad",
  "get /api/videos/{mainId}/teaser": "ngvpsad",
  "get /api/mains/{mainId}": "ngvpsad",
  "get /api/mains/{mainId}/hashes": "ngvpsad",
  "get /api/mains/{mainId}/poster": "ngvpsad",
  "get /api/mains/{mainId}/companion": "ngvpsad",
  "get /api/oembed": "ngvpsad",
  "get /api/videos/{mainId}/parts": "ngvpsad",
  "get /api/rights-keys/{keyId}": "ngvpsad",
  "get /api/mark-records/{recordId}": "ngvpsad",
  "post /api/plays": "ngvpsad",
  "post /api/plays/conditions": "ngvpsad",
  "get /api/plays/{playId}": "ngvpsad",
  "post /api/plays/{playId}/moves": "ngvpsad",
  "post /api/plays/{playId}/tickets": "ngvpsad",
  "post /api/plays/{playId}/events": "ngvpsad",
  "get /api/plays/{playId}/cm": "ngvpsad",
  "get /api/plays/{playId}/units": "ngvpsad",
  "post /api/plays/{playId}/seek": "ngvpsad",
  "post /api/plays/{playId}/secret": "ngvpsad",
  "post /api/plays/{playId}/surroundings": "ngvpsad",
  "get /api/surroundings/{surroundingId}/image": "ngvpsad",
  // Whoever has a session.
  "delete /api/session": ".gvpsa.",
  // Accounts.
  "delete /api/sessions": "..vpsa.",
  "get /api/account": "..vpsa.",
  "get /api/account/access-log": "..vpsa.",
  "get /api/account/export": "..vpsa.",
  "get /api/account/attributes": "..vpsa.",
  "get /api/account/membership": "..vpsa.",
  "get /api/account/points": "..vpsa.",
  "post /api/account/spendings": "..vpsa.",
  "post /api/account/vouchers": "..vpsa.",
  "patch /api/account/attribute-requests/{number}": "..vpsa.",
  "delete /api/account/attributes/{name}": "..vpsa.",
  "patch /api/account": "..vpsa.",
  "put /api/account/password": "..vpsa.",
  "post /api/account/deletion": "..vpsa.",
  // Who divides (claim 6).
  "get /api/uploads": "...p.a.",
  "post /api/uploads": "...p.a.",
  "head /api/uploads/{uploadId}": "...p.a.",
  "patch /api/uploads/{uploadId}": "...p.a.",
  "delete /api/uploads/{uploadId}": "...p.a.",
  "patch /api/videos/{mainId}": "...p.a.",
  "delete /api/videos/{mainId}": "...p.a.",
  "put /api/mains/{mainId}/address": "...p.a.",
  "get /api/reports": "...p.a.",
  "get /api/reports/summary": "...p.a.",
  "get /api/reports/settings": "...p.a.",
  "put /api/reports/settings": "...p.a.",
  "get /api/reports/{reportId}": "...p.a.",
  "get /api/videos/{mainId}/downloads": "...p.a.",
  "get /api/videos/{mainId}/webhook": "...p.a.",
  "put /api/videos/{mainId}/webhook": "...p.a.",
  "put /api/videos/{mainId}/poster": "...p.a.",
  "delete /api/videos/{mainId}/poster": "...p.a.",
  "put /api/videos/{mainId}/teaser": "...p.a.",
  "delete /api/videos/{mainId}/teaser": "...p.a.",
  "get /api/account/divisions": "...p.a.",
  "get /api/account/conditions": "...p.a.",
  "get /api/attribute-requests": "...p.a.",
  "get /api/groups": "...p.a.",
  "get /api/restriction-options": "...p.a.",
  "get /api/reservations": "...p.a.",
  "post /api/reservations": "...p.a.",
  "patch /api/reservations/{reservationId}": "...p.a.",
  "delete /api/reservations/{reservationId}": "...p.a.",
  "get /api/jobs": "...p.a.",
  "post /api/jobs": "...p.a.",
  "get /api/jobs/{jobId}": "...p.a.",
  "patch /api/jobs/{jobId}": "...p.a.",
  "delete /api/jobs/{jobId}": "...p.a.",
  "post /api/jobs/{jobId}/start": "...p.a.",
  "post /api/jobs/{jobId}/cancel": "...p.a.",
  "get /api/rights-keys": "...p.a.",
  "post /api/rights-keys": "...p.a.",
  "delete /api/rights-keys/{keyId}": "...p.a.",
  "get /api/mark-records": "...p.a.",
  "post /api/mark-records": "...p.a.",
  "delete /api/mark-records/{recordId}": "...p.a.",
  "put /api/groups/{name}": "...p.a.",
  "post /api/attribute-requests": "...p.a.",
  "get /api/videos/{mainId}/conditions": "...p.a.",
  "patch /api/videos/{mainId}/conditions": "...p.a.",
  "get /api/surroundings": "...p.a.",
  "post /api/surroundings": "...p.a.",
  "patch /api/surroundings/{surroundingId}": "...p.a.",
  "delete /api/surroundings/{surroundingId}": "...p.a.",
  "put /api/surroundings/{surroundingId}/image": "...p.a.",
  "delete /api/surroundings/{surroundingId}/image": "...p.a.",
  // Administration.
  "get /api/admin/accounts": ".....a.",
  "patch /api/admin/accounts/{accountId}": ".....a.",
  "post /api/admin/accounts/{accountId}/password-link": ".....a.",
  "get /api/admin/access-log": ".....a.",
  "get /api/admin/divisions": ".....a.",
  "post /api/videos/{mainId}/complaints": "ngvpsad",
  "get /api/admin/complaints": ".....a.",
  "patch /api/admin/complaints/{number}": ".....a.",
  "get /api/admin/attribute-claims": ".....a.",
  "get /api/admin/point-rules": ".....a.",
  "put /api/admin/point-rules": ".....a.",
  "get /api/admin/accounts/{accountId}/membership": ".....a.",
  "post /api/admin/accounts/{accountId}/grants": ".....a.",
  "delete /api/admin/accounts/{accountId}/periods/{number}": ".....a.",
  "put /api/restriction-options": ".....a.",
  "get /api/admin/vouchers": ".....a.",
  "post /api/admin/vouchers": ".....a.",
  "delete /api/admin/vouchers/{voucherId}": ".....a.",
  "put /api/admin/attribute-claims/{accountId}/{name}": ".....a.",
  "get /api/admin/certifiers": ".....a.",
  "post /api/admin/certifiers": ".....a.",
  "delete /api/admin/certifiers/{certifierId}": ".....a.",
  // Programs, by a token (attributes.test.ts).
  "get /api/certifier/claims": ".......",
  "put /api/certifier/claims/{accountId}/{name}": ".......",
  "get /api/cms": ".....a.",
  "post /api/cms": ".....a.",
  "patch /api/cms/{cmId}": ".....a.",
  "delete /api/cms/{cmId}": ".....a.",
  "post /api/cms/address": ".....a.",
  "get /api/cms/{cmId}/file": ".....a.",
  "get /api/cms/{cmId}/webhook": ".....a.",
  "put /api/cms/{cmId}/webhook": ".....a.",
};

interface Operation {
  security?: Record<string, string[]>[];
}

let server: TestServer;
let described: Record<string, Operation>;
/** Of an account that was signed in when it was disabled. */
let disabled: Headers;

beforeAll(async () => {
  server = await startTestServer();
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  described = Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation]),
    ),
  );
  const login = { email: "disabled@example.org", password: PASSWORD };
  const made = await sendJson(`${server.url}/api/accounts`, "POST", { role: "viewer", ...login });
  const { accountId } = (await made.clone().json()) as { accountId: string };
  disabled = await browserHeaders(server.url, made);
  const change = { status: "disabled", role: "administrator" };
  const url = `${server.url}/api/admin/accounts/${accountId}`;
  expect((await sendJson(url, "PATCH", change, await server.as("administrator"))).status).toBe(200);
});
afterAll(() => server.close());

async function headersOf(caller: Caller): Promise<Headers> {
  if (caller === "nobody") return {};
  return caller === "disabled" ? disabled : server.as(caller);
}

const change = (route: string) => !/^(get|head) /.test(route);

/** Bodies are empty: behind the guard the request is refused for what it says, and changes nothing. */
function ask(route: string, headers: Headers): Promise<Response> {
  const [method = "", path = ""] = route.split(" ");
  const url = `${server.url}${path.replace(/\{\w+\}/g, "0".repeat(32))}`;
  return sendJson(url, method.toUpperCase(), change(route) && method !== "delete" ? {} : undefined, headers);
}

describe("S1 D7 roles against routes", () => {
  it("the table holds every route of /openapi.json, and no other", () => {
    expect(Object.keys(ROUTES).sort()).toEqual(Object.keys(described).sort());
  });

  it.each(Object.entries(ROUTES))("%s lets in %s", async (route, row) => {
    let found = "";
    for (const caller of CALLERS) {
      const answer = await ask(route, await headersOf(caller));
      const isRefused = answer.status === 401 || answer.status === 403;
      found += isRefused ? "." : (caller[0] ?? "");
      // HEAD is answered without a body.
      if (isRefused && !route.startsWith("head "))
        expect(((await answer.json()) as ErrorBody).error.code).toMatch(/^(signed_out|forbidden)$/);
      else if (!isRefused) expect(answer.status, `${caller}: ${answer.status}`).toBeLessThan(500);
    }
    expect(found).toBe(row);
  });

  it.each(Object.entries(ROUTES))("%s says so in /openapi.json: %s", (route, row) => {
    const [security] = described[route]?.security ?? [];
    if (!row.includes(".")) {
      // Whoever opened a play may ask for it, whatever the role: play-security.test.ts.
      if (!route.includes("{playId}")) expect(security).toBeUndefined();
      return;
    }
    if (route.includes("/api/certifier/")) {
      expect(security).toEqual({ certifier: [] });
      return;
    }
    const roles: Role[] = CALLERS.flatMap((caller) =>
      caller !== "nobody" && caller !== "disabled" && row.includes(caller.charAt(0)) ? [caller] : [],
    );
    expect(security).toEqual({ session: roles, ...(change(route) && { csrf: [] }) });
  });

  it.each(Object.entries(ROUTES).filter(([route, row]) => change(route) && row.includes(".")))(
    "%s refuses its own callers (%s) without the CSRF token, and with another session's",
    async (route, row) => {
      const others = (await server.accounts.signIn("guest"))["X-Cmix-CSRF"] ?? "";
      for (const caller of CALLERS.filter((name) => name !== "nobody" && row.includes(name.charAt(0)))) {
        const headers = await headersOf(caller);
        const { Cookie = "" } = headers;
        expect((await ask(route, { Cookie })).status, caller).toBe(403);
        expect((await ask(route, { Cookie, "X-Cmix-CSRF": others })).status, caller).toBe(403);
      }
    },
  );

  it.each(Object.keys(ROUTES).filter((route) => change(route) && route.includes("/api/")))(
    "%s takes nothing from another site's page",
    async (route) => {
      const headers = await server.as("administrator");
      for (const foreign of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.example" }])
        expect((await ask(route, { ...headers, ...foreign })).status).toBe(403);
    },
  );
});
