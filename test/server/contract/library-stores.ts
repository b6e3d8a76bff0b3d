import { describe, expect, it } from "vitest";
import { NO_CONDITIONS } from "../../../server/library/conditions.ts";
import { searchWords } from "../../../server/library/search-text.ts";
import type { LibraryQuery, Main } from "../../../server/library/store.ts";
import { StorageError } from "../../../server/storage-error.ts";
import { packTimeline } from "../../../server/timeline.ts";
import { idOf, NO_TIMELINE, type OpenFixture, useFixture, videoOf } from "./fixture.ts";

const mainOf = (number: number, changes: Partial<Main> = {}): Main => ({
  mainId: idOf(number + 0x1000),
  bytes: 5000,
  sha256: "1".repeat(64),
  piecesSha256: null,
  copyright: "Header",
  genre: "drama",
  ageLimit: 12,
  hasPoster: false,
  createdAt: 1,
  url: null,
  playsInBrowser: true,
  ...changes,
});

export function describeVideoStore(name: string, open: OpenFixture): void {
  describe(`${name}: videos`, () => {
    const at = useFixture(open);

    it("are found by slave and main, with their timeline", async () => {
      const { videos } = at.stores;
      const timeline = [
        { lane: 0, startMilliseconds: 0, durationMilliseconds: 1000 },
        { lane: 257, startMilliseconds: 500, durationMilliseconds: 700 },
      ];
      const video = videoOf(1, { title: "日本語", ownerId: "a", durationSeconds: 12.345 });
      await videos.insert(video, packTimeline(timeline));
      expect(await videos.bySlave(video.slaveId)).toEqual(video);
      expect(await videos.byMain(video.mainId)).toEqual(video);
      const found = await videos.timeline(video.slaveId);
      expect([found.at(0), found.at(1), found.at(2), found.length]).toEqual([...timeline, undefined, 2]);
      expect([await videos.bySlave(idOf(9)), await videos.byMain(idOf(9))]).toEqual([undefined, undefined]);
      expect(await videos.count()).toBe(1);
    });

    it("have each slave and each main once, of two at the same time too", async () => {
      const { videos } = at.stores;
      const tried = await Promise.allSettled([
        videos.insert(videoOf(1), NO_TIMELINE),
        videos.insert(videoOf(1, { mainId: idOf(7) }), NO_TIMELINE),
        videos.insert(videoOf(2, { mainId: videoOf(1).mainId }), NO_TIMELINE),
      ]);
      const reasons = tried.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      expect(reasons).toHaveLength(2);
      for (const reason of reasons) {
        expect(reason).toBeInstanceOf(StorageError);
        expect((reason as StorageError).kind).toBe("unique");
      }
      expect(await videos.count()).toBe(1);
    });

    it("are in one state, and a draft's first main makes it public unless another state is told", async () => {
      const { videos } = at.stores;
      const stateOf = async (number: number) => (await videos.bySlave(idOf(number)))?.state;
      for (const number of [1, 2, 3, 4])
        await videos.insert(videoOf(number, { state: number === 3 ? "unlisted" : "draft" }), NO_TIMELINE);
      await videos.putMain(mainOf(1));
      await videos.putMain(mainOf(2), "draft");
      await videos.putMain(mainOf(3));
      expect([await stateOf(1), await stateOf(2), await stateOf(3)]).toEqual(["public", "draft", "unlisted"]);
      await videos.putMain(mainOf(2)); // not its first
      expect(await stateOf(2)).toBe("draft");
      await videos.putMain(mainOf(2), "unlisted");
      expect([await stateOf(2), await videos.setState(idOf(2), "public"), await stateOf(2)]).toEqual([
        "unlisted",
        true,
        "public",
      ]);
      await videos.withdraw(idOf(2), 5);
      await videos.putMain(mainOf(2), "public");
      expect([await videos.setState(idOf(2), "public"), await stateOf(2)]).toEqual([false, "withdrawn"]);
    });

    it("that were withdrawn keep their ids, and come back as drafts", async () => {
      const { videos, library } = at.stores;
      const { slaveId, mainId } = videoOf(1);
      await videos.insert(videoOf(1), NO_TIMELINE);
      await videos.putMain(mainOf(1));
      await library.putExtra(mainId, { kind: "poster", type: "image/png", bytes: 1, sha256: "e".repeat(64) });
      await videos.withdraw(slaveId, 100);
      const withdrawn = { state: "withdrawn", withdrawnAt: 100 };
      expect(await videos.byMain(mainId)).toMatchObject(withdrawn);
      expect(await videos.bySlave(slaveId)).toMatchObject(withdrawn);
      expect(await videos.unusedSince(99)).toEqual([]);
      expect(await videos.unusedSince(100)).toEqual([{ slaveId, mainId }]);
      await videos.markRemoved(slaveId, mainId, 101);
      expect([await videos.unusedSince(200), await videos.main(mainId)]).toEqual([[], undefined]);
      expect(await library.usesExtra("e".repeat(64))).toBe(false);
      await videos.bringBack(slaveId);
      expect(await videos.byMain(mainId)).toMatchObject({ state: "draft", withdrawnAt: null });
    });

    it("show what their main's header tells until their provider changes it", async () => {
      const { videos } = at.stores;
      await videos.insert(videoOf(1, { description: "kept" }), NO_TIMELINE);
      await videos.putMain(mainOf(1));
      const { mainId, slaveId } = videoOf(1);
      const shown = { copyright: "Header", genre: "drama", ageLimit: 12, description: "kept", title: "Video 1" };
      expect(await videos.byMain(mainId)).toMatchObject(shown);
      await videos.edit(slaveId, { ...shown, genre: "comedy" }, 5);
      await videos.putMain(mainOf(1, { genre: "other", bytes: 6000 }));
      expect(await videos.byMain(mainId)).toMatchObject({ genre: "comedy" });
      expect(await videos.main(mainId)).toEqual(mainOf(1, { genre: "other", bytes: 6000 }));
    });

    it("take up what slaves and mains that are here take", async () => {
      const { videos } = at.stores;
      for (const number of [1, 2, 3])
        await videos.insert(videoOf(number, { ownerId: number === 3 ? "b" : "a" }), NO_TIMELINE);
      await videos.putMain(mainOf(1));
      await videos.putMain(mainOf(2, { url: "https://mains.example/2.cmx" }));
      expect([await videos.bytesOf("a"), await videos.bytesOf("b"), await videos.bytesOf("c")]).toEqual([
        7000, 1000, 0,
      ]);
      await videos.withdraw(idOf(1), 1);
      await videos.markRemoved(idOf(1), idOf(0x1001), 2);
      expect(await videos.bytesOf("a")).toBe(1000);
    });

    it("tell the servers that mains are read from, each once, and mains that were not hashed by pieces", async () => {
      const { videos } = at.stores;
      for (const number of [1, 2, 3, 4]) await videos.insert(videoOf(number), NO_TIMELINE);
      for (const [number, url] of [
        [1, "https://a.example/1"],
        [2, "https://a.example/2"],
        [3, "https://b.example/3"],
      ] as const)
        await videos.putMain(mainOf(number, { url, playsInBrowser: number !== 3 }));
      expect(await videos.mainOrigins()).toEqual(["https://a.example"]);
      expect(await videos.mainWithoutPieces()).toBeUndefined();
      await videos.putMain(mainOf(4));
      expect(await videos.mainWithoutPieces()).toBe(idOf(0x1004));
      await videos.putPieces(idOf(0x1004), "2".repeat(64));
      expect(await videos.mainWithoutPieces()).toBeUndefined();
    });
  });
}

