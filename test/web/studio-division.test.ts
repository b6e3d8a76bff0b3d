/** The Studio's states, with a worker, a storage and a service that do what the test says. */
import { beforeEach, describe, expect, it } from "vitest";
import { DeliveryError } from "../../codec/errors.ts";
import type { DivisionRecord } from "../../web/src/division/page/division-records.ts";
import { type Divider, type Studio, StudioDivision } from "../../web/src/division/page/studio-division.ts";
import type {
  DivideSettings,
  DivisionOutput,
  DivisionStep,
  SourceFacts,
} from "../../web/src/division/protocol/divide-api.ts";
import { isWithdrawn } from "../../web/src/shared/api/library.ts";
import { type Deferred, deferred } from "../../web/src/shared/deferred.ts";

const FACTS = { container: "MP4", bytes: 100, offers: [{ method: "samples" }] } as unknown as SourceFacts;
const SETTINGS = { method: "samples", thumbnails: { poster: false } } as unknown as DivideSettings;
const OUTPUT = { method: "samples", slaveId: "s", main: new Blob(["main"]), slave: new Blob(["slave"]) };
const RECORD = { id: "old", settings: SETTINGS, facts: FACTS, source: {}, program: "now" } as unknown as DivisionRecord;
const source = { file: new File(["film"], "film.mp4") };

let inspected: Deferred<SourceFacts>;
let divided: Deferred<DivisionOutput>;
let sent: Deferred<void>;
let published: Deferred<void>;
/** What was asked of the parts, in order. */
let asked: string[];
let records: Map<string, DivisionRecord>;
let withdrawn: Error | undefined;
let step: (step: DivisionStep) => void;
let tellSent: (sent: number, total: number) => void;
let studio: StudioDivision;

const divider: Divider = {
  inspect: () => inspected.promise,
  poster: async () => undefined,
  strip: async () => [],
  findMarks: async () => ({ parts: [], marks: 0, ignored: [] }),
  trimTaken: async (_file, trim) => trim,
  program: async () => "now",
  divide: (_place, goOn, _file, _settings, signal, onProgress) => {
    asked.push(goOn ? "go on" : "divide");
    step = onProgress;
    signal.addEventListener("abort", () => divided.reject(new DOMException("cancelled", "AbortError")));
    return divided.promise;
  },
  close: () => asked.push("close"),
};

beforeEach(() => {
  [inspected, divided, sent, published] = [deferred(), deferred(), deferred(), deferred()];
  asked = [];
  withdrawn = undefined;
  records = new Map();
  studio = newStudio();
});

function newStudio(): StudioDivision {
  return new StudioDivision({
    startDivider: () => divider,
    turn: async () => () => void asked.push("end of turn"),
    records: {
      put: async (record) => void records.set(record.id, record),
      remove: async (id) => void records.delete(id),
    },
    files: {
      hold: (id) => asked.push(`hold ${id}`),
      release: (id) => asked.push(`release ${id}`),
      finished: async () => ({ main: OUTPUT.main, slave: OUTPUT.slave }),
      remove: async ({ id }) => void asked.push(`remove ${id}`),
      removeStale: async () => {},
    },
    identify: async () => ({ name: "film.mp4", size: 4, lastModified: 0, samplesHash: "" }),
    checkWithdrawn: async () => {
      if (withdrawn !== undefined) throw withdrawn;
    },
    sendSlave: (_output, onProgress) => {
      asked.push("send");
      tellSent = onProgress;
      return sent.promise;
    },
    publishMain: () => published.promise,
  });
}

