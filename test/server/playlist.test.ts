/** P4 over HTTP: plays over several videos, with a CM before, between and behind them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import {
  askPlay,
  askSecret,
  type CmOffer,
  decryptUnits,
  type ErrorBody,
  getUnits,
  makePair,
  moveTo,
  type OpenPlay,
  openTestPlay,
  type Place,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";

let server: TestServer;
let one: TestPair;
let two: TestPair;

beforeAll(async () => {
  server = await startTestServer();
  one = await makePair();
  two = await makePair({ seconds: 20 });
  await uploadPair(server, one);
  await uploadPair(server, two);
});
afterAll(() => server.close());

const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];
const move = (play: OpenPlay, kind: string) => askPlay(server, play, "/moves", { body: { kind } });
const cmOf = (place: Place) => place.cm as CmOffer;

/** Watches the CM at the place and unlocks the video behind it. */
async function unlock(play: OpenPlay, place: Place): Promise<{ secret: string; cm: Uint8Array }> {
  const cm = await watchCm(server, play, cmOf(place));
  const answer = await askSecret(server, play);
  expect(answer.status).toBe(200);
  return { cm, ...((await answer.json()) as { secret: string }) };
}

async function startOf(pair: TestPair, length: number): Promise<Uint8Array> {
  const reader = await SlaveReader.open({
    size: pair.slave.length,
    read: async (offset, size) => pair.slave.subarray(offset, offset + size),
  });
  return pair.slave.subarray(0, reader.offsets[length]);
}

describe("P4 a play over two videos", () => {
  it("goes CM 1, video 1, CM 2, video 2, CM 3, end, each video opened by its own CM and secret", async () => {
    const play = await openTestPlay(server, [one.mainId, two.mainId]);
    let { place } = play;
    const secrets: string[] = [];
    for (const [number, pair] of [
      [1, one],
      [2, two],
    ] as const) {
      expect(place).toMatchObject({ kind: "cm", number });
      expect(await codeOf(await move(play, "next"))).toEqual([409, "in_cm"]);
      const { secret, cm } = await unlock(play, place);
      secrets.push(secret);
      const { units } = await getUnits(server, play, "start", 5);
      expect(await decryptUnits(play, secret, cm, units, { cmId: cmOf(place).id, video: number })).toEqual(
        await startOf(pair, 4),
      );
      expect(await (await askPlay(server, play, "")).json()).toMatchObject({ kind: "video", number });
      place = await moveTo(server, play, "next");
    }
    expect(new Set(secrets).size).toBe(2);
    expect(place).toMatchObject({ kind: "cm", number: 3 });
    expect(place.ticket).toBeUndefined();
    expect(await codeOf(await askPlay(server, play, "/tickets", { body: { segment: 0 } }))).toEqual([
      409,
      "ticket_misplaced",
    ]);
    await watchCm(server, play, cmOf(place));
    expect(await moveTo(server, play, "next")).toEqual({ kind: "over" });
    for (const answer of [await move(play, "next"), await askPlay(server, play, "/cm")])
      expect(await codeOf(answer)).toEqual([410, "play_over"]);
  });

  it("Fig. 12 (d): shows CM 1 again between video 2 and video 1, and gives another secret behind it", async () => {
    const play = await openTestPlay(server, [one.mainId, two.mainId]);
    const first = await unlock(play, play.place);
    const second = await moveTo(server, play, "next");
    await unlock(play, second);
    const back = await moveTo(server, play, "video", 1);
    expect(back).toMatchObject({ kind: "cm", number: 1, cm: { id: play.cm.id } });
    // The old secret opens nothing that is sent now.
    const { units } = await getUnits(server, play, "start", 2);
    const wanted = (await startOf(one, 0)).subarray(0, 16);
    expect((await decryptUnits(play, first.secret, first.cm, units)).subarray(0, 16)).not.toEqual(wanted);
    const again = await unlock(play, back);
    expect(again.secret).not.toBe(first.secret);
    expect((await decryptUnits(play, again.secret, again.cm, units)).subarray(0, 16)).toEqual(wanted);
  });

  it("back over the start of video 2 begins at CM 2, and from there at CM 1", async () => {
    const play = await openTestPlay(server, [one.mainId, two.mainId]);
    await unlock(play, play.place);
    await unlock(play, await moveTo(server, play, "next"));
    expect(await moveTo(server, play, "back")).toMatchObject({ kind: "cm", number: 2 });
    expect(await moveTo(server, play, "back")).toMatchObject({ kind: "cm", number: 1 });
  });

  it("stop in video 1 shows the last CM", async () => {
    const play = await openTestPlay(server, [one.mainId, two.mainId]);
    await unlock(play, play.place);
    expect(await moveTo(server, play, "stop")).toMatchObject({ kind: "cm", number: 3 });
  });

  it("lets nobody forward to video 2 while CM 1 runs", async () => {
    const play = await openTestPlay(server, [one.mainId, two.mainId]);
    await askPlay(server, play, "/cm");
    const answer = await askPlay(server, play, "/moves", { body: { kind: "video", number: 2 } });
    expect(await codeOf(answer)).toEqual([409, "in_cm"]);
  });

  it("S4 the same video twice, with the same CM, never has the same pad", async () => {
    const play = await openTestPlay(server, [one.mainId, one.mainId]);
    const sent: string[] = [];
    let { place } = play;
    for (let k = 1; k <= 2; k++) {
      expect(cmOf(place).id).toBe(play.cm.id);
      await unlock(play, place);
      sent.push(Buffer.from((await getUnits(server, play, "start", 1)).body.subarray(8)).toString("hex"));
      place = await moveTo(server, play, "next");
    }
    expect(sent[0]?.length).toBe(sent[1]?.length);
    expect(sent[0]).not.toBe(sent[1]);
  });

  it("goes on where it stood after a restart", async () => {
    const play = await openTestPlay(server, [one.mainId, two.mainId]);
    await unlock(play, play.place);
    await moveTo(server, play, "next");
    await server.restart();
    expect(await (await askPlay(server, play, "")).json()).toMatchObject({ kind: "cm", number: 2 });
  });
});

