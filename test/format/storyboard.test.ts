/** The storyboard: in the slave's header alone, delivered with the slave's first unit, unknown to older readers. */
import { decode } from "cborg";
import { describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { DeliveredSlave } from "../../codec/division/delivered-slave.ts";
import { SegmentOpener } from "../../codec/division/segment-opener.ts";
import { PREAMBLE_BYTES } from "../../codec/format/layout.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import {
  STORYBOARD_MAX_BYTES,
  STORYBOARD_PICTURES_MAX,
  type Storyboard,
  storyboardBytes,
  storyboardPlan,
} from "../../codec/format/storyboard.ts";
import { cryptUnit, START_UNIT } from "../../codec/protect/delivery.ts";
import { divideFile } from "../support/divisions.ts";
import { createRandom } from "../support/fills.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { readBytes } from "../support/media.ts";
import { ROOT } from "../support/tree.ts";

const random = createRandom(7);
const STORYBOARD: Storyboard = {
  type: "image/jpeg",
  data: Uint8Array.from({ length: 1500 }, () => random() & 255),
  width: 160,
  height: 90,
  columns: 2,
  pictures: 2,
  stepMicroseconds: 5_000_000,
};

async function divided(storyboard?: Storyboard) {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const options = { protection: "sealed", title: "t", mainName: "t.cmx", slaveName: "t.cms" } as const;
  const source = readBytes(`${ROOT}samples/scene.mp4`);
  await divideFile(await loadCheckKernels(), "samples", source, { ...options, storyboard }, sinks);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
}

describe("a storyboard", () => {
  it("stands in the slave alone, opens with the pair, and is counted in the slave", async () => {
    const [without, { main, slave }] = [await divided(), await divided(STORYBOARD)];
    const reader = await SlaveReader.open(sourceFromBytes(slave));
    expect(reader.header.storyboard).toEqual(STORYBOARD);
    expect(Buffer.from(main).includes(Buffer.from(STORYBOARD.data.subarray(0, 32)))).toBe(false);
    expect(main.length).toBe(without.main.length);
    expect(slave.length - without.slave.length).toBeGreaterThan(STORYBOARD.data.length);
    expect(slave.length - without.slave.length).toBeLessThan(STORYBOARD.data.length + 200);
    const opener = await SegmentOpener.open(await MainReader.open(sourceFromBytes(main)), reader);
    await opener.openSegment(0);
    expect((await SlaveReader.open(sourceFromBytes(without.slave))).header.storyboard).toBeUndefined();
  });

  it("reaches a viewer in the slave's first unit, which the commercial and the play's secret open", async () => {
    const kernels = await loadCheckKernels();
    const { slave } = await divided(STORYBOARD);
    const reader = await SlaveReader.open(sourceFromBytes(slave));
    const bytes = (length: number) => Uint8Array.from({ length }, () => random() & 255);
    const cm = sourceFromBytes(bytes(100_000));
    const [playId, slaveId, cmId] = [bytes(16), reader.header.id, bytes(16)];
    const context = { playSecret: bytes(32), playId, slaveId, layer: 0, cmId, cmHash: bytes(32) };
    const sent = await cryptUnit(kernels, context, cm, START_UNIT, await reader.readStart());
    expect(Buffer.from(sent).includes(Buffer.from(STORYBOARD.data.subarray(0, 16)))).toBe(false);
    const delivered = await DeliveredSlave.open({
      kernels,
      context,
      cm,
      units: { get: async () => sent, getIfSent: async () => sent },
    });
    expect(delivered.header.storyboard).toEqual(STORYBOARD);
    const other = { ...context, playSecret: bytes(32) };
    await expect(
      DeliveredSlave.open({
        kernels,
        context: other,
        cm,
        units: { get: async () => sent, getIfSent: async () => sent },
      }),
    ).rejects.toThrow();
  });

  it("is a field of the header's map, which a reader that does not know it passes over", async () => {
    const { slave } = await divided(STORYBOARD);
    const { offsets } = await SlaveReader.open(sourceFromBytes(slave));
    const fields = decode(slave.subarray(PREAMBLE_BYTES, offsets[0])) as Record<string, unknown>;
    expect(Object.keys(fields)).toContain("storyboard");
  });

  it("out of bounds is refused", async () => {
    const tooMuch: Partial<Storyboard>[] = [
      { data: new Uint8Array(STORYBOARD_MAX_BYTES + 1) },
      { pictures: STORYBOARD_PICTURES_MAX + 1, columns: 10 },
      { columns: 3 },
      { width: 100_000 },
      { stepMicroseconds: 0 },
      { data: new Uint8Array() },
    ];
    for (const part of tooMuch) {
      const { slave } = await divided({ ...STORYBOARD, ...part });
      await expect(SlaveReader.open(sourceFromBytes(slave)), JSON.stringify(Object.keys(part))).rejects.toThrow(
        "storyboard",
      );
    }
  });

  it("has a picture for 5 s or a hundredth of the video, and 0.2 % of the source's bytes", () => {
    expect(storyboardPlan(4)).toMatchObject({ pictures: 0 });
    expect(storyboardPlan(40)).toEqual({ stepSeconds: 5, pictures: 8 });
    expect(storyboardPlan(7200)).toEqual({ stepSeconds: 72, pictures: 100 });
    expect([storyboardBytes(10 << 20), storyboardBytes(1e9)]).toEqual([20971, STORYBOARD_MAX_BYTES]);
  });
});
