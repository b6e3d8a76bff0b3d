/** P6: information, advertisement and guidance around a video, entered by administrators and providers, chosen for the viewer. */

import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANYBODY } from "../../server/cm/choose-cm.ts";
import {
  attributesForSurroundings,
  chooseSurroundings,
  type SurroundingCandidate,
} from "../../server/surroundings/choose-surroundings.ts";
import {
  makePair,
  openTestPlay,
  post,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
} from "./harness.ts";
import { type Headers, sendJson } from "./test-accounts.ts";

const PLACE = { mainId: "m1", genre: "travel", ageLimit: 12, kindsAllowed: ["food"], kindsExcluded: ["cars"] };
const NOW = 1000;

type Change = Partial<Omit<SurroundingCandidate, "conditions">> & {
  conditions?: Partial<SurroundingCandidate["conditions"]>;
};
const entry = (id: string, { conditions, ...change }: Change = {}): SurroundingCandidate => ({
  id,
  kind: "information",
  mainId: null,
  active: true,
  kinds: [],
  ageLimit: 0,
  createdAt: 0,
  ...change,
  conditions: { ...ANYBODY, ...conditions },
});
const chosen = (candidates: SurroundingCandidate[], viewer = {}) =>
  chooseSurroundings(candidates, PLACE, viewer, NOW).map(({ id }) => id);

describe("P6 what stands around a video", () => {
  it.each<[string, Change, object, boolean]>([
    ["suits everybody without conditions", {}, {}, true],
    ["is switched off", { active: false }, {}, false],
    ["is another video's", { mainId: "m2" }, {}, false],
    ["is this video's", { mainId: "m1" }, {}, true],
    ["is for older viewers than the video", { ageLimit: 18 }, {}, false],
    ["is for videos of another genre", { conditions: { genres: ["news"] } }, {}, false],
    ["begins later", { conditions: { fromAt: NOW + 1 } }, {}, false],
    ["is over", { conditions: { untilAt: NOW } }, {}, false],
    ["wants an age that was not told", { conditions: { ageMin: 18 } }, {}, false],
    ["wants an age that the viewer has", { conditions: { ageMin: 18, ageMax: 30 } }, { age: 20 }, true],
    ["wants a language that the viewer reads", { conditions: { languages: ["ja"] } }, { languages: ["ja-JP"] }, true],
    ["wants another gender", { conditions: { genders: ["female"] } }, { gender: "male" }, false],
    [
      "is an advertisement of a kind that the provider excludes",
      { kind: "advertisement", kinds: ["cars", "food"] },
      {},
      false,
    ],
    ["is an advertisement of none of the kinds allowed", { kind: "advertisement", kinds: ["books"] }, {}, false],
    ["is an advertisement of a kind allowed", { kind: "advertisement", kinds: ["food"] }, {}, true],
    ["is information, which those kinds do not bind", { kinds: ["cars"] }, {}, true],
  ])("%s", (_name, change, viewer, isShown) => {
    expect(chosen([entry("one", change)], viewer)).toEqual(isShown ? ["one"] : []);
  });

  it("comes in the order of what the viewer asked for, likes, the video's own, the newest; two of a kind at most", () => {
    const all = [
      entry("old"),
      entry("new", { createdAt: 5 }),
      entry("own", { mainId: "m1" }),
      entry("liked", { kinds: ["travel"] }),
      entry("asked", { kinds: ["food"] }),
      entry("guide", { kind: "guidance" }),
    ];
    expect(chosen(all, { kinds: ["food"], genres: ["travel"] })).toEqual(["asked", "liked", "guide"]);
    expect(chosen(all)).toEqual(["own", "new", "guide"]);
  });

  it("names the attributes that matter for it", () => {
    const around = [
      entry("a", { conditions: { ageMin: 3 } }),
      entry("b", { mainId: "m2", conditions: { genders: ["x"] } }),
    ];
    expect(attributesForSurroundings(around, PLACE, NOW)).toEqual(["age"]);
  });
});

