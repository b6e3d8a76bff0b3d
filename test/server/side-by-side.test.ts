/** S5 S7: plays of one viewer side by side unlock no more than one play does, and count no more than was watched. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPlay,
  askSecret,
  type ErrorBody,
  getUnits,
  HOUSE_CM,
  makePair,
  moveTo,
  type OpenPlay,
  openTestPlay,
  type Place,
  post,
  secretTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";

const refusalOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as ErrorBody).error.code,
];

interface DeliveryRow {
  play_id: string;
  cm_id: string;
  unbilled: string | null;
}

function deliveries(server: TestServer): DeliveryRow[] {
  const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"), { readonly: true });
  try {
    return db.prepare("select * from deliveries order by released_at, rowid").all() as DeliveryRow[];
  } finally {
    db.close();
  }
}

describe("S5 one CM at a time", () => {
  let server: TestServer;
  let pair: TestPair;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 7200, withheldBytes: 20 });
    await uploadPair(server, pair);
  });
  afterAll(() => server.close());

  it("68 plays of a 2-hour video, one byte of each CM: one secret, the head start of one play, and another viewer plays on", async () => {
    const cookie = (await server.accounts.signIn("viewer")).Cookie ?? "";
    const first = await openTestPlay(server, pair.mainId, { cookie });
    const others: OpenPlay[] = [];
    while (others.length < 67) others.push(await openTestPlay(server, pair.mainId, { cookie }));
    const honest = await openTestPlay(server, pair.mainId);
    const before = deliveries(server).length;

    // The attack: all of the first CM, a byte of each other one, and every segment that any play gives.
    const attack = async () => {
      await secretTicket(server, first);
      const bytes = await Promise.all(
        others.map((play) => askPlay(server, play, "/cm", { headers: { Range: "bytes=0-0" } })),
      );
      expect(await Promise.all(bytes.map(refusalOf))).toEqual(Array(67).fill([409, "cm_elsewhere"]));
    };
    const got = new Set<number>();
    const grab = async () => {
      for (const play of [first, ...others])
        for (let from = 0; from < pair.segments; ) {
          const { units } = await getUnits(server, play, from);
          if (units.length === 0) break;
          for (const { number } of units) if (number < pair.segments) got.add(number);
          from = Math.max(from, ...units.map(({ number }) => number)) + 1;
        }
    };
    const honestWay = async () => {
      const bytes = await watchCm(server, honest); // lets the clock run for both
      expect(bytes.length).toBe(honest.cm.bytes);
      expect((await askSecret(server, honest)).status).toBe(200);
      expect((await getUnits(server, honest, 0)).units).toHaveLength(60);
    };
    await attack();
    await Promise.all([grab(), honestWay()]);
    const secrets = await Promise.all([first, ...others].map((play) => askSecret(server, play, undefined)));
    expect(secrets.filter(({ status }) => status === 200)).toHaveLength(1);
    await grab();
    const seconds = got.size / 2; // pictures and sound
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThanOrEqual(31);
    server.advance(10);
    await grab();
    expect(got.size / 2).toBeLessThanOrEqual(30 + 2 * 10 + 1);
    expect(deliveries(server).length - before).toBe(2); // the attacker's one and the other viewer's
  });

  it("seeks of all plays of a viewer come out of one purse", async () => {
    const first = await openTestPlay(server, pair.mainId);
    let granted = 0;
    for (let i = 0; i < 15; i++) {
      const play = await openTestPlay(server, pair.mainId, { cookie: first.cookie });
      if ((await askPlay(server, play, "/seek", { body: { segment: 2000 + i * 100 } })).status === 200) granted++;
    }
    expect(granted).toBe(8);
  });

  it("what was sent before is free in the next play, and watching again needs its CM only", async () => {
    const first = await openTestPlay(server, pair.mainId);
    await watchCm(server, first);
    expect((await askSecret(server, first)).status).toBe(200);
    server.advance(15);
    expect((await getUnits(server, first, 0)).units).toHaveLength(120);
    await moveTo(server, first, "stop");
    const again = await openTestPlay(server, pair.mainId, { cookie: first.cookie });
    expect((await getUnits(server, again, 0)).units).toHaveLength(120);
    expect((await getUnits(server, again, 120)).status).toBe(425);
    await watchCm(server, again);
    expect((await askSecret(server, again)).status).toBe(200);
    server.advance(5);
    expect((await getUnits(server, again, 120)).units).toHaveLength(20);
  });

  it("goes on in the second play when the first one's CM is over, or left, and over a restart", async () => {
    const first = await openTestPlay(server, pair.mainId);
    const second = await openTestPlay(server, pair.mainId, { cookie: first.cookie });
    await secretTicket(server, first);
    server.advance(first.cm.durationSeconds - 2);
    const refused = await askPlay(server, second, "/cm");
    expect(refused.headers.get("Retry-After")).toBe("2");
    expect(await refusalOf(refused)).toEqual([409, "cm_elsewhere"]);
    await server.restart();
    expect(await refusalOf(await askPlay(server, second, "/cm"))).toEqual([409, "cm_elsewhere"]);
    server.advance(2);
    await watchCm(server, second);
    expect((await askSecret(server, second)).status).toBe(200);
    const [third, fourth] = [
      await openTestPlay(server, pair.mainId, { cookie: first.cookie }),
      await openTestPlay(server, pair.mainId, { cookie: first.cookie }),
    ];
    await secretTicket(server, third);
    expect((await askPlay(server, fourth, "/cm")).status).toBe(409);
    await moveTo(server, third, "close"); // a tab that is closed
    expect((await askPlay(server, fourth, "/cm")).status).toBe(200);
  });

  it("of all devices of an account: the sessions are two, the viewer is one", async () => {
    const [one, two] = await Promise.all([server.accounts.signIn("viewer"), server.accounts.signIn("viewer")]);
    const [desk, phone] = [
      await openTestPlay(server, pair.mainId, { cookie: one.Cookie ?? "" }),
      await openTestPlay(server, pair.mainId, { cookie: two.Cookie ?? "" }),
    ];
    await secretTicket(server, desk);
    expect(await refusalOf(await askPlay(server, phone, "/cm"))).toEqual([409, "cm_elsewhere"]);
    server.advance(desk.cm.durationSeconds);
    expect((await askPlay(server, phone, "/cm")).status).toBe(200);
  });
});

describe("S5 the whole CM", () => {
  let server: TestServer;
  let pair: TestPair;
  let play: OpenPlay;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
  });
  afterAll(() => server.close());

  const part = async (range: string) => {
    const answer = await askPlay(server, play, "/cm", { headers: { Range: `bytes=${range}` } });
    await answer.arrayBuffer();
    return answer.headers.get("Cmix-Ticket") ?? "";
  };

  it("must have gone out before the secret does: a byte, half, or all but a byte are too little", async () => {
    play = await openTestPlay(server, pair.mainId);
    const last = play.cm.bytes - 1;
    let ticket = await part("0-0");
    server.advance(60);
    for (const range of [`1-${last >> 1}`, `${(last >> 1) + 2}-${last}`]) {
      expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([409, "cm_unsent"]);
      ticket = await part(range);
    }
    const refused = await askSecret(server, play, ticket);
    expect(((await refused.json()) as ErrorBody).error.details).toEqual({ first: (last >> 1) + 1 });
    // Nor does the time before it count for segments.
    expect((await getUnits(server, play, 0)).units).toHaveLength(60);
    expect((await getUnits(server, play, 60)).status).toBe(425);
    ticket = await part(`${(last >> 1) + 1}-${(last >> 1) + 1}`);
    expect((await askSecret(server, play, ticket)).status).toBe(200);
  });

  it("is not sent by HEAD, by 304, by another play's address, or by answers that broke off", async () => {
    const other = await openTestPlay(server, pair.mainId);
    play = await openTestPlay(server, pair.mainId, { cookie: other.cookie });
    await watchCm(server, other);
    const ticket = await part("0-9");
    server.advance(play.cm.durationSeconds);
    await askPlay(server, play, "/cm", { method: "HEAD" });
    await askPlay(server, play, "/cm", { headers: { "If-None-Match": `"${play.cm.sha256}"` } });
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([409, "cm_unsent"]);
  });

  it("of an earlier showing are none of this one", async () => {
    play = await openTestPlay(server, pair.mainId);
    await watchCm(server, play);
    expect((await askSecret(server, play)).status).toBe(200);
    await moveTo(server, play, "back");
    const ticket = await part("5-9");
    server.advance(play.cm.durationSeconds);
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([409, "cm_unsent"]);
  });

  it("in very many single pieces is not kept in mind", async () => {
    play = await openTestPlay(server, pair.mainId);
    for (let i = 0; i < 40; i++) await part(`${i * 2}-${i * 2}`);
    const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"), { readonly: true });
    const { state } = db.prepare("select state from plays where id = ?").get(play.playId) as { state: string };
    db.close();
    expect((JSON.parse(state) as { cmSent: number[] }).cmSent.length).toBeLessThanOrEqual(64);
  });
});

describe("S4 a CM's pace", () => {
  let server: TestServer;
  let pair: TestPair;
  let admin: Record<string, string>;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
    admin = await server.as("administrator");
  });
  afterAll(() => server.close());

  async function addCm(bytes: Uint8Array, fields: object): Promise<string> {
    const added = await fetch(`${server.url}/api/cms`, {
      method: "POST",
      headers: { ...admin, "Content-Type": "application/octet-stream" },
      body: bytes as BodyInit,
    });
    const { id } = (await added.json()) as { id: string };
    const changed = await fetch(`${server.url}/api/cms/${id}`, {
      method: "PATCH",
      headers: { ...admin, "Content-Type": "application/json" },
      body: JSON.stringify({ title: "T", sponsor: "S", active: true, ...fields }),
    });
    expect(changed.status).toBe(200);
    return id;
  }

  /** The house CM, with so much behind it that it has `bytes`. */
  async function largeVideo(bytes: number): Promise<Buffer> {
    const { readFile } = await import("node:fs/promises");
    const video = await readFile(HOUSE_CM);
    const rest = Buffer.alloc(bytes - video.length);
    rest.writeUInt32BE(rest.length, 0);
    rest.write("mdat", 4, "latin1");
    return Buffer.concat([video, rest]);
  }

  function read(play: OpenPlay, onData: (soFar: number, answer: IncomingMessage) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest(`${server.url}/api/plays/${play.playId}/cm`, { headers: { Cookie: play.cookie } });
      asked.on("error", reject);
      asked.on("response", (answer) => {
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          onData(bytes, answer);
        });
        answer.on("close", () => resolve(bytes));
        answer.on("error", () => {});
      });
      asked.end();
    });
  }

  it("is 3 s of it at once, and then four times its rate, over all of its answers together", async () => {
    const [bytes, seconds] = [12 << 20, 6];
    const cmId = await addCm(await largeVideo(bytes), { kinds: ["paced"] });
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["paced"] } });
    expect(play.cm.id).toBe(cmId);
    const rate = bytes / seconds;
    const start = performance.now();
    const seen: { at: number; bytes: number }[] = [];
    let sum = 0;
    // Two readers: side by side they get no more.
    const readers = [0, 1].map(() => {
      let own = 0;
      return read(play, (soFar, answer) => {
        sum += soFar - own;
        own = soFar;
        seen.push({ at: (performance.now() - start) / 1000, bytes: sum });
        if (sum > bytes * 0.9) answer.destroy();
      });
    });
    await Promise.all(readers);
    for (const { at, bytes } of seen) expect(bytes).toBeLessThanOrEqual(3 * rate + 4 * rate * (at + 0.3));
    const whole = seen.at(-1)?.at ?? 0;
    expect(whole).toBeGreaterThan(((0.9 * bytes - 3 * rate) / (4 * rate)) * 0.9);
    expect(whole).toBeLessThan(5);
    // Both answers broke off: nothing of the CM counts as sent.
    server.advance(seconds);
    const refused = await askPlay(server, play, "/cm", { headers: { Range: "bytes=0-0" } });
    await refused.arrayBuffer();
    expect(await refusalOf(await askSecret(server, play, refused.headers.get("Cmix-Ticket") ?? ""))).toEqual([
      409,
      "cm_unsent",
    ]);
  });

  it("of an image is none; its clock begins when its last byte is out", async () => {
    const data = Buffer.alloc(64 * 48 * 4, 99);
    const cmId = await addCm(encodeJpeg({ width: 64, height: 48, data }, 80).data, { kinds: ["still"], seconds: 5 });
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["still"] } });
    expect(play.cm.id).toBe(cmId);
    const half = play.cm.bytes >> 1;
    await (await askPlay(server, play, "/cm", { headers: { Range: `bytes=0-${half - 1}` } })).arrayBuffer();
    server.advance(60); // no clock runs yet
    const rest = await askPlay(server, play, "/cm", { headers: { Range: `bytes=${half}-` } });
    await rest.arrayBuffer();
    const ticket = rest.headers.get("Cmix-Ticket") ?? "";
    server.advance(4);
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([425, "too_early"]);
    server.advance(1);
    expect((await askSecret(server, play, ticket)).status).toBe(200);
  });
});

