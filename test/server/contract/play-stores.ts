import { describe, expect, it } from "vitest";
import type { CountedEvent, Delivery } from "../../../server/ledger/entries.ts";
import { walkLedger } from "../../../server/ledger/walk-ledger.ts";
import { type Fact, type NewDelivery, writeFact } from "../../../server/plays/facts.ts";
import { openState, type Play, type PlayCm } from "../../../server/plays/play.ts";
import { idOf, NO_TIMELINE, type OpenFixture, type Stores, useFixture, videoOf } from "./fixture.ts";

const cmOf = (cmId: string): PlayCm => ({ cmId, type: "video/mp4", durationMilliseconds: 5000, bytes: 9 });

const DAY = 24 * 3600 * 1000;

function playOf(number: number, changes: Partial<Play> = {}): Play {
  return {
    id: idOf(number),
    sessionId: idOf(0x500),
    viewer: "viewer",
    createdAt: number,
    key: new Uint8Array(32).fill(number),
    videos: [{ mainId: idOf(0x1001), slaveId: idOf(1), segments: 60, durationMilliseconds: 60_000 }],
    cms: [idOf(0x2001), idOf(0x2002)].map(cmOf),
    state: openState(1, number),
    ...changes,
  };
}

const deliveryOf = (play: number, video = 1): Delivery => ({
  playId: idOf(play),
  video,
  slaveId: idOf(1),
  mainId: idOf(0x1001),
  cmId: idOf(0x2001),
  unbilled: null,
  releasedAt: play * 10,
});

const delivered = (delivery: Delivery, viewer = "viewer", changes: Partial<NewDelivery> = {}): Fact => ({
  ...{ kind: "delivery", delivery, viewer, accountId: undefined, perViewerDay: null, network: undefined },
  ...changes,
});

const eventOf = (play: number, eventId: string, changes: Partial<CountedEvent> = {}): CountedEvent => ({
  playId: idOf(play),
  eventId,
  kind: "click",
  number: 1,
  mainId: "",
  cmId: idOf(0x2001),
  seconds: 0,
  at: play * 10,
  ...changes,
});

const insert = ({ playUnit }: Stores, play: Play): Promise<void> => playUnit.run((unit) => unit.plays.insert(play));

const write = ({ playUnit }: Stores, ...facts: Fact[]): Promise<boolean[]> =>
  playUnit.run(async (unit) => {
    const news: boolean[] = [];
    for (const fact of facts) news.push(await writeFact(unit, fact));
    return news;
  });

