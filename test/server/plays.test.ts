import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { concatBytes, sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { START_UNIT } from "../../codec/protect/delivery.ts";
import { MasterKey } from "../../server/security/master-key.ts";
import { openDatabase } from "../../server/storage/sqlite/database.ts";
import { SqlitePlays } from "../../server/storage/sqlite/plays.ts";
import {
  askPlay,
  askSecret as askSecretOf,
  decryptUnits,
  type ErrorBody,
  getUnits,
  HOUSE_CM,
  makePair,
  type OpenPlay,
  openTestPlay,
  post,
  secretTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";

let server: TestServer;
let pair: TestPair;
let play: OpenPlay;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair();
  await uploadPair(server, pair);
});
afterAll(() => server.close());
beforeEach(async () => {
  play = await openTestPlay(server, pair.mainId);
});

const askCm = (init: RequestInit = {}) => askPlay(server, play, "/cm", init as object);
const askSecret = (ticket?: string) => askSecretOf(server, play, ticket);
const seek = (segment: unknown) => askPlay(server, play, "/seek", { body: { segment } });
const errorOf = async (answer: Response) => ((await answer.json()) as ErrorBody).error;

async function deliveries() {
  const opened = await openDatabase(join(server.folder, "data/cmix.sqlite"));
  try {
    return (await new SqlitePlays(opened, new MasterKey(new Uint8Array(32))).deliveries()).filter(
      ({ playId }) => playId === play.playId,
    );
  } finally {
    await opened.db.destroy();
  }
}

async function wholeSlave(): Promise<Uint8Array> {
  const reader = await SlaveReader.open({
    size: pair.slave.length,
    read: async (offset, length) => pair.slave.subarray(offset, offset + length),
  });
  return pair.slave.subarray(0, reader.offsets.at(-1));
}

describe("S3 opening a play", () => {
  it("names the slave and a CM with its real running time", async () => {
    const { headerHash, trailer } = await MainReader.open(sourceFromBytes(pair.main));
    const hashes = { mainHeaderHash: toHex(headerHash), mainTagsHash: toHex(trailer?.tagsHash ?? new Uint8Array()) };
    expect(play.videos).toEqual([
      { mainId: pair.mainId, slaveId: pair.slaveId, segments: 200, durationSeconds: 100, ...hashes },
    ]);
    const askHashes = async (mainId: string) => (await fetch(`${server.url}/api/mains/${mainId}/hashes`)).json();
    expect(await askHashes(pair.mainId)).toEqual(hashes);
    expect(await askHashes("f".repeat(32))).toBeNull();
    expect(play.place).toMatchObject({ kind: "cm", number: 1 });
    expect(play.cm).toMatchObject({ type: "video/mp4", sponsor: "Cmix", url: `/api/plays/${play.playId}/cm` });
    expect(play.cm.durationSeconds).toBeGreaterThanOrEqual(6);
    expect(play.cm.durationSeconds).toBeLessThan(6.1);
  });

  it("logs why the CM was chosen and stores nothing of the viewer", async () => {
    const attributes = { age: 33, gender: "diverse", languages: ["de"], kinds: ["cars"], genres: ["travel"] };
    expect((await post(`${server.url}/api/plays`, { mainIds: [pair.mainId], attributes })).status).toBe(201);
    expect(server.logged.findLast(({ event }) => event === "cm-choice")?.fields).toEqual({
      cmId: play.cm.id,
      reason: "house-only",
      unfit: "",
    });
    const stored = await readFile(join(server.folder, "data/cmix.sqlite-wal"), "latin1");
    for (const word of ["diverse", "cars"]) expect(stored).not.toContain(word);
    expect(JSON.stringify(server.logged)).not.toMatch(/diverse|cars|127\.0\.0\.1:\d+\/api/);
    expect(JSON.stringify(server.logged)).not.toContain(play.playId);
  });

  it("says so when the slave is not here", async () => {
    const answer = await post(`${server.url}/api/plays`, { mainIds: ["f".repeat(32)] });
    expect(answer.status).toBe(404);
    expect((await errorOf(answer)).message).toContain("ask the service that it came from");
  });
});

describe("S4 the CM", () => {
  it("is sent as it is", async () => {
    const answer = await askCm();
    expect(answer.headers.get("Content-Type")).toBe("video/mp4");
    expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(HOUSE_CM))).toBe(true);
  });

  it("is sent in ranges, as a media element asks for it", async () => {
    const answer = await askCm({ headers: { Range: "bytes=4-7" } });
    expect(answer.status).toBe(206);
    expect(await answer.text()).toBe("ftyp");
  });
});

