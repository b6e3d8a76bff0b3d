import { describe, expect, it } from "vitest";
import type { Account } from "../../../server/accounts/store.ts";
import { idOf, type OpenFixture, useFixture } from "./fixture.ts";

const accountOf = (id: string, changes: Partial<Account> = {}): Account => ({
  id,
  email: `${id}@example.org`,
  passwordHash: "hash",
  role: "viewer",
  status: "active",
  company: "",
  section: "",
  responsiblePerson: "",
  address: "",
  createdAt: 1,
  ...changes,
});

export function describeAccountStore(name: string, open: OpenFixture): void {
  describe(`${name}: accounts`, () => {
    const at = useFixture(open);

    it("are found by id and by e-mail address, and not by another", async () => {
      const { accounts } = at.stores;
      const account = accountOf("a", { company: "C", responsiblePerson: "P" });
      expect(await accounts.insert(account)).toBe(true);
      expect(await accounts.byId("a")).toEqual(account);
      expect(await accounts.byEmail("a@example.org")).toEqual(account);
      expect([await accounts.byId("b"), await accounts.byEmail("b@example.org")]).toEqual([undefined, undefined]);
    });

    it("have each e-mail address once, of many that register at the same time too", async () => {
      const { accounts } = at.stores;
      const made = await Promise.all(
        Array.from({ length: 10 }, (_, i) => accounts.insert(accountOf(`a${i}`, { email: "same@example.org" }))),
      );
      expect(made.filter(Boolean)).toHaveLength(1);
      await accounts.insert(accountOf("b"));
      expect(await accounts.change("b", { email: "same@example.org", company: "X" })).toBe("taken");
      expect(await accounts.byId("b")).toMatchObject({ email: "b@example.org", company: "" });
      expect(await accounts.change("b", { email: "b@example.org" })).toBe("changed");
    });

    it("may be several without an address: the deleted ones", async () => {
      const { accounts } = at.stores;
      for (const id of ["a", "b"]) {
        await accounts.insert(accountOf(id));
        expect(await accounts.change(id, { email: null, status: "deleted" })).toBe("changed");
      }
      expect(await accounts.byId("b")).toMatchObject({ email: null, status: "deleted" });
    });

    it("keep an administrator, whatever two do at the same time", async () => {
      const { accounts } = at.stores;
      expect(await accounts.hasAdministrator()).toBe(false);
      for (const id of ["a", "b"]) await accounts.insert(accountOf(id, { role: "administrator" }));
      const results = await Promise.all([
        accounts.change("a", { role: "viewer" }),
        accounts.change("b", { status: "disabled" }),
      ]);
      expect(results.toSorted()).toEqual(["changed", "last"]);
      expect(await accounts.hasAdministrator()).toBe(true);
    });

    it("are listed by id, a hundred at a time, and found by words that stand for themselves", async () => {
      const { accounts } = at.stores;
      for (let i = 0; i < 130; i++) await accounts.insert(accountOf(`a${String(i).padStart(3, "0")}`));
      await accounts.insert(accountOf("z", { company: "100 % Film_Co" }));
      const first = await accounts.list("", "");
      expect(first).toHaveLength(100);
      const second = await accounts.list("", first.at(-1)?.id ?? "");
      expect([...first, ...second].map(({ id }) => id)).toEqual([...first, ...second].map(({ id }) => id).toSorted());
      expect([...first, ...second]).toHaveLength(131);
      expect((await accounts.list("0 % film_", "")).map(({ id }) => id)).toEqual(["z"]);
      expect(await accounts.list("%%", "")).toEqual([]);
    });

    it("are made by a link once; one that failed leaves the link good, a newer link makes it worthless", async () => {
      const { accounts } = at.stores;
      await accounts.insert(accountOf("a"));
      await accounts.setLink({ tokenHash: "old", accountId: null, expiresAt: null });
      await accounts.setLink({ tokenHash: "new", accountId: null, expiresAt: null });
      const admin = accountOf("b", { role: "administrator" });
      expect(await accounts.insertByLink("old", admin)).toBe("used");
      expect(await accounts.insertByLink("new", { ...admin, email: "a@example.org" })).toBe("taken");
      const both = await Promise.all([
        accounts.insertByLink("new", admin),
        accounts.insertByLink("new", accountOf("c", { role: "administrator" })),
      ]);
      expect(both.toSorted()).toEqual(["made", "used"]);
    });

    it("get a new password by a link once, and until it is over", async () => {
      const { accounts } = at.stores;
      await accounts.insert(accountOf("a"));
      await accounts.setLink({ tokenHash: "t", accountId: "a", expiresAt: 100 });
      expect(await accounts.setPasswordByLink("t", "late", 100)).toBeUndefined();
      expect(await accounts.setPasswordByLink("t", "next", 99)).toBe("a");
      expect(await accounts.setPasswordByLink("t", "again", 99)).toBeUndefined();
      expect(await accounts.byId("a")).toMatchObject({ passwordHash: "next" });
    });
  });
}

