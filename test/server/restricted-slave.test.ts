/** A slave with restricted parts at the service: taken, told apart, and played by who has base's units alone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySink } from "../../codec/bytes/bytes.ts";
import {
  DeliveredSlave,
  fromHex,
  isStartUnit,
  MainReader,
  renditionOf,
  SegmentOpener,
  SlaveReader,
  sourceFromBytes,
  toHex,
} from "../../codec/index.ts";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";
import { inspectSlave } from "../../server/media/slave.ts";
import { layerOf, PackedTimeline } from "../../server/timeline.ts";
import { sourcePicture } from "../support/compress.ts";
import { type Division, dividePictures } from "../support/divisions.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { ordinary, sharedRun } from "../support/restricted.ts";
import { paintScene } from "../support/scenes.ts";
import {
  askSecret,
  getUnits,
  openTestPlay,
  spendTicket,
  startTestServer,
  type TestServer,
  uploadFile,
  watchCm,
} from "./harness.ts";

const PICTURES = 100;
const START_UNIT = 0xffff_ffff;

async function divide(): Promise<Division> {
  const clip = paintScene("camera", 48, 32, PICTURES);
  async function* pictures(): AsyncGenerator<SourcePicture> {
    for (const [i, data] of clip.pictures.entries()) yield sourcePicture(clip, data.slice(), i * 40_000);
  }
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const areas = [{ x: 0, y: 0, width: 1000, height: 1000 }];
  await dividePictures(
    await loadCheckKernels(),
    { video: { width: 48, height: 32, frameRate: [25, 1] }, pictures: pictures() },
    {
      ...{ title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed", gopPictures: 25 },
      restrictions: [1, 3].map((second) => ({
        ...{ startMicroseconds: second * 1e6, endMicroseconds: (second + 0.6) * 1e6 },
        ...{ areas, treatment: "black", sound: "keep", viewers: "premium" },
      })),
    },
    sinks,
  );
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}

let server: TestServer;
let pair: Division;
let main: MainReader;
beforeAll(async () => {
  server = await startTestServer();
  pair = await divide();
  main = await MainReader.open(sourceFromBytes(pair.main));
});
afterAll(() => server.close());

const inspect = ({ slave }: Division) =>
  inspectSlave(sourceFromBytes(slave), "clip.cms", { slaveId: toHex(main.header.slaveId) } as never);

describe("a slave with restricted parts", () => {
  it("R4 is taken, its hidden segments no longer than their parts, and so is one without the layer's withheld parts", async () => {
    for (const division of [pair, await ordinary(pair)]) {
      const facts = await inspect(division);
      const timeline = new PackedTimeline(facts.timeline);
      expect([facts.segments, facts.durationSeconds]).toEqual([main.index.length, 4]);
      for (const entry of main.index) {
        const time = timeline.at(entry.number);
        expect(time && layerOf(time)).toBe(entry.layer);
        expect(time?.durationMilliseconds, `segment ${entry.number}`).toBe(entry.durationMilliseconds);
      }
      expect(main.index.filter(isStartUnit).length).toBe(2);
    }
  });

  it("R4 plays from base's units alone, with what stands in for hidden parts, and none of the rest is sent", async () => {
    const uploaded = await uploadFile(server, "slave", toHex(main.header.slaveId), pair.slave);
    expect(uploaded.status, await uploaded.clone().text()).toBe(201);
    const play = await openTestPlay(server, toHex(main.header.id));
    const cm = await watchCm(server, play);
    const { secret } = (await (await askSecret(server, play)).json()) as { secret: string };
    let got = await getUnits(server, play, "start");
    const units = new Map(got.units.map(({ number, bytes }) => [number, bytes]));
    while (got.next !== null) {
      got = await spendTicket(server, play, got.next);
      for (const { number, bytes } of got.units) units.set(number, bytes);
    }
    const base = main.index.filter(({ layer }) => layer === 0).map(({ number }) => number);
    expect([...units.keys()]).toEqual([START_UNIT, ...base]);

    const get = async (number: number): Promise<Uint8Array> => units.get(number) ?? new Uint8Array();
    const context = {
      ...{ playSecret: fromHex(secret), playId: fromHex(play.playId), slaveId: main.header.slaveId, layer: 0 },
      ...{ cmId: fromHex(play.cm.id), cmHash: fromHex(play.cm.sha256) },
    };
    const slave = await DeliveredSlave.open({
      ...{ kernels: await loadCheckKernels(), cm: sourceFromBytes(cm), context },
      units: { get, getIfSent: async (number) => units.get(number) },
    });
    const opener = await SegmentOpener.open(main, slave);
    const { entries, isTrue } = await renditionOf(opener);
    expect(isTrue).toBe(false);
    expect(entries.map(({ number }) => number)).toEqual(base);
    const seen: Uint8Array[] = [];
    for (const { number } of entries) seen.push((await opener.openSegment(number)).publicBytes);
    for (const { number, layer } of main.index) if (layer === 1) expect(await opener.openHeld(number)).toBeUndefined();
    // Nor is any of the withheld parts of the layer among what was sent.
    const whole = await SlaveReader.open(sourceFromBytes(pair.slave));
    const hidden = main.index.filter(({ layer }) => layer === 1);
    const payloads = await Promise.all(hidden.map(async ({ number }) => (await whole.readSegment(number)).payload));
    expect(sharedRun(payloads, [...seen, ...units.values()])).toBeUndefined();
  });
});