export function describeLibraryStore(name: string, open: OpenFixture): void {
  describe(`${name}: the library`, () => {
    const at = useFixture(open);
    const find = async (query: Partial<LibraryQuery>): Promise<number[]> => {
      const { videos } = await at.stores.library.list({ words: [], offset: 0, most: 100, ...query });
      return videos.map(({ slaveId }) => Number.parseInt(slaveId, 16));
    };

    it("lists newest first, a page at a time, with how many there are", async () => {
      const { videos, library } = at.stores;
      for (const number of [1, 2, 3, 4, 5])
        await videos.insert(videoOf(number, { createdAt: number < 4 ? number : 9 }), NO_TIMELINE);
      expect(await find({})).toEqual([4, 5, 3, 2, 1]);
      const page = await library.list({ words: [], offset: 3, most: 2 });
      expect([page.total, page.videos.map(({ createdAt }) => createdAt)]).toEqual([5, [2, 1]]);
      expect((await library.list({ words: [], offset: 9, most: 2 })).total).toBe(5);
    });

    it("finds parts of words, short and long ones, in every field, folded, and signs as they are", async () => {
      const { videos } = at.stores;
      await videos.insert(videoOf(1, { title: "Ｂａｙ and valley", genre: "documentary" }), NO_TIMELINE);
      await videos.insert(videoOf(2, { title: "夏の海", description: 'A "quoted" 100 % word' }), NO_TIMELINE);
      for (const [query, wanted] of [
        ["bay", [1]],
        ["ALLEY docu", [1]],
        ["海", [2]],
        ["夏の", [2]],
        ['"quoted"', [2]],
        ["100 %", [2]],
        ["bay 海", []],
        ["%", [2]],
        ["_", []],
        ["or AND not", []],
      ] as const)
        expect([query, await find({ words: searchWords(query) })]).toEqual([query, wanted]);
      await videos.edit(idOf(1), { title: "Changed", copyright: "", genre: "", description: "", ageLimit: 0 }, 2);
      expect(await find({ words: ["bay"] })).toEqual([]);
      expect(await find({ words: ["changed"] })).toEqual([1]);
    });

    it("narrows by genre, age, main and owner, who sees every state", async () => {
      const { videos, library } = at.stores;
      await videos.insert(videoOf(1, { genre: "drama", ageLimit: 18, ownerId: "a" }), NO_TIMELINE);
      await videos.insert(videoOf(2, { genre: "drama", ownerId: "a" }), NO_TIMELINE);
      await videos.insert(videoOf(3, { genre: "news", ownerId: "b" }), NO_TIMELINE);
      expect(await find({ genre: "drama" })).toEqual([2, 1]);
      expect(await find({ ageMost: 12 })).toEqual([3, 2]);
      expect(await find({ mainId: idOf(0x1003) })).toEqual([3]);
      for (const state of ["draft", "unlisted"] as const) {
        await videos.insert(videoOf(state.length, { ownerId: "c", state, genre: "news" }), NO_TIMELINE);
        expect([await find({}), await find({ mainId: idOf(0x1000 + state.length) })]).toEqual([
          [3, 2, 1],
          [state.length],
        ]);
      }
      expect(await find({ ownerId: "c" })).toEqual([8, 5]);
      await videos.withdraw(idOf(2), 5);
      expect([await find({}), await find({ ownerId: "a" })]).toEqual([
        [3, 1],
        [2, 1],
      ]);
      expect(await library.genres()).toEqual([
        { genre: "drama", videos: 1 },
        { genre: "news", videos: 1 },
      ]);
    });

    it("shows mains and extras beside a video, and counts", async () => {
      const { videos, library, playUnit } = at.stores;
      const { mainId } = videoOf(1);
      await videos.insert(videoOf(1), NO_TIMELINE);
      await videos.putMain(mainOf(1));
      const poster = { kind: "poster" as const, type: "image/png", bytes: 1, sha256: "a".repeat(64) };
      await library.putExtra(mainId, poster);
      await library.putExtra(mainId, { ...poster, sha256: "b".repeat(64) });
      await library.putExtra(mainId, { ...poster, kind: "teaser" });
      const download = (at: number, once: string) => library.addDownload({ at, mainId, accountId: "a" }, once);
      expect(await Promise.all([download(1, "x"), download(2, "y"), download(2, "y")])).toEqual([true, true, false]);
      await playUnit.run(({ facts }) =>
        facts.addDelivery({
          ...{ playId: idOf(5), video: 1, slaveId: idOf(1), mainId, cmId: idOf(6), releasedAt: 1 },
          unbilled: null,
        }),
      );
      const [listed] = (await library.list({ words: [], offset: 0, most: 1 })).videos;
      expect(listed).toMatchObject({ downloads: 2, deliveries: 1, main: mainOf(1) });
      expect([listed?.extras.poster?.sha256, listed?.extras.teaser?.sha256]).toEqual(["b".repeat(64), "a".repeat(64)]);
      await library.removeExtra(mainId, "teaser");
      expect([await library.usesExtra("a".repeat(64)), await library.usesExtra("b".repeat(64))]).toEqual([false, true]);
      await library.forgetDownloaders(2);
      expect(await library.downloads(mainId, 10)).toEqual([
        { at: 2, mainId, accountId: "a" },
        { at: 1, mainId, accountId: null },
      ]);
      expect(await library.downloads(mainId, 1)).toHaveLength(1);
    });
  });
}

export function describeConditionStore(name: string, open: OpenFixture): void {
  describe(`${name}: conditions on videos`, () => {
    const at = useFixture(open);

    it("are none until they are set, and then the ones set last", async () => {
      const { conditions, videos } = at.stores;
      const { mainId } = videoOf(1);
      await videos.insert(videoOf(1), NO_TIMELINE);
      expect(await conditions.of(mainId)).toEqual(NO_CONDITIONS);
      const some = { ...NO_CONDITIONS, plays: 3, fromAt: 9, kindsAllowed: ["sport", "車"] };
      for (const [i, each] of [{ ...some, plays: 2 }, some].entries())
        await conditions.set(mainId, each, { accountId: "a", at: i });
      expect(await conditions.of(mainId)).toEqual(some);
      const entries = await conditions.log({ accountId: "a" });
      expect(entries).toMatchObject([
        { at: 1, mainId, title: "Video 1", conditions: some },
        { at: 0, mainId, conditions: { plays: 2 } },
      ]);
      expect(await conditions.log({ accountId: "a", before: entries[0]?.number })).toHaveLength(1);
      expect(await conditions.log({ accountId: "b" })).toEqual([]);
    });
  });
}
