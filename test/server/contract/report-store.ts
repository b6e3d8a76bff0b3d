import { describe, expect, it } from "vitest";
import { ANYBODY } from "../../../server/cm/choose-cm.ts";
import { reportOf } from "../../../server/reports/report-data.ts";
import type { MadeReport, ReportSettings } from "../../../server/reports/store.ts";
import { below, createRandom } from "../../support/fills.ts";
import { idOf, NO_TIMELINE, type OpenFixture, type Stores, useFixture, videoOf } from "./fixture.ts";

/** Two videos of one provider and one of another, delivered behind one CM at 10, 20, 30; the first was downloaded at 15. */
async function fill({ videos, cms, library, playUnit, accounts }: Stores): Promise<void> {
  for (const number of [1, 2, 3])
    await videos.insert(videoOf(number, { ownerId: number === 3 ? "b" : "a" }), NO_TIMELINE);
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
      await facts.addEvent({ ...event, eventId: "i", kind: "impression", mainId: "" }, { mainId, seconds: 0 });
      const shown = { ...event, kind: "seconds", mainId, cmId: "" };
      await facts.addEvent({ ...shown, eventId: "s1", seconds: 4 }, { mainId, seconds: 4 });
      await facts.addEvent({ ...shown, eventId: "s2", seconds: 9, at: number * 10 + 5 }, { mainId, seconds: 5 });
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

    it("sum any period as a count of all facts does, over hours and days", async () => {
      await fill(at.stores);
      const { reports, playUnit, library } = at.stores;
      const [HOUR, random] = [3600 * 1000, createRandom(7)];
      const pick = <T>(of: readonly T[]) => of[below(random, of.length)] as T;
      const timeOf = () => 1000 + pick([0, below(random, 100 * HOUR), below(random, 100) * HOUR - 1000]); // some on the hour
      const reasons = [null, "repeat", "cap", "rate"] as const;
      const facts = Array.from({ length: 300 }, (_, i) => ({
        number: 1 + (i % 3),
        at: timeOf(),
        unbilled: reasons[i % 4] ?? null,
      }));
      await playUnit.run(async (unit) => {
        for (const [i, { number, at: releasedAt, unbilled }] of facts.entries()) {
          const [slaveId, mainId] = [idOf(number), idOf(0x1000 + number)];
          const delivery = {
            playId: idOf(0x5000 + i),
            video: 1,
            slaveId,
            mainId,
            cmId: idOf(0x2001),
            unbilled,
            releasedAt,
          };
          await unit.facts.addDelivery(delivery);
          const event = { playId: delivery.playId, number: 1, seconds: 0, at: releasedAt };
          await unit.facts.addEvent(
            { ...event, eventId: "c", kind: "click", mainId: "", cmId: idOf(0x2001) },
            { mainId, seconds: 0 },
          );
          await unit.facts.addEvent(
            { ...event, eventId: "s", kind: "seconds", mainId, cmId: "" },
            { mainId, seconds: i },
          );
        }
      });
      for (const [i, { number, at }] of facts.entries())
        await library.addDownload({ at, mainId: idOf(0x1000 + number), accountId: null }, `${i}`);
      const times = [...facts.slice(0, 20).map(({ at }) => at), ...[1, 24, 48, 30.5].map((hours) => hours * HOUR)];
      for (let i = 0; i < 60; i++) {
        const [a, b] = [pick(times), pick(times)];
        const [from, to] = [Math.max(100, Math.min(a, b)), Math.max(a, b)]; // behind what fill() counted
        const within = facts.filter((fact) => fact.number < 3 && fact.at >= from && fact.at < to);
        const found = reportOf(from, to, await reports.lines({ ownerId: "a" }, from, to));
        const billable = within.filter(({ unbilled }) => unbilled === null).length;
        const repeats = within.filter(({ unbilled }) => unbilled === "repeat").length;
        expect([from, to, found.deliveries, found.billable, found.downloads]).toEqual([
          ...[from, to, within.length, billable, within.length],
        ]);
        expect(found.videos.reduce((sum, row) => sum + row.repeats, 0)).toBe(repeats);
        expect(await reports.deliveries("a", from, to)).toBe(within.length);
        expect(found.cms.reduce((sum, row) => sum + row.clicks, 0)).toBe(within.length);
        const seconds = within.reduce((sum, fact) => sum + facts.indexOf(fact), 0);
        expect(found.secondsPlayed).toBe(seconds);
        const behind = facts.filter((fact) => fact.at >= from && fact.at < to).length;
        expect((await reports.lines({ cmId: idOf(0x2001) }, from, to))[0]?.deliveries ?? 0).toBe(behind);
      }
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