export function describeSessionStore(name: string, open: OpenFixture): void {
  describe(`${name}: sessions`, () => {
    const at = useFixture(open);

    it("are found by their token's hash, with the account as it is now", async () => {
      const { accounts, sessions } = at.stores;
      await accounts.insert(accountOf("a"));
      await sessions.insert({ id: idOf(1), tokenHash: "one", accountId: "a", network: "n", at: 5 });
      await sessions.insert({ id: idOf(2), tokenHash: "two", accountId: null, network: null, at: 6 });
      await accounts.change("a", { status: "disabled" });
      const account = { id: "a", role: "viewer", status: "disabled" };
      expect(await sessions.byToken("one")).toEqual({ id: idOf(1), createdAt: 5, seenAt: 5, account });
      expect(await sessions.byToken("two")).toEqual({ id: idOf(2), createdAt: 6, seenAt: 6, account: undefined });
      expect(await sessions.byToken("three")).toBeUndefined();
    });

    it("go on under another token when a visitor signs in", async () => {
      const { accounts, sessions } = at.stores;
      await accounts.insert(accountOf("a"));
      await sessions.insert({ id: idOf(1), tokenHash: "one", accountId: null, network: null, at: 5 });
      await sessions.take(idOf(1), { tokenHash: "two", accountId: "a", network: "n", at: 9 });
      expect(await sessions.byToken("one")).toBeUndefined();
      expect(await sessions.byToken("two")).toMatchObject({ id: idOf(1), createdAt: 9, account: { id: "a" } });
    });

    it("tell the network that they were used from last, to their own account, and as long as they go on", async () => {
      const { accounts, sessions } = at.stores;
      await accounts.insert(accountOf("a"));
      await sessions.insert({ id: idOf(1), tokenHash: "one", accountId: "a", network: "home", at: 10 });
      await sessions.insert({ id: idOf(2), tokenHash: "two", accountId: null, network: null, at: 10 });
      const used = (network: string, time = 5, account = "a") => sessions.isUsedFrom(account, network, time);
      expect([await used("home"), await used("home", 10), await used("home", 5, "b"), await used("x")]).toEqual([
        ...[true, false, false, false],
      ]);
      await sessions.seen(idOf(1), 20);
      expect(await used("home", 10)).toBe(true);
      await sessions.seen(idOf(1), 30, "office");
      expect([await used("home"), await used("office")]).toEqual([false, true]);
      await sessions.take(idOf(2), { tokenHash: "three", accountId: "a", network: "train", at: 40 });
      expect(await used("train")).toBe(true);
      await sessions.removeOf("a");
      expect(await used("train")).toBe(false);
    });

    it("end one by one, for an account, and by age", async () => {
      const { accounts, sessions } = at.stores;
      await accounts.insert(accountOf("a"));
      for (const [i, accountId] of ["a", "a", null, null, null].entries())
        await sessions.insert({ id: idOf(i), tokenHash: `t${i}`, accountId, network: null, at: i * 10 });
      await sessions.seen(idOf(2), 100);
      await sessions.remove(idOf(4));
      await sessions.removeOf("a");
      const left = async () =>
        (await Promise.all([0, 1, 2, 3, 4].map((i) => sessions.byToken(`t${i}`)))).map((one) => one?.id);
      expect(await left()).toEqual([undefined, undefined, idOf(2), idOf(3), undefined]);
      await sessions.removeBefore(0, 31);
      expect(await left()).toEqual([undefined, undefined, idOf(2), undefined, undefined]);
      await sessions.removeBefore(21, 0);
      expect(await sessions.byToken("t2")).toBeUndefined();
    });
  });
}

export function describeAccountLogStore(name: string, open: OpenFixture): void {
  describe(`${name}: logs of accounts`, () => {
    const at = useFixture(open);

    it("are read newest first, part by part, of one account or of all", async () => {
      const { accountLogs } = at.stores;
      for (let i = 0; i < 150; i++)
        await accountLogs.addAccess({
          at: i,
          event: "signed_in",
          accountId: i % 3 === 0 ? "a" : "b",
          byAccountId: null,
          addressHash: null,
        });
      const first = await accountLogs.access({});
      expect(first.map((entry) => entry.at)).toEqual(Array.from({ length: 100 }, (_, i) => 149 - i));
      const second = await accountLogs.access({ before: first.at(-1)?.number });
      expect(second.map((entry) => entry.at)).toEqual(Array.from({ length: 50 }, (_, i) => 49 - i));
      expect(await accountLogs.access({ accountId: "a" })).toHaveLength(50);
      await accountLogs.removeAccessBefore(149);
      expect((await accountLogs.access({})).map((entry) => entry.at)).toEqual([149]);
    });

    it("have each file that was handed in once", async () => {
      const { accountLogs } = at.stores;
      const entry = {
        at: 1,
        accountId: "a",
        file: "slave" as const,
        mainId: idOf(1),
        slaveId: idOf(2),
        method: "samples",
        protection: "sealed",
        parameters: { quality: 3, fast: true, name: "x" },
        bytes: 9,
      };
      await accountLogs.addDivision(entry);
      await accountLogs.addDivision({ ...entry, at: 2, accountId: "b" });
      await accountLogs.addDivision({ ...entry, at: 3, file: "main" });
      const { number: _, ...oldest } = (await accountLogs.divisions({})).at(-1) ?? { number: 0 };
      expect(oldest).toEqual(entry);
      expect((await accountLogs.divisions({ accountId: "a" })).map(({ file }) => file)).toEqual(["main", "slave"]);
      expect(await accountLogs.divisions({ accountId: "b" })).toEqual([]);
    });
  });
}