export function describePlayStore(name: string, open: OpenFixture): void {
  describe(`${name}: plays`, () => {
    const at = useFixture(open);

    it("come back as they were put in, and as their state was put last", async () => {
      const { plays, playUnit } = at.stores;
      const play = playOf(1);
      await insert(at.stores, play);
      expect(await plays.byId(play.id)).toEqual(play);
      const state = { ...play.state, place: { kind: "over" as const }, seenAt: 77 };
      await playUnit.run((unit) => unit.plays.putState({ id: play.id, state }));
      expect(await plays.byId(play.id)).toEqual({ ...play, state });
      expect(await plays.byId(idOf(9))).toBeUndefined();
    });

    it("are counted by viewer, and found where they were left", async () => {
      const { plays, playUnit } = at.stores;
      for (const number of [10, 20, 30]) await insert(at.stores, playOf(number));
      await insert(at.stores, playOf(40, { viewer: "other" }));
      expect(await plays.openedSince("viewer", 10)).toBe(2);
      const over = { ...openState(1, 20), place: { kind: "over" as const } };
      await playUnit.run((unit) => unit.plays.putState({ id: idOf(20), state: over }));
      expect((await plays.left("viewer", 30)).map(({ id }) => id)).toEqual([idOf(10)]);
    });

    it("are forgotten by their age, with what they hold of slaves and CMs", async () => {
      const { plays, videos, cms } = at.stores;
      await videos.insert(videoOf(1, { ownerId: "a" }), NO_TIMELINE);
      await videos.withdraw(idOf(1), 5);
      for (const number of [10, 20]) await insert(at.stores, playOf(number));
      expect([await videos.unusedSince(5), await cms.playsShowing(idOf(0x2002))]).toEqual([[], 2]);
      await plays.removeBefore(20);
      expect([await videos.unusedSince(5), await cms.playsShowing(idOf(0x2002))]).toEqual([[], 1]);
      await plays.removeBefore(21);
      expect(await plays.byId(idOf(20))).toBeUndefined();
      expect(await videos.unusedSince(5)).toEqual([{ slaveId: idOf(1), mainId: idOf(0x1001) }]);
      expect(await videos.unusedSince(4)).toEqual([]);
      expect(await cms.playsShowing(idOf(0x2002))).toBe(0);
    });

    it("show a CM once, however often it comes, and until they are over", async () => {
      const { cms, playUnit } = at.stores;
      const twice = [idOf(0x2003), idOf(0x2003)].map(cmOf);
      await insert(at.stores, playOf(1, { cms: twice }));
      expect(await cms.playsShowing(idOf(0x2003))).toBe(1);
      const over = { ...openState(1, 1), place: { kind: "over" as const } };
      await playUnit.run((unit) => unit.plays.putState({ id: idOf(1), state: over }));
      expect(await cms.playsShowing(idOf(0x2003))).toBe(0);
    });
  });
}