describe("S5 the secret", () => {
  it("is refused 1 s before the CM's end and granted 1 s after it", async () => {
    await watchCm(server, play);
    server.advance(-1);
    const early = await askSecret();
    expect(early.status).toBe(425);
    expect(early.headers.get("Retry-After")).toBe("1");
    expect((await errorOf(early)).details.retryAfterSeconds).toBeCloseTo(1);
    server.advance(2);
    const granted = await askSecret();
    expect(granted.status).toBe(200);
    expect(((await granted.json()) as { secret: string }).secret).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is refused for ever to who never asked for the CM, or asked with HEAD or for nothing new", async () => {
    await askCm({ method: "HEAD" });
    await askCm({ headers: { "If-None-Match": `"${play.cm.sha256}"` } });
    await askCm({ headers: { Range: "bytes=99999999-" } });
    server.advance(3600);
    expect((await askSecret("")).status).toBe(400);
    // A ticket that was got without watching starts the clock: it is of no use before the CM's time.
    expect((await askSecret()).status).toBe(425);
  });

  it("is not brought forward by asking for the CM again", async () => {
    await (await askCm()).arrayBuffer();
    server.advance(3);
    await (await askCm()).arrayBuffer();
    server.advance(play.cm.durationSeconds - 3.5);
    expect((await askSecret()).status).toBe(425);
    server.advance(0.5);
    expect((await askSecret()).status).toBe(200);
  });

  it("is the same when asked again, and S7: counts once", async () => {
    await watchCm(server, play);
    expect(await deliveries()).toEqual([]);
    const secrets: { secret: string }[] = [];
    for (let i = 0; i < 4; i++) {
      secrets.push((await (await askSecret()).json()) as { secret: string });
      server.advance(2);
    }
    expect(new Set(secrets.map(({ secret }) => secret)).size).toBe(1);
    expect(await deliveries()).toMatchObject([{ slaveId: pair.slaveId, mainId: pair.mainId, cmId: play.cm.id }]);
  });

  it("differs from play to play", async () => {
    await watchCm(server, play);
    const first = (await (await askSecret()).json()) as { secret: string };
    play = await openTestPlay(server, pair.mainId);
    await watchCm(server, play);
    expect(((await (await askSecret()).json()) as { secret: string }).secret).not.toBe(first.secret);
  });
});

describe("S4 units", () => {
  it("decrypt to exactly the slave's bytes, from its header to its last segment", async () => {
    const first = await getUnits(server, play, "start");
    const cm = await watchCm(server, play);
    server.advance(100);
    const rest = await getUnits(server, play, 60);
    const { secret } = (await (await askSecret()).json()) as { secret: string };
    const units = [...first.units, ...rest.units];
    expect(units.map(({ number }) => number)).toEqual([START_UNIT, ...Array.from({ length: 200 }, (_, i) => i)]);
    expect(await decryptUnits(play, secret, cm, units)).toEqual(await wholeSlave());
  });

  it("hold no clear run of 16 slave bytes", async () => {
    const { body } = await getUnits(server, play, "start");
    const slave = Buffer.from(pair.slave);
    const clear = new Set<string>();
    for (let i = 0; i + 16 <= slave.length; i++) clear.add(slave.toString("latin1", i, i + 16));
    const sent = Buffer.from(body);
    let runs = 0;
    for (let i = 0; i + 16 <= sent.length; i++) if (clear.has(sent.toString("latin1", i, i + 16))) runs++;
    expect(sent.length).toBeGreaterThan(10_000);
    expect(runs).toBe(0);
  });

  it("do not open with the secret of another play, or with another CM", async () => {
    const { units } = await getUnits(server, play, "start", 3);
    const cm = await watchCm(server, play);
    const { secret } = (await (await askSecret()).json()) as { secret: string };
    const wanted = (await wholeSlave()).subarray(0, 16);
    expect((await decryptUnits(play, secret, cm, units)).subarray(0, 16)).toEqual(wanted);
    expect((await decryptUnits(play, "00".repeat(32), cm, units)).subarray(0, 16)).not.toEqual(wanted);
    expect((await decryptUnits(play, secret, cm.slice(1), units)).subarray(0, 16)).not.toEqual(wanted);
  });

  it("come as 30 s at once, then as time goes on", async () => {
    expect((await getUnits(server, play, 0)).units).toHaveLength(60);
    const early = await getUnits(server, play, 60);
    expect(early.status).toBe(425);
    expect(early.error?.error.details.retryAfterSeconds).toBeCloseTo(play.cm.durationSeconds + 0.5);
    await watchCm(server, play);
    expect((await getUnits(server, play, 60)).status).toBe(425);
    server.advance(5);
    expect((await getUnits(server, play, 60)).units).toHaveLength(20);
  });

  it("come no more than were asked for, and always whole", async () => {
    const { units } = await getUnits(server, play, "start", 4);
    expect(units.map(({ number }) => number)).toEqual([START_UNIT, 0, 1, 2]);
    expect((await getUnits(server, play, "start", 1)).units.map(({ number }) => number)).toEqual([START_UNIT]);
  });

  it("come in answers of a few megabytes, however many were asked for", async () => {
    const large = await makePair({ seconds: 12, withheldBytes: 1 << 20 });
    await uploadPair(server, large);
    const largePlay = await openTestPlay(server, large.mainId);
    const { units, body } = await getUnits(server, largePlay, 0, 24);
    expect(units).toHaveLength(7);
    expect(body.length).toBeLessThanOrEqual(8 << 20);
    expect((await getUnits(server, largePlay, 7)).units[0]?.number).toBe(7);
  });

  it("may be fetched again without being counted again", async () => {
    const first = await getUnits(server, play, 0);
    expect((await getUnits(server, play, 0)).body).toEqual(first.body);
    expect((await getUnits(server, play, 0)).units).toHaveLength(60);
  });

  it("outside of the slave, or far ahead without a seek, are refused", async () => {
    expect((await getUnits(server, play, 200)).status).toBe(416);
    const ahead = await getUnits(server, play, 100);
    expect([ahead.status, ahead.error?.error.code]).toEqual([409, "seek_first"]);
  });
});