describe("P6 over HTTP", () => {
  let server: TestServer;
  let pair: TestPair;
  let admin: Headers;
  let provider: Headers;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair();
    await uploadPair(server, pair);
    [admin, provider] = await Promise.all([server.as("administrator"), server.as("provider")]);
  });
  afterAll(() => server.close());

  const send = (method: string, path: string, body: unknown, headers: Headers) =>
    sendJson(`${server.url}/api/surroundings${path}`, method, body, headers);
  const add = async (body: object, headers: Headers) => {
    const answer = await send("POST", "", { kind: "information", title: "An entry", ...body }, headers);
    expect(answer.status).toBe(201);
    return (await answer.json()) as { id: string; imageUrl: string | null };
  };

  it("shows what suits the attributes of this play, to its own session only", async () => {
    const all = await add({ title: "For all", text: "Read me", link: "https://example.org/" }, admin);
    const adults = await add({ kind: "advertisement", title: "For adults", conditions: { ageMin: 18 } }, admin);
    const conditions = await post(`${server.url}/api/plays/conditions`, { mainIds: [pair.mainId] }, {});
    expect(await conditions.json()).toEqual({ attributes: ["age"] });
    const { playId, cookie } = await openTestPlay(server, pair.mainId);
    const ask = async (body: object, headers: Record<string, string> = { Cookie: cookie }) =>
      post(`${server.url}/api/plays/${playId}/surroundings`, { number: 1, ...body }, headers);
    const ids = async (body: object) =>
      ((await (await ask(body)).json()) as { surroundings: { id: string }[] }).surroundings.map(({ id }) => id);
    expect(await ids({})).toEqual([all.id]);
    expect(await ids({ attributes: { age: 30 } })).toEqual([all.id, adults.id]);
    expect((await (await ask({})).json()).surroundings[0]).toEqual({
      id: all.id,
      kind: "information",
      title: "For all",
      text: "Read me",
      link: "https://example.org/",
      imageUrl: null,
    });
    expect((await ask({}, {})).status).toBe(403);
    expect((await ask({ number: 2 })).status).toBe(416);
    expect((await send("PATCH", `/${all.id}`, { active: false }, admin)).status).toBe(200);
    expect((await send("DELETE", `/${adults.id}`, undefined, admin)).status).toBe(204);
    expect(await ids({ attributes: { age: 30 } })).toEqual([]);
    await server.restart();
    expect(
      ((await (await send("GET", "", undefined, admin)).json()) as { surroundings: object[] }).surroundings,
    ).toHaveLength(1);
  });

  it("lets providers enter what belongs to their own videos, and nothing else", async () => {
    const refused = await send("POST", "", { kind: "guidance", title: "Everywhere" }, provider);
    expect(refused.status).toBe(403);
    const foreign = await makePair({ seconds: 2 });
    expect((await send("POST", "", { kind: "guidance", title: "x", mainId: foreign.mainId }, provider)).status).toBe(
      404,
    );
    const admins = await add({ title: "The service's" }, admin);
    expect((await send("PATCH", `/${admins.id}`, { title: "mine" }, provider)).status).toBe(403);
    expect((await send("DELETE", `/${admins.id}`, undefined, provider)).status).toBe(403);
  });

  it("refuses what nobody could see, and links that are no https", async () => {
    for (const body of [
      { conditions: { from: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" } },
      { conditions: { ageMin: 30, ageMax: 20 } },
      { link: "javascript:alert(1)" },
      { link: "http://example.org" },
      { title: "" },
      { kind: "poem" },
    ]) {
      expect((await send("POST", "", { kind: "information", title: "x", ...body }, admin)).status).toBe(400);
    }
  });

  it("takes a JPEG or PNG image, decoded, and gives it to everybody", async () => {
    const { id } = await add({ title: "With an image" }, admin);
    const png = new PNG({ width: 8, height: 8 });
    png.data.fill(200);
    const put = (bytes: Uint8Array) =>
      fetch(`${server.url}/api/surroundings/${id}/image`, {
        method: "PUT",
        headers: { ...admin, "Content-Type": "application/octet-stream" },
        body: bytes as BodyInit,
      });
    expect((await put(Buffer.from("GIF89a, at least thirty-two bytes of it"))).status).toBe(422);
    expect((await put(Buffer.alloc(300 << 10))).status).toBe(413);
    const bytes = PNG.sync.write(png);
    expect((await put(bytes.subarray(0, 60))).status).toBe(422);
    const { imageUrl } = (await (await put(bytes)).json()) as { imageUrl: string };
    const image = await fetch(server.url + imageUrl);
    expect(image.headers.get("Content-Type")).toBe("image/png");
    expect(Buffer.from(await image.arrayBuffer())).toEqual(bytes);
    expect((await send("DELETE", `/${id}/image`, undefined, admin)).status).toBe(204);
    expect((await fetch(server.url + imageUrl)).status).toBe(404);
  });
});