export function describePlayUnitOfWork(name: string, open: OpenFixture): void {
  describe(`${name}: a unit of work of plays`, () => {
    const at = useFixture(open);

    it("counts a delivery and an event once, in the ledger too", async () => {
      const delivery = delivered(deliveryOf(1));
      expect(await write(at.stores, delivery, delivery)).toEqual([true, false]);
      expect(await write(at.stores, delivered({ ...deliveryOf(1), releasedAt: 99 }))).toEqual([false]);
      const counts = { mainId: idOf(0x1001), seconds: 1 };
      const click: Fact = { kind: "event", event: eventOf(1, "a"), counts };
      expect(await write(at.stores, click, click)).toEqual([true, false]);
      expect(await write(at.stores, { kind: "event", event: eventOf(1, "b"), counts })).toEqual([false]); // the same click by another id
      for (const [id, seconds] of [
        ["s1", 1],
        ["s2", 2],
      ] as const) {
        const event = eventOf(1, id, { kind: "seconds", seconds, mainId: idOf(0x1001), cmId: "" });
        expect(await write(at.stores, { kind: "event", event, counts })).toEqual([true]);
      }
      expect(await at.stores.plays.deliveries()).toEqual([deliveryOf(1)]);
      expect(await at.stores.plays.videoPlays(idOf(0x1001), "viewer")).toEqual({ all: 1, ofViewer: 1 });
      const ledger = await at.fixture.withLedger(walkLedger);
      expect(ledger).toMatchObject({ entries: 4, deliveries: 1, events: 3 });
    });

    it("leaves nothing of what it did where it throws: no state, no delivery, no count, no entry", async () => {
      const { plays, playUnit } = at.stores;
      const play = playOf(1);
      await insert(at.stores, play);
      const failed = playUnit.run(async (unit) => {
        await unit.plays.putState({ id: play.id, state: { ...play.state, seenAt: 99 } });
        await writeFact(unit, delivered(deliveryOf(1)));
        await writeFact(unit, { kind: "owed", owed: { playId: play.id, viewer: "viewer", cmId: idOf(7), at: 1 } });
        await writeFact(unit, { kind: "cm-view", viewer: "viewer", cmId: idOf(7), at: 1 });
        throw new RangeError("stop");
      });
      await expect(failed).rejects.toThrow(RangeError);
      expect(await plays.byId(play.id)).toEqual(play);
      expect([await plays.deliveries(), await plays.owed("viewer")]).toEqual([[], []]);
      expect(await plays.cmViews("viewer", 1)).toEqual(new Map());
      expect(await plays.videoPlays(idOf(0x1001), "viewer")).toEqual({ all: 0, ofViewer: 0 });
      expect(await at.fixture.withLedger(walkLedger)).toMatchObject({ entries: 0 });
      expect(await write(at.stores, delivered(deliveryOf(1)))).toEqual([true]);
    });

    it("is one after another: of many at once the ledger holds, and each counts", async () => {
      const { plays, accounts, sessions } = at.stores;
      const work = Array.from({ length: 40 }, (_, i) =>
        write(at.stores, delivered(deliveryOf(i + 1), `viewer ${i % 4}`)),
      );
      const others = Array.from({ length: 20 }, (_, i) =>
        sessions.insert({ id: idOf(i), tokenHash: `t${i}`, accountId: null, network: null, at: i }),
      );
      const failing = Array.from({ length: 5 }, () =>
        at.stores.playUnit.run(async (unit) => {
          await writeFact(unit, delivered(deliveryOf(0x99), "nobody"));
          throw new Error("stop");
        }),
      );
      expect((await Promise.allSettled(failing)).every(({ status }) => status === "rejected")).toBe(true);
      expect((await Promise.all(work)).flat()).toEqual(Array(40).fill(true));
      await Promise.all(others);
      expect(await plays.videoPlays(idOf(0x1001), "viewer 0")).toEqual({ all: 40, ofViewer: 10 });
      expect((await plays.deliveries()).map(({ releasedAt }) => releasedAt)).toEqual(
        Array.from({ length: 40 }, (_, i) => (i + 1) * 10),
      );
      expect(await at.fixture.withLedger(walkLedger)).toMatchObject({ entries: 40, deliveries: 40 });
      expect(await accounts.hasAdministrator()).toBe(false);
    });

    it("gives what its work gives, and is read by others when it is done", async () => {
      const { playUnit, plays } = at.stores;
      const seen = await playUnit.run(async (unit) => {
        await unit.facts.addDelivery(deliveryOf(3));
        return (await unit.ledger.last())?.seq ?? 0;
      });
      expect(seen).toBe(0);
      expect(await plays.deliveries()).toHaveLength(1);
    });

    it("owes a CM once for a play, the oldest first, until it is shown", async () => {
      const { plays } = at.stores;
      const owed = (play: number, cmId: string): Fact => ({
        kind: "owed",
        owed: { playId: idOf(play), viewer: "viewer", cmId, at: 100 - play },
      });
      expect(await write(at.stores, owed(1, "x"), owed(1, "y"), owed(2, "z"))).toEqual([true, false, true]);
      expect(await plays.owed("viewer")).toEqual(["z", "x"]);
      await write(at.stores, { kind: "settled", viewer: "viewer", cmId: "z" });
      expect(await plays.owed("viewer")).toEqual(["x"]);
      expect(await plays.owed("other")).toEqual([]);
    });

    it("counts showings by viewer and day, and forgets days with the plays of before", async () => {
      const { plays } = at.stores;
      const view = (time: number): Fact => ({ kind: "cm-view", viewer: "viewer", cmId: "x", at: time });
      await write(at.stores, view(DAY), view(2 * DAY - 1), view(2 * DAY));
      expect(await plays.cmViews("viewer", 1.5 * DAY)).toEqual(new Map([["x", 2]]));
      expect(await plays.cmViews("viewer", 2 * DAY)).toEqual(new Map([["x", 1]]));
      await plays.removeBefore(2 * DAY);
      expect(await plays.cmViews("viewer", DAY)).toEqual(new Map());
      expect(await plays.cmViews("viewer", 2 * DAY)).toEqual(new Map([["x", 1]]));
    });
  });
}