/** The state, once it is in a phase. */
function reach<P extends Studio["phase"]>(phase: P): Promise<Extract<Studio, { phase: P }>> {
  return new Promise((resolve) => {
    const look = () => {
      const now = studio.snapshot();
      if (now.phase === phase) resolve(now as Extract<Studio, { phase: P }>);
    };
    studio.subscribe(look);
    look();
  });
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

async function choose(): Promise<void> {
  studio.choose(source);
  inspected.resolve(FACTS);
  await reach("chosen");
}

async function divide(): Promise<void> {
  await choose();
  studio.divide(SETTINGS);
  await reach("dividing");
  await settled();
}

describe("a chosen file", () => {
  it("is looked at, and what is found is shown", async () => {
    studio.choose(source);
    expect(studio.snapshot()).toEqual({ phase: "inspecting", source });
    inspected.resolve(FACTS);
    expect(await reach("chosen")).toEqual({ phase: "chosen", source, facts: FACTS });
  });

  it("is refused with the reason", async () => {
    const error = new Error("no video");
    studio.choose(source);
    inspected.reject(error);
    expect(await reach("refused")).toEqual({ phase: "refused", source, error });
  });

  it("gives way to one that is chosen later, whatever comes of the first", async () => {
    const first = inspected;
    studio.choose(source);
    inspected = deferred();
    const other = { file: new File(["other"], "other.mp4") };
    studio.choose(other);
    first.resolve(FACTS);
    await settled();
    expect(studio.snapshot()).toEqual({ phase: "inspecting", source: other });
  });
});

describe("a division", () => {
  it("begins from a chosen file only", () => {
    studio.divide(SETTINGS);
    expect(studio.snapshot()).toEqual({ phase: "empty" });
  });

  it("is recorded, tells how far it is, and ends with the slave on its way to the service", async () => {
    await divide();
    expect([...records.values()]).toMatchObject([{ settings: SETTINGS, facts: FACTS, program: "now" }]);
    step({ stage: "dividing", pictures: 1, bytes: 50, share: 0.5 });
    expect(studio.snapshot()).toMatchObject({ phase: "dividing", progress: { bytes: 50, share: 0.5 } });
    divided.resolve(OUTPUT as unknown as DivisionOutput);
    const { record } = await reach("done");
    const slave = { state: "sending", share: 0 };
    expect(studio.snapshot()).toMatchObject({ source, output: OUTPUT, slave, isSaved: false });
    expect([...records.values()]).toMatchObject([{ output: { slaveId: "s" } }]);
    expect(records.get(record.id)?.output).not.toHaveProperty("main");
  });

  it("cancelled, leaves no record and gives the chosen file back", async () => {
    await divide();
    studio.cancel();
    expect(studio.snapshot()).toMatchObject({ phase: "dividing", isCancelling: true });
    expect(await reach("chosen")).toEqual({ phase: "chosen", source, facts: FACTS, wasCancelled: true });
    expect(records.size).toBe(0);
    expect(asked.slice(-2)).toEqual([expect.stringMatching(/^release /), "end of turn"]);
  });

  it("that fails says why, and leaves no record", async () => {
    const error = new Error("the disk is full");
    await divide();
    divided.reject(error);
    expect(await reach("chosen")).toEqual({ phase: "chosen", source, facts: FACTS, error });
    expect(records.size).toBe(0);
  });

  it("under way when its page goes stops, and its record stays", async () => {
    await divide();
    studio.close();
    expect(asked.slice(-2)).toEqual(["close", expect.stringMatching(/^release /)]);
    expect(records.size).toBe(1);
  });
});

describe("an unfinished division", () => {
  it.each([
    ["goes on where the same program divides", "now", "go on"],
    ["begins again where another one does", "before", "divide"],
  ])("%s", async (_name, program, expected) => {
    studio.goOn({ ...RECORD, program }, source);
    await reach("dividing");
    await settled();
    expect(asked).toEqual(["hold old", "hold old", expected]);
    expect(records.get("old")?.program).toBe("now");
  });

  it("that had come to its end is shown and sent", async () => {
    await studio.showFinished({ ...RECORD, output: OUTPUT as unknown as DivisionOutput });
    const done = await reach("done");
    expect(done).toMatchObject({ source: undefined, output: OUTPUT, slave: { state: "sending" } });
    expect(asked.filter((one) => one !== "send")).toEqual(["hold old"]);
    expect(asked).toContain("send");
  });

  it("is not sent by itself where its video was withdrawn since: whoever is told may send it", async () => {
    withdrawn = new DeliveryError("withdrawn", { serviceCode: "withdrawn" });
    expect(isWithdrawn(withdrawn)).toBe(true);
    await studio.showFinished({ ...RECORD, output: OUTPUT as unknown as DivisionOutput });
    await settled();
    expect(studio.snapshot()).toMatchObject({ phase: "done", slave: { state: "failed", error: withdrawn } });
    expect(asked).not.toContain("send");
    studio.sendSlave();
    expect(asked).toContain("send");
  });
});

describe("a finished division", () => {
  beforeEach(async () => {
    await divide();
    divided.resolve(OUTPUT as unknown as DivisionOutput);
    await reach("done");
  });

  it("needs its record until the slave is sent and the main saved", async () => {
    tellSent(1, 4);
    expect(studio.snapshot()).toMatchObject({ slave: { state: "sending", share: 0.25 } });
    sent.resolve();
    await settled();
    expect(studio.snapshot()).toMatchObject({ slave: { state: "done" } });
    expect(records.size).toBe(1);
    studio.saved();
    expect(studio.snapshot()).toMatchObject({ isSaved: true });
    expect(records.size).toBe(0);
  });

  it("whose slave does not reach the service is sent again when asked", async () => {
    const error = new Error("signed out");
    sent.reject(error);
    await settled();
    expect(studio.snapshot()).toMatchObject({ slave: { state: "failed", error } });
    sent = deferred();
    studio.sendSlave();
    expect(studio.snapshot()).toMatchObject({ slave: { state: "sending", share: 0 } });
    sent.resolve();
    await settled();
    expect(studio.snapshot()).toMatchObject({ slave: { state: "done" } });
  });

  it("says by name what it does where nothing can be counted, and no time that is left", async () => {
    // In a division of its own: this one is at its end.
    divided = deferred();
    studio = newStudio();
    await divide();
    expect(studio.snapshot()).toMatchObject({ progress: { stage: "reading" } });
    for (const stage of ["finishing", "teaser"] as const) {
      step({ stage, pictures: 9, bytes: 100, share: 1 });
      expect(studio.snapshot()).toMatchObject({ progress: { stage, rate: undefined, secondsLeft: undefined } });
    }
  });

  it("needs no record once it is sent and published, saved or not", async () => {
    sent.resolve();
    await settled();
    expect(records.size).toBe(1);
    studio.publishMain();
    published.resolve();
    await settled();
    expect(records.size).toBe(0);
  });

  it("is published when asked", async () => {
    studio.publishMain();
    expect(studio.snapshot()).toMatchObject({ main: { state: "sending", share: 0 } });
    published.resolve();
    await settled();
    expect(studio.snapshot()).toMatchObject({ main: { state: "done" } });
  });

  it("says nothing more of its transfer once another file is chosen", async () => {
    inspected = deferred();
    studio.choose(source);
    sent.resolve();
    await settled();
    expect(studio.snapshot()).toEqual({ phase: "inspecting", source });
  });
});
