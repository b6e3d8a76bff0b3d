import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { encodeMainStart, MainReader, MainWriter } from "../../codec/format/main-file.ts";
import { encodeSlaveStart, parseSlaveStart, SlaveWriter } from "../../codec/format/slave-file.ts";
import {
  type ErrorBody,
  makePair,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  uploadPair,
} from "./harness.ts";

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3]);

let server: TestServer;
let pair: TestPair;

beforeAll(async () => {
  server = await startTestServer({ limits: { slaveFileMaxBytes: 200_000, mainFileMaxBytes: 400_000 } });
  pair = await makePair({
    title: "A day at the bay",
    copyright: "Mika 100%",
    genre: "Travel",
    mainName: 'Tag am "Meer" ü.cmx',
    poster: PNG,
  });
  await uploadPair(server, pair);
});
afterAll(() => server.close());

const mainUrl = (id: string) => `${server.url}/api/mains/${id}`;
const refusal = async (answer: Response) => ({
  status: answer.status,
  code: ((await answer.json()) as ErrorBody).error.code,
});
const temporaryFiles = () => readdir(join(server.folder, "data/tmp"));

describe("D1 uploading a slave", () => {
  it("answers what is in it, and 200 when it comes again", async () => {
    const another = await makePair({ seconds: 3, title: "Short" });
    const first = await uploadFile(server, "slave", another.slaveId, another.slave);
    expect(first.status).toBe(201);
    const told = { slaveId: another.slaveId, mainId: another.mainId, title: "Short", durationSeconds: 3, segments: 6 };
    expect(await first.json()).toEqual(told);
    const second = await uploadFile(server, "slave", another.slaveId, another.slave);
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual(told);
  });

  it("takes the same file twice at the same time once", async () => {
    const another = await makePair({ seconds: 3 });
    const answers = await Promise.all([1, 2, 3].map(() => uploadFile(server, "slave", another.slaveId, another.slave)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
  });

  it("refuses other bytes under its id, and another slave for its main", async () => {
    const { header } = await parseSlaveStart(pair.slave);
    for (const id of [header.id, crypto.getRandomValues(new Uint8Array(16))]) {
      const sink = new MemorySink();
      const writer = await SlaveWriter.open(sink, encodeSlaveStart({ ...header, id, title: "Forged" }));
      await writer.writeSegment(
        {
          number: 0,
          layer: 0,
          track: 0,
          last: true,
          startUnit: false,
          substitute: false,
          absent: false,
          startMilliseconds: 0,
          length: 4,
        },
        new Uint8Array(4),
      );
      await writer.finish(1e6, new Uint8Array(32), new Uint8Array(32));
      const hex = Buffer.from(id).toString("hex");
      expect(await refusal(await uploadFile(server, "slave", hex, sink.bytes()))).toEqual({
        status: 409,
        code: "conflict",
      });
    }
  });

  it.each<[string, (slave: Uint8Array) => Uint8Array]>([
    ["cut in the middle", (slave) => slave.subarray(0, slave.length >> 1)],
    ["cut by one byte", (slave) => slave.subarray(0, slave.length - 1)],
    ["with a flipped bit in a payload", (slave) => slave.with(slave.length >> 1, (slave[slave.length >> 1] ?? 0) ^ 1)],
    ["with a flipped bit in its header", (slave) => slave.with(40, (slave[40] ?? 0) ^ 1)],
    ["with a byte too many", (slave) => Uint8Array.from([...slave, 0])],
    ["that is a main", () => pair.main],
    ["that is text", () => new TextEncoder().encode("hello")],
    ["that is one byte", () => new Uint8Array(1)],
  ])("refuses a file %s and keeps nothing of it", async (_name, damage) => {
    const another = await makePair({ seconds: 4 });
    expect(await refusal(await uploadFile(server, "slave", another.slaveId, damage(another.slave)))).toEqual({
      status: 422,
      code: "format",
    });
    expect(await temporaryFiles()).toEqual([]);
    expect((await uploadFile(server, "slave", another.slaveId, another.slave)).status).toBe(201);
  });

  it("refuses a slave under another id", async () => {
    const another = await makePair({ seconds: 2 });
    expect(await refusal(await uploadFile(server, "slave", "0".repeat(32), another.slave))).toEqual({
      status: 422,
      code: "pairing",
    });
  });

  it("refuses a file over the limit, and ids that are none", async () => {
    expect(await refusal(await uploadFile(server, "slave", "a".repeat(32), new Uint8Array(200_001)))).toEqual({
      status: 413,
      code: "too_large",
    });
    for (const id of ["xyz", "../../cmix.sqlite", pair.slaveId.toUpperCase(), `${pair.slaveId}0`, "\0"])
      expect((await uploadFile(server, "slave", id, pair.slave)).status, id).toBe(400);
    expect(await temporaryFiles()).toEqual([]);
  });
});

describe("D10 hosting a main", () => {
  it("gives it back whole, with its name", async () => {
    const answer = await fetch(mainUrl(pair.mainId));
    expect(answer.status).toBe(200);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(pair.main);
    expect(answer.headers.get("Content-Disposition")).toBe(
      `attachment; filename="Tag am _Meer_ _.cmx"; filename*=UTF-8''Tag%20am%20_Meer_%20%C3%BC.cmx`,
    );
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  it.each([
    ["bytes=0-9", 0, 10],
    ["bytes=100-", 100, undefined],
    ["bytes=-7", -7, undefined],
    ["bytes=5-999999999", 5, undefined],
  ])("gives the range %s", async (range, start, end) => {
    const answer = await fetch(mainUrl(pair.mainId), { headers: { Range: range } });
    expect(answer.status).toBe(206);
    const expected = pair.main.slice(start, end);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(expected);
    const first = start < 0 ? pair.main.length + start : start;
    expect(answer.headers.get("Content-Range")).toBe(
      `bytes ${first}-${first + expected.length - 1}/${pair.main.length}`,
    );
  });

  it("answers a range outside of the file with 416, one it cannot read with the whole", async () => {
    const outside = await fetch(mainUrl(pair.mainId), { headers: { Range: `bytes=${pair.main.length}-` } });
    expect(outside.status).toBe(416);
    expect(outside.headers.get("Content-Range")).toBe(`bytes */${pair.main.length}`);
    for (const range of ["bytes=9-3", "bytes=-", "pages=1-2", "bytes=0-1,5-6"]) {
      const answer = await fetch(mainUrl(pair.mainId), { headers: { Range: range } });
      expect(answer.status, range).toBe(200);
      await answer.arrayBuffer();
    }
  });

  it("answers HEAD, and 304 to who has it", async () => {
    const head = await fetch(mainUrl(pair.mainId), { method: "HEAD" });
    expect(head.headers.get("Content-Length")).toBe(String(pair.main.length));
    const tag = head.headers.get("ETag") ?? "";
    expect((await fetch(mainUrl(pair.mainId), { headers: { "If-None-Match": tag } })).status).toBe(304);
    expect((await fetch(mainUrl(pair.mainId), { headers: { "If-Range": '"other"', Range: "bytes=0-1" } })).status).toBe(
      200,
    );
  });

  it("gives its poster", async () => {
    const answer = await fetch(`${mainUrl(pair.mainId)}/poster`);
    expect(answer.headers.get("Content-Type")).toBe("image/png");
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
  });

  it("needs its slave, its own id and its own slave's hashes", async () => {
    const another = await makePair({ seconds: 2 });
    expect(await refusal(await uploadFile(server, "main", another.mainId, another.main))).toEqual({
      status: 409,
      code: "conflict",
    });
    await uploadFile(server, "slave", another.slaveId, another.slave);
    expect(await refusal(await uploadFile(server, "main", another.mainId, pair.main))).toEqual({
      status: 422,
      code: "pairing",
    });
    expect((await fetch(mainUrl(another.mainId))).status).toBe(404);
    const cut = another.main.subarray(0, another.main.length - 20);
    expect(await refusal(await uploadFile(server, "main", another.mainId, cut))).toEqual({
      status: 422,
      code: "format",
    });
    const renamed = another.main.slice();
    const title = Buffer.from(renamed.buffer).indexOf("Noise");
    renamed[title] = 0x50;
    expect(await refusal(await uploadFile(server, "main", another.mainId, renamed))).toEqual({
      status: 422,
      code: "format",
    });
    expect((await uploadFile(server, "main", another.mainId, another.main)).status).toBe(201);
    expect((await uploadFile(server, "main", another.mainId, another.main)).status).toBe(200);
    expect((await fetch(`${mainUrl(another.mainId)}/poster`)).status).toBe(404);
  });
});

describe("D10 a main of the right ids that the slave does not know", () => {
  it("is refused: other header, or other segments", async () => {
    const another = await makePair({ seconds: 2 });
    await uploadFile(server, "slave", another.slaveId, another.slave);
    const { header } = await MainReader.open(sourceFromBytes(another.main));
    for (const title of ["Forged", header.title]) {
      const sink = new MemorySink();
      const start = encodeMainStart({ ...header, title });
      const writer = await MainWriter.open(sink, start, await sha256(start));
      await writer.finish(2e6, 50);
      expect(await refusal(await uploadFile(server, "main", another.mainId, sink.bytes())), title).toEqual({
        status: 422,
        code: "format",
      });
    }
  });
});

describe("D6 the library", () => {
  it("lists a video with what its files tell", async () => {
    const { videos } = (await (await fetch(`${server.url}/api/videos?q=bay`)).json()) as { videos: unknown[] };
    expect(videos).toEqual([
      {
        mainId: pair.mainId,
        slaveId: pair.slaveId,
        title: "A day at the bay",
        copyright: "Mika 100%",
        genre: "Travel",
        durationSeconds: 100,
        slaveBytes: pair.slave.length,
        createdAt: "2026-01-01T00:00:00.000Z",
        description: "",
        ageLimit: 0,
        mainSha256: toHex(await sha256(pair.main)),
        mainPiecesSha256: toHex(await sha256(await sha256(pair.main))),
        playsInBrowser: true,
        teaserUrl: null,
        mainUrl: `/api/mains/${pair.mainId}`,
        mainBytes: pair.main.length,
        posterUrl: `/api/mains/${pair.mainId}/poster`,
      },
    ]);
  });

  it("finds by all words of title, copyright and genre, taking marks as they are", async () => {
    const count = async (q: string) =>
      ((await (await fetch(`${server.url}/api/videos?q=${encodeURIComponent(q)}`)).json()) as { videos: unknown[] })
        .videos.length;
    expect(await count("travel MIKA")).toBe(1);
    expect(await count("travel nobody")).toBe(0);
    expect(await count("100%")).toBe(1);
    expect(await count("%")).toBe(1);
    expect(await count("_")).toBe(0);
    expect(await count("'; drop table videos; --")).toBe(0);
    expect(await count("")).toBeGreaterThan(1);
  });

  it("tells a video without a hosted main from others, and lists it for its owner only", async () => {
    const another = await makePair({ seconds: 2, title: "Unhosted" });
    await uploadFile(server, "slave", another.slaveId, another.slave);
    const found = async (query: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${server.url}/api/videos?q=unhosted${query}`, { headers });
      return ((await answer.json()) as { videos: unknown[] }).videos;
    };
    expect(await found("")).toEqual([]);
    expect(await found("&mine=1", await server.as("provider"))).toMatchObject([
      { mainUrl: null, mainBytes: null, posterUrl: null, copyright: "" },
    ]);
  });
});