describe("P4 a CM that was missed", () => {
  const reasons = () => server.logged.filter(({ event }) => event === "cm-choice").map(({ fields }) => fields.reason);
  const reopen = async (play: OpenPlay) => {
    const before = reasons().length;
    const next = await openTestPlay(server, one.mainId, { cookie: play.cookie });
    return { next, reasons: reasons().slice(before) };
  };

  it.each([
    ["closed in a CM", async (play: OpenPlay) => void (await askPlay(server, play, "/cm")), "close"],
    ["stopped in a CM", async (play: OpenPlay) => void (await askPlay(server, play, "/cm")), "stop"],
    ["closed in the video, before the last CM", (play: OpenPlay) => unlock(play, play.place), "close"],
  ])("comes first next time: %s", async (_name, before, kind) => {
    const play = await openTestPlay(server, one.mainId);
    await before(play);
    expect(await moveTo(server, play, kind)).toEqual({ kind: "over" });
    expect(play.owed).toBe(false);
    const { next, reasons } = await reopen(play);
    expect(reasons).toEqual(["owed", "house-only"]);
    expect(next.owed).toBe(true);
    await unlock(next, next.place);
    await watchCm(server, next, cmOf(await moveTo(server, next, "next")));
    await moveTo(server, next, "next");
    expect((await reopen(next)).reasons).toEqual(["house-only", "house-only"]); // shown, it is owed no more
  });

  it("comes first next time too when the player just vanished", async () => {
    const play = await openTestPlay(server, one.mainId);
    await askPlay(server, play, "/cm");
    expect((await reopen(play)).reasons).toEqual(["house-only", "house-only"]); // it may still be there
    server.advance(61);
    expect((await reopen(play)).reasons).toEqual(["owed", "house-only"]);
    expect(await codeOf(await move(play, "next"))).toEqual([410, "play_over"]);
  });

  it("is owed by that viewer alone", async () => {
    const play = await openTestPlay(server, one.mainId);
    await moveTo(server, play, "close");
    const before = reasons().length;
    await openTestPlay(server, one.mainId);
    expect(reasons().slice(before)).toEqual(["house-only", "house-only"]);
  });
});
