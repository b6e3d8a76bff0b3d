/** Several files in the Studio: they divide one after another, and one that is put away holds nobody up. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Divider } from "../../web/src/division/page/studio-division.ts";
import { StudioQueue } from "../../web/src/division/page/studio-queue.ts";
import type { DivideSettings, DivisionOutput, SourceFacts } from "../../web/src/division/protocol/divide-api.ts";
import { type Deferred, deferred } from "../../web/src/shared/deferred.ts";

const FACTS = { container: "MP4", bytes: 100, offers: [{ method: "samples" }] } as unknown as SourceFacts;
const SETTINGS = { method: "samples", thumbnails: { poster: false } } as unknown as DivideSettings;

let queue: StudioQueue;
/** Names of the files that divide or did, in order; each ends when the test says so. */
let begun: string[];
let ends: Map<string, Deferred<DivisionOutput>>;

const divider: Divider = {
  inspect: async () => FACTS,
  poster: async () => undefined,
  strip: async () => [],
  findMarks: async () => ({ parts: [], marks: 0, ignored: [] }),
  trimTaken: async (_file, trim) => trim,
  program: async () => "now",
  divide: (_place, _goOn, file, _settings, signal) => {
    const end = deferred<DivisionOutput>();
    const { name } = file as File;
    begun.push(name);
    ends.set(name, end);
    signal.addEventListener("abort", () => end.reject(new DOMException("cancelled", "AbortError")));
    return end.promise;
  },
  close: () => {},
};

beforeEach(() => {
  begun = [];
  ends = new Map();
  queue = new StudioQueue({
    startDivider: () => divider,
    records: { put: async () => {}, remove: async () => {} },
    files: {
      hold: () => {},
      release: () => {},
      finished: async () => ({ main: new Blob(), slave: new Blob() }),
      remove: async () => {},
      removeStale: async () => {},
    },
    identify: async ({ name }) => ({ name, size: 4, lastModified: 0, samplesHash: "" }),
    checkWithdrawn: async () => {},
    sendSlave: () => new Promise(() => {}),
    publishMain: () => new Promise(() => {}),
  });
});

const file = (name: string) => ({ file: new File(["film"], name, { lastModified: 1 }) });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const names = () => queue.snapshot().files.map(({ name }) => name);
const phaseOf = (name: string) => found(name).division.snapshot().phase;

function found(name: string) {
  const one = queue.snapshot().files.find((file) => file.name === name);
  if (one === undefined) throw new Error(`${name} is not in the queue`);
  return one;
}

async function divideAll(...all: string[]): Promise<void> {
  queue.add(all.map(file));
  await settled();
  for (const name of all) found(name).division.divide(SETTINGS);
  await settled();
}

async function finish(name: string): Promise<void> {
  const output = { method: "samples", slaveId: "s", main: new Blob(["m"]), slave: new Blob(["s"]) };
  ends.get(name)?.resolve(output as unknown as DivisionOutput);
  await settled();
}

describe("D3 the Studio's queue", () => {
  it("divides one file after another, in their order", async () => {
    await divideAll("a.mp4", "b.mp4", "c.mp4");
    expect([begun, phaseOf("b.mp4")]).toEqual([["a.mp4"], "waiting"]);
    await finish("a.mp4");
    expect([begun, phaseOf("a.mp4")]).toEqual([["a.mp4", "b.mp4"], "done"]);
    await finish("b.mp4");
    expect(begun).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
  });

  it("goes on with the next when one that divides is cancelled or put away, and passes over one that was cancelled in line", async () => {
    await divideAll("a.mp4", "b.mp4", "c.mp4", "d.mp4");
    found("b.mp4").division.cancel();
    await settled();
    expect(phaseOf("b.mp4")).toBe("chosen");
    found("a.mp4").division.cancel();
    await settled();
    expect(begun).toEqual(["a.mp4", "c.mp4"]);
    queue.remove(found("c.mp4").id);
    await settled();
    expect([begun, names()]).toEqual([
      ["a.mp4", "c.mp4", "d.mp4"],
      ["a.mp4", "b.mp4", "d.mp4"],
    ]);
  });

  it("shows the first of the files that were added, and another when it goes", async () => {
    queue.add(["a.mp4", "b.mp4"].map(file));
    expect(queue.snapshot().shownId).toBe(found("a.mp4").id);
    queue.remove(found("a.mp4").id);
    expect(queue.snapshot().shownId).toBe(found("b.mp4").id);
  });

  it("takes a file once until it is divided, and shows it when it is chosen again", async () => {
    await divideAll("a.mp4");
    queue.add(["b.mp4", "a.mp4"].map(file));
    queue.add([file("a.mp4")]);
    expect([names(), queue.snapshot().shownId]).toEqual([["a.mp4", "b.mp4"], found("a.mp4").id]);
    await finish("a.mp4");
    queue.add([file("a.mp4")]);
    expect(names()).toEqual(["a.mp4", "b.mp4", "a.mp4"]);
  });
});
