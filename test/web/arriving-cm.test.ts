/** A CM's bytes while they arrive (S4, S5). */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { PlayCm } from "../../server/plays/schemas.ts";
import { ArrivingCm } from "../../web/src/player/page/play/arriving-cm.ts";

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const OFFER: PlayCm = {
  ...{ id: "c", title: "", sponsor: "", link: "", url: "/cm", type: "video/mp4", durationSeconds: 6 },
  bytes: BYTES.length,
  sha256: createHash("sha256").update(BYTES).digest("hex"),
};

async function readAll(stream: ReadableStream<Uint8Array>): Promise<number[]> {
  const read: number[] = [];
  for await (const chunk of stream) read.push(...chunk);
  return read;
}

it("S4: gives bytes as soon as they are here, once each, when an answer breaks off and comes again, too", async () => {
  const cm = new ArrivingCm(OFFER);
  const reader = cm.stream().getReader();
  const first = reader.read();
  cm.add(0, BYTES.subarray(0, 300));
  expect((await first).value).toEqual(BYTES.subarray(0, 300));
  cm.add(0, BYTES.subarray(0, 200)); // asked for again
  const second = reader.read();
  cm.add(200, BYTES.subarray(200, 500));
  expect((await second).value).toEqual(BYTES.subarray(300, 500));
  cm.add(500, BYTES.subarray(500));
  expect((await reader.read()).value).toEqual(BYTES.subarray(500));
  expect((await reader.read()).done).toBe(true);
  await cm.finish();
  expect(new Uint8Array(await (await cm.whole).arrayBuffer())).toEqual(BYTES);
});

it("S5: one changed, missing or added byte is no whole CM", async () => {
  const changed = BYTES.slice();
  changed[999] = 0;
  for (const bytes of [changed, BYTES.subarray(0, 999), BYTES.subarray(1)]) {
    const cm = new ArrivingCm(OFFER);
    cm.add(0, bytes);
    await expect(cm.finish()).rejects.toThrow("arrived damaged");
  }
});

it("S4: what stops its bytes ends who reads them and who waits for the whole", async () => {
  const cm = new ArrivingCm(OFFER);
  const read = readAll(cm.stream());
  cm.add(0, BYTES.subarray(0, 10));
  cm.fail(new DOMException("cancelled", "AbortError"));
  await expect(read).rejects.toThrow("cancelled");
  await expect(cm.whole).rejects.toThrow("cancelled");
});

it("S4: an answer that is longer than the offer changes nothing", async () => {
  const cm = new ArrivingCm(OFFER);
  cm.add(0, new Uint8Array([...BYTES, 1, 2, 3]));
  cm.add(1003, new Uint8Array(5));
  await cm.finish();
  expect(await readAll(cm.stream())).toEqual([...BYTES]);
});
