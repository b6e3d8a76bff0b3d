import { describe, expect, it } from "vitest";
import { ANYBODY } from "../../../server/cm/choose-cm.ts";
import { reportOf } from "../../../server/reports/report-data.ts";
import type { MadeReport, ReportSettings } from "../../../server/reports/store.ts";
import { idOf, type OpenFixture, type Stores, useFixture, videoOf } from "./fixture.ts";

/** Two videos of one provider and one of another, delivered behind one CM at 10, 20, 30; the first was downloaded at 15. */
async function fill({ videos, cms, library, playUnit, accounts }: Stores): Promise<void> {
  for (const number of [1, 2, 3]) await videos.insert(videoOf(number, { ownerId: number === 3 ? "b" : "a" }), []);
  await cms.insert({
    ...{ id: idOf(0x2001), house: false, active: true, kinds: [], ageLimit: 0, conditions: ANYBODY, type: "video/mp4" },
    ...{
      title: "CM",
      sponsor: "S",
      link: "",
      durationMilliseconds: 5000,
      bytes: 1,
      sha256: "",
      createdAt: 1,
      origin: null,
    },
  });
  await library.addDownload({ at: 15, mainId: idOf(0x1001), accountId: null }, "x");
  await playUnit.run(async ({ facts }) => {
    for (const number of [1, 2, 3]) {
      const play = { playId: idOf(number), cmId: idOf(0x2001) };
      const mainId = idOf(0x1000 + number);
      const unbilled = number === 2 ? ("cap" as const) : null;
      await facts.addDelivery({ ...play, video: 1, slaveId: idOf(number), mainId, unbilled, releasedAt: number * 10 });
      const event = { ...play, number: 1, seconds: 0, at: number * 10 };
      await facts.addEvent({ ...event, eventId: "i", kind: "impression", mainId: "" });
      const shown = { ...event, kind: "seconds", mainId, cmId: "" };
      await facts.addEvent({ ...shown, eventId: "s1", seconds: 4 });
      await facts.addEvent({ ...shown, eventId: "s2", seconds: 9, at: number * 10 + 5 });
    }
  });
  for (const id of ["a", "b"])
    await accounts.insert({
      ...{ id, email: null, passwordHash: "", role: "provider", status: "active", createdAt: 1 },
      ...{ company: "", section: "", responsiblePerson: "", address: "" },
    });
}

const settingsOf = (accountId: string, changes: Partial<ReportSettings> = {}): ReportSettings => ({
  accountId,
  everyDeliveries: 5,
  period: "weekly",
  byEmail: true,
  webhookUrl: null,
  webhookSecret: null,
  since: 7,
  ...changes,
});

export function describeReportStore(name: string, open: OpenFixture): void {
  describe(`${name}: reports`, () => {
    const at = useFixture(open);

    it("sum what lies in a period, of an owner, a video, a CM or all", async () => {
      await fill(at.stores);
      const { reports } = at.stores;
      const sums = async (scope: Parameters<typeof reports.lines>[0], from: number, to: number) => {
        const { videos, cms, deliveries, billable, downloads, secondsPlayed } = reportOf(
          from,
          to,
          await reports.lines(scope, from, to),
        );
        return [videos.length, cms.length, deliveries, billable, downloads, secondsPlayed];
      };
      expect(await sums({ all: true }, 0, 100)).toEqual([3, 1, 3, 2, 1, 27]);
      expect(await sums({ ownerId: "a" }, 0, 100)).toEqual([2, 1, 2, 1, 1, 18]);
      expect(await sums({ ownerId: "a" }, 10, 20)).toEqual([2, 1, 1, 1, 1, 9]); // to the end, which is not in it
      expect(await sums({ ownerId: "a" }, 15, 20)).toEqual([2, 0, 0, 0, 1, 5]); // less what was told before
      expect(await sums({ mainId: idOf(0x1003) }, 0, 100)).toEqual([1, 1, 1, 1, 0, 9]);
      const [cm] = await reports.lines({ cmId: idOf(0x2001) }, 0, 100);
      expect(cm).toMatchObject({
        kind: "cm",
        deliveries: 3,
        billable: 2,
        overCap: 1,
        repeats: 0,
        impressions: 3,
        clicks: 0,
      });
      expect(await reports.deliveries("a", 10, 20)).toBe(1);
    });

    it("have settings of each account, the ones put last", async () => {
      await fill(at.stores);
      const { reports } = at.stores;
      expect(await reports.settings("a")).toBeUndefined();
      await reports.putSettings(settingsOf("a"));
      const next = settingsOf("a", { everyDeliveries: null, byEmail: false, webhookUrl: "https://x.example" });
      await reports.putSettings(next);
      await reports.putSettings(settingsOf("b"));
      expect(await reports.settings("a")).toEqual(next);
      expect((await reports.allSettings()).map(({ accountId }) => accountId).toSorted()).toEqual(["a", "b"]);
    });

    it("have webhooks of CMs and videos, with secrets as they were sealed", async () => {
      const { reports } = at.stores;
      const webhook = { subject: "cm 1", url: "https://a.example", secret: new Uint8Array([1, 255]), since: 3 };
      await reports.putWebhook({ ...webhook, url: "https://old.example" });
      await reports.putWebhook(webhook);
      const found = await reports.webhook("cm 1");
      expect({ ...found, secret: new Uint8Array(found?.secret ?? []) }).toEqual(webhook);
      expect(await reports.webhooks()).toHaveLength(1);
      await reports.removeWebhook("cm 1");
      expect(await reports.webhook("cm 1")).toBeUndefined();
    });

    it("are stored with their sendings or not at all, listed newest first, and sent until they are done", async () => {
      const { reports } = at.stores;
      const made = (number: number): MadeReport => ({
        ...{ id: idOf(number), receiver: "a", reason: "weekly", from: number, to: number + 1 },
        report: reportOf(number, number + 1, []),
      });
      await reports.insert(made(1), ["webhook", "email"], 100);
      await reports.insert(made(2), [], 100);
      await expect(reports.insert(made(1), ["email"], 50)).rejects.toMatchObject({ kind: "unique" });
      expect(await reports.byId(idOf(1))).toEqual(made(1));
      expect(await reports.lastEnd("a", "weekly")).toBe(3);
      expect(await reports.lastEnd("a", "daily")).toBeUndefined();
      expect([await reports.due(99), await reports.waiting()]).toEqual([[], 2]);
      const [first, second] = await reports.due(100);
      if (first === undefined || second === undefined) throw new Error("two are due");
      await reports.tried(first.seq, { sentAt: 101, error: null, nextAt: null });
      await reports.tried(second.seq, { sentAt: null, error: "no answer", nextAt: 200 });
      expect([(await reports.due(199)).length, (await reports.due(200))[0]?.attempts, await reports.waiting()]).toEqual(
        [0, 1, 1],
      );
      const listed = await reports.list("a");
      expect(listed.map(({ id }) => id)).toEqual([idOf(2), idOf(1)]);
      expect(listed[1]?.sendings).toEqual([
        { by: first.by, sentAt: 101, attempts: 1, error: null },
        { by: second.by, sentAt: null, attempts: 1, error: "no answer" },
      ]);
      expect(await reports.list("b")).toEqual([]);
    });
  });
}
