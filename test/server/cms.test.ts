/** S3 S15: administrators enter CMs, videos and images; each is really demuxed or decoded, and plays show it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { encode as encodeBmp } from "bmp-ts";
import { encode as encodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askSecret,
  decryptUnits,
  type ErrorBody,
  getUnits,
  HOUSE_CM,
  makePair,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";

const run = promisify(execFile);

interface AdminCm {
  id: string;
  type: string;
  active: boolean;
  seconds: number;
  deliveries: number;
  fileUrl: string;
  conditions: Record<string, unknown>;
}

let server: TestServer;
let pair: TestPair;
let admin: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair();
  await uploadPair(server, pair);
  admin = await server.as("administrator");
});
afterAll(() => server.close());

let shade = 0;

/** A picture unlike the ones before. */
function picture(width = 64, height = 48): { width: number; height: number; data: Buffer } {
  shade += 17;
  const data = Buffer.alloc(width * height * 4);
  for (let i = 0; i < data.length; i++) data[i] = (i * 31 + shade) & 255;
  return { width, height, data };
}

const images = {
  "image/jpeg": (width?: number, height?: number): Uint8Array => encodeJpeg(picture(width, height), 80).data,
  "image/png": (width?: number, height?: number): Uint8Array => {
    const { data, ...size } = picture(width, height);
    const png = new PNG(size);
    data.copy(png.data);
    return PNG.sync.write(png);
  },
  "image/bmp": (width?: number, height?: number): Uint8Array => encodeBmp(picture(width, height)).data,
};

const add = (bytes: Uint8Array) =>
  fetch(`${server.url}/api/cms`, {
    method: "POST",
    headers: { ...admin, "Content-Type": "application/octet-stream" },
    body: bytes as BodyInit,
  });
