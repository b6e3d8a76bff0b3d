/** How a route of the service is asked: address, body and headers. */
import { afterEach, expect, it, vi } from "vitest";
import { call, send } from "../../web/src/shared/api/call.ts";

interface Asked {
  address: string;
  init: RequestInit;
}

/** Answers with `body` in the service's place. */
function answering(body: unknown, status = 200): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    asked.push({ address, init });
    return Response.json(body, { status });
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it("names in braces are filled in, the query leaves out what is undefined, and the answer is read", async () => {
  const asked = answering({ cms: [] });
  expect(await call("GET /api/cms")).toEqual({ cms: [] });
  await send("GET /api/plays/{playId}/units", { path: { playId: "12ab" }, query: { most: 24, from: undefined } });
  await call("GET /api/videos?mine=1", { query: { page: 2 } });
  await call("GET /api/{of}/webhook", { path: { of: "cms/12ab" } });
  expect(asked.map(({ address, init }) => `${init.method} ${address}`)).toEqual([
    "GET /api/cms",
    "GET /api/plays/12ab/units?most=24",
    "GET /api/videos?mine=1&page=2",
    "GET /api/cms/12ab/webhook",
  ]);
  expect(asked[0]?.init).toEqual({ method: "GET", headers: {} });
});

it("a body goes as JSON, a file as it is, with the headers that are given", async () => {
  const asked = answering({});
  const headers = { "x-cmix-embedded": "1" };
  await call("POST /api/plays", { body: { mainIds: ["12ab"] }, headers });
  const file = new Blob(["picture"]);
  await send("PUT /api/videos/{mainId}/{kind}", { path: { mainId: "12ab", kind: "poster" }, file });
  expect(asked.map(({ init }) => init)).toEqual([
    { method: "POST", headers: { "content-type": "application/json", ...headers }, body: '{"mainIds":["12ab"]}' },
    { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: file },
  ]);
});

it("a refusal is a DeliveryError with the service's code", async () => {
  answering({ error: { code: "forbidden", message: "no", details: {} } }, 403);
  await expect(call("GET /api/cms")).rejects.toMatchObject({
    code: "delivery",
    message: "no",
    details: { status: 403, serviceCode: "forbidden" },
  });
});
