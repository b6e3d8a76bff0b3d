import { describe, expect, it } from "vitest";
import { ANYBODY } from "../../../server/cm/choose-cm.ts";
import type { Cm, NewCm } from "../../../server/cm/store.ts";
import type { Surrounding } from "../../../server/surroundings/store.ts";
import { idOf, type OpenFixture, useFixture } from "./fixture.ts";

const cmOf = (number: number, changes: Partial<Cm> = {}): NewCm => ({
  id: idOf(number),
  house: false,
  active: true,
  kinds: ["car"],
  ageLimit: 0,
  conditions: { ...ANYBODY, genres: ["drama"], ageMin: 18, perViewerDay: 3 },
  type: "video/mp4",
  title: `CM ${number}`,
  sponsor: "S",
  link: "",
  durationMilliseconds: 5000,
  bytes: 10,
  sha256: "0".repeat(64),
  createdAt: number,
  origin: null,
  ...changes,
});

export function describeCmStore(name: string, open: OpenFixture): void {
  describe(`${name}: CMs`, () => {
    const at = useFixture(open);

    it("come back as they were put in, the newest first, with how often they were delivered", async () => {
      const { cms, playUnit } = at.stores;
      const origin = { url: "https://s.example/1", tag: '"a"', checkAt: 9, failures: 1, fault: null };
      for (const cm of [cmOf(1), cmOf(2, { house: true, origin })]) await cms.insert(cm);
      await playUnit.run(({ facts }) =>
        facts.addDelivery({
          playId: idOf(5),
          video: 1,
          slaveId: idOf(1),
          mainId: idOf(3),
          cmId: idOf(1),
          unbilled: null,
          releasedAt: 1,
        }),
      );
      expect(await cms.list()).toEqual([
        { ...cmOf(2, { house: true, origin }), deliveries: 0, billable: 0 },
        { ...cmOf(1), deliveries: 1, billable: 1 },
      ]);
      expect([await cms.count(), await cms.hasHouseCm()]).toEqual([2, true]);
    });

    it("that were removed keep their name, are listed no more, and may come again", async () => {
      const { cms } = at.stores;
      await cms.insert(cmOf(1, { house: true }));
      await cms.remove(idOf(1), 5);
      expect([await cms.isThere(idOf(1)), await cms.hasHouseCm(), await cms.count()]).toEqual([false, false, 0]);
      expect([await cms.list(), (await cms.byId(idOf(1)))?.title]).toEqual([[], "CM 1"]);
      await cms.insert(cmOf(1, { title: "Again" }));
      expect([await cms.isThere(idOf(1)), (await cms.list())[0]?.title]).toEqual([true, "Again"]);
      expect(await cms.isThere(idOf(2))).toBe(false);
    });

    it("are changed in what an administrator may change", async () => {
      const { cms } = at.stores;
      await cms.insert(cmOf(1));
      const changed = cmOf(1, { title: "New", active: false, kinds: [], conditions: ANYBODY, durationMilliseconds: 7 });
      await cms.change(idOf(1), changed);
      expect(await cms.byId(idOf(1))).toEqual({ ...changed, deliveries: 0, billable: 0 });
    });

    it("on their sponsors' servers are looked at while they are on, the longest waiting first; a fault switches them off", async () => {
      const { cms } = at.stores;
      const origin = { url: "https://s.example/1", tag: "", failures: 0, fault: null };
      for (const [number, checkAt] of [
        [1, 30],
        [2, 10],
        [3, 20],
        [4, 99],
      ] as const)
        await cms.insert(cmOf(number, { origin: { ...origin, checkAt } }));
      await cms.insert(cmOf(5));
      const due = async (most: number) => (await cms.originsDue(30, most)).map(({ id }) => id);
      expect(await due(8)).toEqual([idOf(2), idOf(3), idOf(1)]);
      expect(await due(1)).toEqual([idOf(2)]);
      await cms.putOrigin(idOf(2), { ...origin, checkAt: 10, fault: "gone" });
      expect(await due(8)).toEqual([idOf(3), idOf(1)]);
      expect(await cms.byId(idOf(2))).toMatchObject({ active: false, origin: { fault: "gone" } });
    });

    it("tell how often each event of each was counted", async () => {
      const { cms, playUnit } = at.stores;
      const event = { number: 1, mainId: "", cmId: idOf(1), seconds: 0, at: 1 };
      await playUnit.run(async ({ facts }) => {
        for (const play of [1, 2])
          await facts.addEvent(
            { ...event, playId: idOf(play), eventId: "a", kind: "click" },
            { mainId: idOf(2), seconds: 0 },
          );
        await facts.addEvent(
          { ...event, playId: idOf(1), eventId: "b", kind: "start" },
          { mainId: idOf(2), seconds: 0 },
        );
        await facts.addEvent(
          { ...event, playId: idOf(1), eventId: "c", kind: "seconds", cmId: "", mainId: idOf(2) },
          { mainId: idOf(2), seconds: 0 },
        );
      });
      expect((await cms.events()).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
        { cmId: idOf(1), kind: "click", count: 2 },
        { cmId: idOf(1), kind: "start", count: 1 },
      ]);
    });
  });
}

const surroundingOf = (number: number, changes: Partial<Surrounding> = {}): Surrounding => ({
  id: idOf(number),
  ownerId: null,
  mainId: null,
  kind: "information",
  title: `Entry ${number}`,
  text: "",
  link: "",
  active: true,
  kinds: ["x"],
  ageLimit: 0,
  conditions: ANYBODY,
  createdAt: number,
  imageType: null,
  imageSha256: null,
  ...changes,
});

export function describeSurroundingStore(name: string, open: OpenFixture): void {
  describe(`${name}: entries around videos`, () => {
    const at = useFixture(open);

    it("are listed newest first, all or one owner's, changed and removed", async () => {
      const { surroundings } = at.stores;
      for (const one of [surroundingOf(1), surroundingOf(2, { ownerId: "a" }), surroundingOf(3)])
        await surroundings.insert(one);
      expect(await surroundings.list()).toEqual([
        surroundingOf(3),
        surroundingOf(2, { ownerId: "a" }),
        surroundingOf(1),
      ]);
      expect(await surroundings.list("a")).toEqual([surroundingOf(2, { ownerId: "a" })]);
      await surroundings.change(idOf(1), surroundingOf(1, { text: "new", active: false }));
      expect(await surroundings.byId(idOf(1))).toEqual(surroundingOf(1, { text: "new", active: false }));
      await surroundings.remove(idOf(1));
      expect(await surroundings.byId(idOf(1))).toBeUndefined();
    });

    it("have an image that is fetched apart", async () => {
      const { surroundings } = at.stores;
      await surroundings.insert(surroundingOf(1));
      expect(await surroundings.image(idOf(1))).toBeUndefined();
      const image = { bytes: new Uint8Array([1, 2, 3]), type: "image/png", sha256: "a".repeat(64) };
      await surroundings.putImage(idOf(1), image);
      const found = await surroundings.image(idOf(1));
      expect({ ...found, bytes: new Uint8Array(found?.bytes ?? []) }).toEqual(image);
      expect(await surroundings.byId(idOf(1))).toMatchObject({ imageType: "image/png", imageSha256: "a".repeat(64) });
      await surroundings.putImage(idOf(1), undefined);
      expect(await surroundings.image(idOf(1))).toBeUndefined();
    });
  });
}