describe("S4 seeking", () => {
  it("moves the play and gives 10 s more", async () => {
    expect((await seek(100)).status).toBe(200);
    const { units } = await getUnits(server, play, 100);
    expect([units[0]?.number, units.length]).toEqual([100, 80]);
  });

  it("does not give the whole slave, however often it is done", async () => {
    const got = new Set<number>();
    let refused: Response | undefined;
    for (let segment = 0; segment < 200 && refused === undefined; segment += 20) {
      const answer = await seek(segment);
      if (answer.status !== 200) refused = answer;
      for (const { number } of (await getUnits(server, play, segment, 20)).units) got.add(number);
    }
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(got.size / 2).toBeLessThanOrEqual(30 + 8 * 10);
    expect(got.size).toBeLessThan(200);
    expect((await seek(0)).status).toBe(200); // inside of what was sent a seek costs nothing
    server.advance(10);
    expect((await seek(199)).status).toBe(200);
  });

  it("refuses a segment that is not there", async () => {
    expect((await seek(200)).status).toBe(416);
    for (const segment of [-1, 1.5, "3", null, 2 ** 40]) expect((await seek(segment)).status).toBe(400);
  });
});

describe("S5 unknown, forged and old plays", () => {
  it.each(["cm", "units", "seek", "secret", "moves", "tickets", "events"])(
    "answers %s with 404 or 400, never more",
    async (rest) => {
      const bodies: Record<string, object> = {
        seek: { segment: 0 },
        tickets: { segment: 0 },
        moves: { kind: "next" },
        events: { events: [] },
      };
      const ask = (playId: string) =>
        askPlay(server, { ...play, playId }, `/${rest}`, {
          method: rest === "secret" ? "POST" : "GET",
          body: bodies[rest],
        });
      const flipped = play.playId.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
      expect((await ask(flipped)).status).toBe(404);
      expect((await ask("f".repeat(32))).status).toBe(404);
      for (const id of ["x", "..%2f..%2f", `${play.playId}00`, play.playId.toUpperCase().replace(/\d/g, "A")])
        expect([400, 404]).toContain((await ask(id)).status);
    },
  );

  it("forgets a play after a day, but not its delivery", async () => {
    await watchCm(server, play);
    const ticket = await secretTicket(server, play);
    await askSecret(ticket);
    server.advance(24 * 3600 + 10);
    expect((await askSecret(ticket)).status).toBe(404);
    await openTestPlay(server, pair.mainId);
    expect(await deliveries()).toHaveLength(1);
  });
});

describe("S5 a restart", () => {
  it("keeps the CM's clock, what was released, the seeks and the secret", async () => {
    await getUnits(server, play, 0);
    const cm = await watchCm(server, play);
    const { secret } = (await (await askSecret()).json()) as { secret: string };
    for (let i = 0; i < 8; i++) await seek(190 + i);
    await server.restart();
    expect((await seek(199)).status).toBe(429);
    expect(await (await askSecret()).json()).toEqual({ secret });
    const { units } = await getUnits(server, play, 60);
    expect(units).toHaveLength(140); // 8 seeks gave 80 s: the rest of the slave
    expect(await decryptUnits(play, secret, cm, units)).toEqual(
      (await wholeSlave()).subarray(-concatBytes(...units.map(({ bytes }) => bytes)).length),
    );
    expect(await deliveries()).toHaveLength(1);
    const { videos } = (await (await fetch(`${server.url}/api/videos`)).json()) as { videos: unknown[] };
    expect(videos.length).toBeGreaterThan(0);
  });

  it("keeps a CM clock that is still running", async () => {
    await (await askCm()).arrayBuffer();
    server.advance(play.cm.durationSeconds - 1);
    await server.restart();
    expect((await askSecret()).status).toBe(425);
    server.advance(1);
    expect((await askSecret()).status).toBe(200);
  });
});
