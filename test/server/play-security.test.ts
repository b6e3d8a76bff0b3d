/** What /openapi.json says of who may ask for a play is what the service does. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPlay,
  type ErrorBody,
  makePair,
  type OpenPlay,
  openTestPlay,
  startTestServer,
  type TestServer,
  uploadPair,
} from "./harness.ts";

/** Bodies that are understood. */
const BODIES: Record<string, object> = {
  moves: { kind: "next" },
  tickets: { segment: 0 },
  seek: { segment: 0 },
  secret: {},
  events: { events: [{ id: "a", kind: "click", number: 1 }] },
  surroundings: { number: 1 },
};

interface Operation {
  security?: Record<string, string[]>[];
}

let server: TestServer;
let play: OpenPlay;
let mainId: string;
let document: {
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, { in: string; name: string }> };
};
beforeAll(async () => {
  server = await startTestServer();
  const pair = await makePair({ seconds: 4 });
  await uploadPair(server, pair);
  ({ mainId } = pair);
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as typeof document;
});
afterAll(() => server.close());

/** Routes of one play, by what stands behind its id. */
function playRoutes(): { rest: string; method: string; security: Record<string, string[]>[] | undefined }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) => {
    const [, rest] = /^\/api\/plays\/\{playId\}(.*)$/.exec(path) ?? [];
    return rest === undefined
      ? []
      : Object.entries(methods).map(([method, { security }]) => ({ rest, method, security }));
  });
}

const ask = (rest: string, method: string, from: OpenPlay, ticket?: string): Promise<Response> =>
  askPlay(server, from, rest, { method: method.toUpperCase(), body: BODIES[rest.slice(1)], ticket });
const codeOf = async (answer: Response) => ((await answer.json()) as ErrorBody).error.code;

describe("S1 a play's routes", () => {
  it("are all for the session that opened it, and say so", async () => {
    const routes = playRoutes();
    expect(routes.map(({ rest }) => rest).sort()).toEqual(
      ["", "/cm", "/units", ...Object.keys(BODIES).map((name) => `/${name}`)].sort(),
    );
    play = await openTestPlay(server, mainId);
    const other = await openTestPlay(server, mainId);
    for (const { rest, method, security } of routes) {
      expect(
        security?.map((one) => one.playSession),
        rest,
      ).toEqual([[]]);
      for (const cookie of ["", other.cookie]) {
        const answer = await ask(rest, method, { ...play, cookie });
        expect([rest, answer.status, await codeOf(answer)]).toEqual([rest, 403, "foreign_session"]);
      }
    }
  });

  it("take a ticket where they say so, and there only", async () => {
    for (const { rest, method, security } of playRoutes()) {
      play = await openTestPlay(server, mainId);
      const answer = await ask(rest, method, play);
      const says = security?.[0]?.ticket !== undefined;
      const needs = answer.status === 400 && /Cmix-Ticket is missing/.test(await answer.text());
      expect([rest, needs]).toEqual([rest, says]);
      expect([400, 200, 409], rest).toContain(answer.status);
      if (needs) expect([403, 410], rest).toContain((await ask(rest, method, play, "A".repeat(95))).status);
    }
  });

  it("name cookie and header as they are", async () => {
    const { playSession, ticket } = document.components.securitySchemes;
    expect(playSession).toMatchObject({ in: "cookie", name: "__Host-cmix" });
    expect(ticket).toMatchObject({ in: "header", name: "Cmix-Ticket" });
    const opened = await openTestPlay(server, mainId);
    expect(opened.cookie).toMatch(/^cmix=/);
    const schemes = Object.keys(document.components.securitySchemes);
    const used = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one))),
    );
    expect([...new Set(used)].sort()).toEqual(schemes.sort());
  });
});