describe("S7 caps and limits when the CM begins", () => {
  let server: TestServer;
  let pair: TestPair;
  let capped: string;
  let cookie: string;

  beforeAll(async () => {
    server = await startTestServer({ limits: { billedGuestDeliveriesPerHour: 3 } });
    pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
    const admin = await server.as("administrator");
    const data = Buffer.alloc(64 * 48 * 4, 50);
    const added = await fetch(`${server.url}/api/cms`, {
      method: "POST",
      headers: { ...admin, "Content-Type": "application/octet-stream" },
      body: encodeJpeg({ width: 64, height: 48, data }, 80).data as BodyInit,
    });
    capped = ((await added.json()) as { id: string }).id;
    const fields = { title: "T", sponsor: "S", active: true, seconds: 3, conditions: { perViewerDay: 1 } };
    await fetch(`${server.url}/api/cms/${capped}`, {
      method: "PATCH",
      headers: { ...admin, "Content-Type": "application/json" },
      body: JSON.stringify(fields),
    });
    cookie = (await server.accounts.signIn("viewer")).Cookie ?? "";
  });
  afterAll(() => server.close());

  async function watch(play: OpenPlay): Promise<string> {
    let { cm } = play;
    const first = await askPlay(server, play, "/cm");
    if (first.status !== 200) {
      expect(await refusalOf(first)).toEqual([409, "cm_changed"]);
      const place = (await (await askPlay(server, play, "")).json()) as Place;
      if (place.cm === undefined) throw new Error("the play is over");
      cm = place.cm;
    } else await first.arrayBuffer();
    await watchCm(server, play, cm);
    expect((await askSecret(server, play)).status).toBe(200);
    return cm.id;
  }

  it("perViewerDay 1, ten plays opened before any CM began: it is shown and delivered once", async () => {
    const plays: OpenPlay[] = [];
    while (plays.length < 10) plays.push(await openTestPlay(server, pair.mainId, { cookie }));
    expect(plays.map(({ cm }) => cm.id)).toEqual(Array(10).fill(capped));
    const shown: string[] = [];
    for (const play of plays) shown.push(await watch(play));
    expect(shown.filter((id) => id === capped)).toHaveLength(1);
    const rows = deliveries(server).filter(({ play_id }) => plays.some(({ playId }) => playId === play_id));
    expect(rows.filter(({ cm_id }) => cm_id === capped)).toHaveLength(1);
    // The house CM before the same video, again and again: seen, and paid for once.
    expect(rows.filter(({ cm_id }) => cm_id !== capped).map(({ unbilled }) => unbilled)).toEqual([
      null,
      ...Array(8).fill("repeat"),
    ]);
  });

  it("a video's own limit is asked when its CM begins, too", async () => {
    const owner = await server.as("provider");
    const limited = await makePair({ seconds: 5 });
    await uploadPair(server, limited);
    await fetch(`${server.url}/api/videos/${limited.mainId}/conditions`, {
      method: "PATCH",
      headers: { ...owner, "Content-Type": "application/json" },
      body: JSON.stringify({ playsPerViewer: 1 }),
    });
    const [one, two] = [
      await openTestPlay(server, limited.mainId, { cookie }),
      await openTestPlay(server, limited.mainId, { cookie }),
    ];
    await watch(one);
    expect(await refusalOf(await askPlay(server, two, "/cm"))).toEqual([403, "viewer_plays_used_up"]);
  });

  it("visitors without an account at one network are paid for up to a number an hour; the report tells the others", async () => {
    const guests: OpenPlay[] = [];
    while (guests.length < 5) guests.push(await openTestPlay(server, pair.mainId));
    await Promise.all(guests.map((play) => secretTicket(server, play)));
    server.advance(10);
    const answers = await Promise.all(guests.map((play) => askSecret(server, play)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    const rows = deliveries(server).filter(({ play_id }) => guests.some(({ playId }) => playId === play_id));
    expect(rows.map(({ unbilled }) => unbilled).sort()).toEqual([null, null, null, "rate", "rate"]);
    server.advance(1); // a report's end is not in it
    const answer = await fetch(`${server.url}/api/reports/summary?all=1`, {
      headers: await server.as("administrator"),
    });
    const report = (await answer.json()) as Record<string, number> & { videos: Row[]; cms: Row[] };
    const all = deliveries(server);
    const count = (rows: readonly Row[], name: keyof Row) => rows.reduce((sum, row) => sum + row[name], 0);
    for (const rows of [report.videos, report.cms]) {
      expect(count(rows, "deliveries")).toBe(all.length);
      expect(count(rows, "billable")).toBe(all.filter(({ unbilled }) => unbilled === null).length);
      expect(count(rows, "repeats")).toBe(all.filter(({ unbilled }) => unbilled === "repeat").length);
      expect(count(rows, "overRate")).toBe(2);
      for (const row of rows) expect(row.billable + row.repeats + row.overCap + row.overRate).toBe(row.deliveries);
    }
    expect([report.deliveries, report.billable]).toEqual([all.length, count(report.videos, "billable")]);
  });
});

interface Row {
  deliveries: number;
  billable: number;
  repeats: number;
  overCap: number;
  overRate: number;
}

describe("S7 rates", () => {
  it("plays an hour by network for visitors, by account for others; no session is made for what is refused or only asked", async () => {
    const server = await startTestServer({ limits: { playsPerHour: 3 } });
    try {
      const pair = await makePair({ seconds: 3 });
      await uploadPair(server, pair);
      const sessions = () => {
        const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"), { readonly: true });
        const { count } = db.prepare("select count(*) as count from sessions").get() as { count: number };
        db.close();
        return count;
      };
      const before = sessions();
      const conditions = await post(`${server.url}/api/plays/conditions`, { mainIds: [pair.mainId] });
      expect([conditions.status, conditions.headers.get("Set-Cookie")]).toEqual([200, null]);
      const open = (headers = {}) => post(`${server.url}/api/plays`, { mainIds: [pair.mainId] }, headers);
      const statuses: number[] = [];
      for (let i = 0; i < 6; i++) statuses.push((await open()).status);
      expect(statuses).toEqual([201, 201, 201, 429, 429, 429]);
      expect(sessions() - before).toBe(3);
      const viewer = await server.accounts.signIn("viewer");
      const own: number[] = [];
      for (let i = 0; i < 4; i++) own.push((await open(viewer)).status);
      expect(own).toEqual([201, 201, 201, 429]);
      const unknown = await post(`${server.url}/api/plays`, { mainIds: ["f".repeat(32)] }, viewer);
      expect(unknown.status).toBe(429);
    } finally {
      await server.close();
    }
  });

  it("a download counts once for a session and day, when at least half of it went out", async () => {
    const server = await startTestServer();
    try {
      const pair = await makePair({ seconds: 600, withheldBytes: 20 });
      // So long that not all of it fits into the system's buffers.
      const main = Buffer.from(pair.main);
      await uploadPair(server, pair);
      const owner = await server.as("provider");
      const counted = async () =>
        (
          (await (await fetch(`${server.url}/api/videos/${pair.mainId}/downloads`, { headers: owner })).json()) as {
            downloads: object[];
          }
        ).downloads.length;
      const url = `${server.url}/api/mains/${pair.mainId}`;
      const third = Math.ceil(main.length / 3);
      await (await fetch(url, { headers: { Range: `bytes=${main.length - third}-` } })).arrayBuffer();
      await (await fetch(url, { headers: { Range: `bytes=0-${third}` } })).arrayBuffer(); // a player's
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await counted()).toBe(0);
      await (await fetch(url, { headers: { Range: `bytes=${third}-` } })).arrayBuffer();
      await expect.poll(counted).toBe(1);
      for (let i = 0; i < 3; i++) await (await fetch(url)).arrayBuffer();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await counted()).toBe(1);
      server.advance(24 * 3600);
      await (await fetch(url, { headers: owner })).arrayBuffer();
      await expect.poll(counted).toBe(2);
    } finally {
      await server.close();
    }
  });
});