const change = (id: string, fields: object) =>
  fetch(`${server.url}/api/cms/${id}`, {
    method: "PATCH",
    headers: { ...admin, "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
const remove = (id: string) => fetch(`${server.url}/api/cms/${id}`, { method: "DELETE", headers: admin });
const list = async () =>
  ((await (await fetch(`${server.url}/api/cms`, { headers: admin })).json()) as { cms: AdminCm[] }).cms;
const errorOf = async (answer: Response) => ((await answer.json()) as ErrorBody).error;

async function added(bytes: Uint8Array): Promise<AdminCm> {
  const answer = await add(bytes);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as AdminCm;
}

describe("S15 an image as a CM", () => {
  it.each(Object.keys(images) as (keyof typeof images)[])(
    "%s is decoded, shown for its set time, and the slave is XORed with its bytes",
    async (type) => {
      const bytes = images[type]();
      const cm = await added(bytes);
      expect(cm).toMatchObject({ type, active: false, seconds: 10 });
      expect((await change(cm.id, { title: "Tea", sponsor: "Leaf", active: true, seconds: 7.5 })).status).toBe(200);
      const play = await openTestPlay(server, pair.mainId);
      expect(play.cm).toMatchObject({ id: cm.id, type, durationSeconds: 7.5, sponsor: "Leaf", bytes: bytes.length });
      const { units } = await getUnits(server, play, "start", 3);
      const shown = await watchCm(server, play);
      expect(Buffer.compare(shown, bytes)).toBe(0);
      server.advance(-1);
      expect((await askSecret(server, play)).status).toBe(425);
      server.advance(1);
      const { secret } = (await (await askSecret(server, play)).json()) as { secret: string };
      const plain = await decryptUnits(play, secret, shown, units);
      expect(plain).toEqual(pair.slave.subarray(0, plain.length));
      expect((await change(cm.id, { active: false })).status).toBe(200);
    },
  );

  it.each(Object.keys(images) as (keyof typeof images)[])("%s that is cut is refused", async (type) => {
    const bytes = images[type]();
    for (const length of [40, Math.floor(bytes.length / 2)]) {
      const answer = await add(bytes.subarray(0, length));
      expect(answer.status, `${length} of ${bytes.length} bytes`).toBe(422);
      expect((await errorOf(answer)).message).not.toMatch(/node_modules|\/server\//);
    }
  });

  it("of too many pixels is refused by its header, before anything is decoded", async () => {
    const png = Buffer.from(images["image/png"]());
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    const bmp = Buffer.from(images["image/bmp"]());
    bmp.writeInt32LE(60_000, 18);
    bmp.writeInt32LE(-60_000, 22);
    const jpeg = Buffer.from(images["image/jpeg"]());
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(60_000, frame + 5);
    jpeg.writeUInt16BE(60_000, frame + 7);
    for (const bytes of [png, bmp, jpeg]) {
      const answer = await add(bytes);
      expect(answer.status).toBe(422);
      expect((await errorOf(answer)).message).toMatch(/60000 x 60000 = 3600000000 pixels: at most/);
    }
  });
});

describe("S3 a video as a CM", () => {
  /** Another file with the same video: an empty box at its end. */
  const houseVideo = async (): Promise<Buffer> =>
    Buffer.concat([await readFile(HOUSE_CM), Buffer.from("00000010667265650000000000000001", "hex")]);

  it("is demuxed, has its own running time, and plays once it has a title and a sponsor", async () => {
    const cm = await added(await houseVideo());
    expect(cm).toMatchObject({ type: "video/mp4", active: false });
    expect(cm.seconds).toBeCloseTo(6, 0);
    expect((await errorOf(await change(cm.id, { active: true }))).details).toEqual({ place: "json.title" });
    expect((await change(cm.id, { seconds: 5 })).status).toBe(400);
    expect((await change(cm.id, { title: "T", sponsor: "S", active: true, kinds: ["cars"] })).status).toBe(200);
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["cars"] } });
    expect(play.cm.id).toBe(cm.id);
    expect((await add(await houseVideo())).status).toBe(409);
    const file = await fetch(`${server.url}${cm.fileUrl}`, { headers: admin });
    expect(Buffer.compare(Buffer.from(await file.arrayBuffer()), await houseVideo())).toBe(0);
    // While a play shows it, it stays; then it goes, and what was counted stays.
    expect(await errorOf(await remove(cm.id))).toMatchObject({ code: "conflict", details: { plays: 1 } });
    await watchCm(server, play);
    await askSecret(server, play);
    expect((await change(cm.id, { active: false })).status).toBe(200);
    expect((await list()).find(({ id }) => id === cm.id)?.deliveries).toBe(1);
    server.advance(25 * 3600);
    await server.houseKeep();
    expect((await remove(cm.id)).status).toBe(204);
    expect((await remove(cm.id)).status).toBe(404);
    expect((await added(await houseVideo())).active).toBe(false); // and may come back
  });

  it("is refused below 3 s, and with less than a picture a second", async () => {
    const video = async (seconds: number, rate: string) => {
      const folder = await mkdtemp(join(tmpdir(), "cmix-cm-"));
      const path = join(folder, "cm.mp4");
      const input = ["-f", "lavfi", "-i", `testsrc=size=64x48:rate=${rate}:duration=${seconds}`];
      await run("ffmpeg", ["-v", "error", ...input, "-pix_fmt", "yuv420p", path]);
      const bytes = await readFile(path);
      await rm(folder, { recursive: true });
      return bytes;
    };
    for (const [seconds, rate, says] of [
      [2, "10", /at least 3 s/],
      [8, "1/8", /a picture a second/], // one picture of 8 s
      [8, "1/2", /a picture a second/],
    ] as const) {
      const answer = await add(await video(seconds, rate));
      expect(answer.status).toBe(422);
      expect((await errorOf(answer)).message).toMatch(says);
    }
    for (const [seconds, rate] of [
      [3, "10"],
      [4, "1"],
    ] as const)
      expect((await added(await video(seconds, rate))).seconds).toBeCloseTo(seconds, 0);
  });

  it("that is none, is cut or is something else is refused, and nothing of it is kept", async () => {
    const before = (await list()).length;
    const whole = await houseVideo();
    for (const bytes of [new Uint8Array(0), Buffer.from("no video"), whole.subarray(0, 2000), pair.main])
      expect([400, 422]).toContain((await add(bytes)).status);
    expect((await add(whole.subarray(0, whole.length / 2))).status).toBe(422);
    expect(await list()).toHaveLength(before);
  });
});

describe("S3 the fields of a CM", () => {
  let id: string;
  beforeAll(async () => {
    id = (await added(images["image/png"]())).id;
  });

  it.each([
    ["a link that is not https", { link: "http://example.org" }],
    ["a script for a link", { link: "javascript:alert(1)" }],
    ["an age that nobody has", { conditions: { ageMin: 30, ageMax: 20 } }],
    ["dates in the wrong order", { conditions: { from: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" } }],
    ["a day that is none", { conditions: { from: "soon" } }],
    ["an image for an hour", { seconds: 3600 }],
    ["a cap of nothing", { conditions: { perViewerDay: 0 } }],
  ])("refuse %s and name the field", async (_name, fields) => {
    const answer = await change(id, fields);
    expect(answer.status).toBe(400);
    expect(String((await errorOf(answer)).details.place)).toMatch(/^json\./);
  });

  it("change one by one, and come back as they were set", async () => {
    const conditions = { ageMin: 20, from: "2026-01-01T00:00:00.000Z", perViewerDay: 3 };
    expect((await change(id, { conditions, kinds: ["tea"] })).status).toBe(200);
    await change(id, { title: "<script>alert(1)</script>'; drop table cms; --", conditions: { ageMax: 60 } });
    expect((await list()).find((cm) => cm.id === id)).toMatchObject({
      title: "<script>alert(1)</script>'; drop table cms; --",
      kinds: ["tea"],
      conditions: { ...conditions, ageMax: 60, until: null },
    });
  });

  it("keep a last house CM that is on", async () => {
    const house = (await list()).find((cm) => (cm as { house?: boolean }).house === true);
    expect((await change(house?.id ?? "", { active: false })).status).toBe(409);
    expect((await remove(house?.id ?? "")).status).toBe(409);
  });

  it("S1 are for administrators alone", async () => {
    for (const role of ["viewer", "provider", "sponsor", "guest"] as const) {
      const headers = await server.as(role);
      for (const [method, rest] of [
        ["GET", ""],
        ["POST", ""],
        ["PATCH", `/${id}`],
        ["DELETE", `/${id}`],
        ["GET", `/${id}/file`],
      ] as const)
        expect([401, 403]).toContain((await fetch(`${server.url}/api/cms${rest}`, { method, headers })).status);
    }
  });
});

describe("S3 the frequency cap", () => {
  it("shows a CM to one viewer so often a day and no more, and again the next day", async () => {
    const cm = await added(images["image/jpeg"]());
    const fields = { title: "T", sponsor: "S", active: true, kinds: ["capped"], conditions: { perViewerDay: 2 } };
    expect((await change(cm.id, fields)).status).toBe(200);
    const attributes = { kinds: ["capped"] };
    const first = await openTestPlay(server, pair.mainId, { attributes });
    // Before the video and behind it: the cap is reached with this one play.
    await watchCm(server, first);
    await askSecret(server, first);
    const shown: string[] = [];
    for (let i = 0; i < 3; i++) {
      const play = await openTestPlay(server, pair.mainId, { attributes, cookie: first.cookie });
      shown.push(play.cm.id);
      await watchCm(server, play);
      await askSecret(server, play);
    }
    expect(shown.map((id) => id === cm.id)).toEqual([true, false, false]);
    expect((await openTestPlay(server, pair.mainId, { attributes })).cm.id).toBe(cm.id); // another viewer
    server.advance(24 * 3600);
    expect((await openTestPlay(server, pair.mainId, { attributes, cookie: first.cookie })).cm.id).toBe(cm.id);
  });
});
