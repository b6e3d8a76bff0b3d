import { describe, expect, it } from "vitest";
import type { NewComplaint } from "../../../server/complaints/store.ts";
import { idOf, NO_TIMELINE, type OpenFixture, useFixture, videoOf } from "./fixture.ts";

const complaintOf = (at: number, changes: Partial<NewComplaint> = {}): NewComplaint => ({
  ...{ at, mainId: idOf(0x1001), reason: "illegal", text: `text ${at} 海`, accountId: null },
  ...changes,
});

export function describeComplaintStore(name: string, open: OpenFixture): void {
  describe(`${name}: reports of videos`, () => {
    const at = useFixture(open);

    it("come back with the video's title, open ones and settled ones apart, newest first", async () => {
      const { complaints, videos } = at.stores;
      await videos.insert(videoOf(1, { title: "Bay" }), NO_TIMELINE);
      const numbers: number[] = [];
      for (const time of [5, 6, 7]) numbers.push(await complaints.insert(complaintOf(time, { accountId: `a${time}` })));
      const [first = 0, second = 0, third = 0] = numbers;
      const one = { ...complaintOf(6, { accountId: "a6" }), number: second, title: "Bay", settled: null };
      expect(await complaints.byNumber(second)).toEqual(one);
      const settled = { at: 9, byAccountId: "admin", note: "withdrawn" };
      expect(await complaints.settle(second, settled)).toBe(true);
      expect(await complaints.settle(second, { ...settled, note: "again" })).toBe(false);
      expect(await complaints.settle(99, settled)).toBe(false);
      const list = async (part: Parameters<typeof complaints.list>[0]) =>
        (await complaints.list(part)).map(({ number }) => number);
      expect(await list({ isOpen: true })).toEqual([third, first]);
      expect(await list({ isOpen: true, before: third })).toEqual([first]);
      expect(await complaints.list({ isOpen: false })).toEqual([{ ...one, settled }]);
      expect(await complaints.byNumber(99)).toBeUndefined();
    });

    it("are a hundred a part, and forgotten some time after they were settled, not before", async () => {
      const { complaints, videos } = at.stores;
      await videos.insert(videoOf(1), NO_TIMELINE);
      for (let n = 1; n <= 103; n++) await complaints.insert(complaintOf(n));
      const part = await complaints.list({ isOpen: true });
      expect(part).toHaveLength(100);
      const rest = await complaints.list({ isOpen: true, before: part.at(-1)?.number });
      expect(rest.map((one) => one.at)).toEqual([3, 2, 1]);
      for (const [i, one] of rest.entries())
        await complaints.settle(one.number, { at: 100 + i, byAccountId: "x", note: "y" });
      await complaints.removeSettledBefore(101);
      expect((await complaints.list({ isOpen: false })).map((one) => one.at)).toEqual([2, 1]);
      expect(await complaints.list({ isOpen: true })).toHaveLength(100);
    });
  });
}
