/** One place decides of each unit whether it is the viewer's: today those of the layer behind the CM, and no other. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySink } from "../../codec/bytes/bytes.ts";
import { encodeSlaveStart, SlaveWriter } from "../../codec/format/slave-file.ts";
import { SlaveReader, sourceFromBytes } from "../../codec/index.ts";
import { entitlement } from "../../server/plays/entitlement.ts";
import { mayBeginAt, openVideo, releaseUnits } from "../../server/plays/play-rules.ts";
import { openShare } from "../../server/plays/video-share.ts";
import type { Timeline } from "../../server/timeline.ts";
import {
  askPlay,
  askSecret,
  decryptUnits,
  getUnits,
  makePair,
  type OpenPlay,
  openTestPlay,
  spendTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  watchCm,
} from "./harness.ts";

const START = 0xffffffff;
/** Segments in the middle, two behind one another, and the last ones. */
const BOUGHT = [2, 5, 6, 18, 19];
const isBase = (segment: number): boolean => !BOUGHT.includes(segment);

/** The same slave with some of its segments in layer 1. */
async function withSecondLayer(pair: TestPair): Promise<Uint8Array> {
  const reader = await SlaveReader.open(sourceFromBytes(pair.slave));
  const { header, trailer } = reader;
  const sink = new MemorySink();
  const layers = [...header.layers, { id: 1, name: "restricted", public: "sealed" as const }];
  const writer = await SlaveWriter.open(sink, encodeSlaveStart({ ...header, layers }));
  for (let number = 0; number < reader.segments; number++) {
    const { head, payload } = await reader.readSegment(number);
    await writer.writeSegment({ ...head, layer: isBase(number) ? 0 : 1 }, payload);
  }
  await writer.finish(trailer.durationMicroseconds, trailer.mainHeaderHash, trailer.mainTagsHash);
  return sink.bytes();
}

describe("a slave with segments of a layer that is bought", () => {
  let server: TestServer;
  let pair: TestPair;
  let slave: Uint8Array;
  let play: OpenPlay;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 10 });
    slave = await withSecondLayer(pair);
    const taken = await uploadFile(server, "slave", pair.slaveId, slave);
    expect(taken.status, await taken.clone().text()).toBe(201);
  });
  afterAll(() => server.close());

  it("gives the layer behind the CM, passes the other over without an error, and comes to its end", async () => {
    play = await openTestPlay(server, pair.mainId);
    const cm = await watchCm(server, play);
    const secret = ((await (await askSecret(server, play)).json()) as { secret: string }).secret;
    let got = await getUnits(server, play, "start", 4);
    const units = [...got.units];
    while (got.next !== null) {
      got = await spendTicket(server, play, got.next, 4);
      expect(got.status).toBe(200);
      units.push(...got.units);
    }
    const base = Array.from({ length: pair.segments }, (_, i) => i).filter(isBase);
    expect(units.map(({ number }) => number)).toEqual([START, ...base]);
    const reader = await SlaveReader.open(sourceFromBytes(slave));
    const plain = await decryptUnits(play, secret, cm, units);
    const wanted = [await reader.readStart()];
    for (const number of base) wanted.push(await reader.readSegmentBytes(number));
    expect(Buffer.from(plain).equals(Buffer.concat(wanted))).toBe(true);
  });

  it("counts only units that it gives against the number that was asked for", async () => {
    const got = await getUnits(server, play, 4, 3);
    expect(got.units.map(({ number }) => number)).toEqual([4, 7, 8]);
  });

  it("goes on behind segments that are passed over when it is asked to begin at one", async () => {
    const got = await getUnits(server, play, 5, 1);
    expect([got.status, got.units.map(({ number }) => number)]).toEqual([200, [7]]);
  });

  it("answers with nothing, and no further ticket, where only the other layer is left", async () => {
    const got = await getUnits(server, play, 18);
    expect([got.status, got.units, got.next]).toEqual([200, [], null]);
  });

  it("lets a play seek to a segment of the other layer, and gives none of it", async () => {
    const other = await openTestPlay(server, pair.mainId);
    const { ticket } = (await (await askPlay(server, other, "/seek", { body: { segment: 6 } })).json()) as {
      ticket: string;
    };
    const got = await spendTicket(server, other, ticket, 2);
    expect(got.units.map(({ number }) => number)).toEqual([7, 8]);
  });
});

describe("entitlement", () => {
  const play = { sessionId: "s" };
  const wish = { play, mainId: "m", segment: 3 };
  const viewer = { accountId: undefined, sessionId: "s" };

  it("is the base layer's for the play's own session, with or without an account", () => {
    expect(entitlement({ ...wish, viewer, layer: 0 })).toBe(true);
    expect(entitlement({ ...wish, viewer: { ...viewer, accountId: "a" }, layer: 0 })).toBe(true);
    expect(entitlement({ ...wish, viewer, layer: 0, segment: "start" })).toBe(true);
  });

  it("is nobody else's, and of no other layer", () => {
    expect(entitlement({ ...wish, viewer: { ...viewer, sessionId: "t" }, layer: 0 })).toBe(false);
    expect(entitlement({ ...wish, viewer: undefined, layer: 0 })).toBe(false);
    for (const layer of [1, 2, 255]) expect(entitlement({ ...wish, viewer, layer })).toBe(false);
  });
});

describe("segments that are passed over", () => {
  const TIMELINE: Timeline = Array.from({ length: 100 }, (_, i) => ({
    lane: 0,
    startMilliseconds: i * 1000,
    durationMilliseconds: 1000,
  }));
  const isOwn = (segment: number): boolean => segment % 2 === 0;

  it("use nothing of the allowance up and are not remembered as sent", () => {
    const answer = releaseUnits(openVideo(), openShare(0), TIMELINE, 0, 1000, 0, 0, isOwn);
    if (answer.kind !== "units") throw new Error(answer.kind);
    expect(answer.numbers).toEqual(Array.from({ length: 30 }, (_, i) => i * 2)); // 30 s ahead of the CM's end
    expect([answer.end, answer.state.position, answer.share.used]).toEqual([60, 60, { 0: 30_000 }]);
    expect(answer.share.released.slice(0, 4)).toEqual([0, 1, 2, 3]);
  });

  it("do not part what was sent from what comes right behind it", () => {
    const [video, sent] = [
      { ...openVideo(), position: 10 },
      { ...openShare(0), released: [80, 81] },
    ];
    expect(mayBeginAt(video, sent, TIMELINE, 82, isOwn)).toBe(true);
    expect(mayBeginAt(video, sent, TIMELINE, 84, isOwn)).toBe(false);
  });
});
