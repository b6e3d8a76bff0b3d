/** Who is signed in, for all pages; and the requests of accounts and of the administrator (server/API.md). */
import { useEffect, useSyncExternalStore } from "react";
import { DeliveryError } from "../../../../codec/page.ts";
import type {
  AccessEntry,
  Account,
  AccountAdministration,
  DivisionEntry,
  Session,
} from "../../../../server/accounts/schemas.ts";
import type { ConditionEntry } from "../../../../server/library/schemas.ts";
import { call, type Given, type RouteValues, send } from "./call.ts";
import type { Answer, AnsweringRoute, Route, Values } from "./routes.ts";

export type { AccessEntry, Account, ConditionEntry, DivisionEntry, Session, Values };
export type AccountRole = Account["role"];

let current: Session | undefined;
const listeners = new Set<() => void>();

function keep(session: Session): Session {
  current = session;
  for (const listener of listeners) listener();
  return session;
}

/** Asks the service; another tab may have signed in or out. */
export async function loadSession(): Promise<Session> {
  return keep(await call("GET /api/session"));
}

/** Undefined until the service has said it. */
export function useSession(): Session | undefined {
  const session = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
    () => current,
  );
  useEffect(() => {
    if (current === undefined) void loadSession().catch(() => {}); // a page that needs the service says what is wrong
  }, []);
  return session;
}

/** Headers for a request that changes something in the session's name. */
export async function changeHeaders(): Promise<Record<string, string>> {
  const { csrf } = await loadSession();
  return csrf === null ? {} : { "x-cmix-csrf": csrf };
}

/**
 * Headers for an upload of slaves and mains, asked for before many bytes are sent in vain.
 *
 * @throws DeliveryError nobody is signed in (`details.serviceCode` signed_out), or an account that may not (forbidden)
 */
export async function uploadHeaders(): Promise<Record<string, string>> {
  const headers = await changeHeaders();
  const role = current?.role ?? "guest";
  if (role === "guest") throw new DeliveryError("nobody is signed in", { status: 401, serviceCode: "signed_out" });
  if (role !== "provider" && role !== "administrator")
    throw new DeliveryError(`accounts of the kind ${role} may not upload`, { status: 403, serviceCode: "forbidden" });
  return headers;
}

/** Whether an upload failed for want of an account that may. */
export const wantsAccount = (error: Error): boolean =>
  error instanceof DeliveryError && ["signed_out", "forbidden"].includes(String(error.details.serviceCode));

/** A request that changes something in the session's name. */
export async function change<R extends Route>(route: R, ...[values]: Given<R>): Promise<Response> {
  return send(route, ...(await inName<R>(values)));
}

/** The same, of which the answer is wanted. */
export async function changeAnswered<R extends AnsweringRoute>(route: R, ...[values]: Given<R>): Promise<Answer<R>> {
  return call(route, ...(await inName<R>(values)));
}

const inName = async <R extends Route>(values: RouteValues<R> | undefined): Promise<Given<R>> =>
  [{ ...values, headers: { ...(await changeHeaders()), ...values?.headers } }] as Given<R>;

export async function signIn(values: Values): Promise<void> {
  keep(await changeAnswered("POST /api/session", { body: values }));
}

/** @param where the first administrator's with the token of its link */
export async function register(where: "accounts" | "first-administrator", values: Values): Promise<void> {
  await change(`POST /api/${where}`, { body: values });
  await loadSession();
}

export async function signOut(everywhere: boolean): Promise<void> {
  await change(everywhere ? "DELETE /api/sessions" : "DELETE /api/session");
  await loadSession();
}

export async function changeAccount(values: Values): Promise<void> {
  await change("PATCH /api/account", { body: values });
  await loadSession();
}

export async function changePassword(values: Values): Promise<void> {
  await change("PUT /api/account/password", { body: values });
  await loadSession();
}

export async function setPasswordByLink(values: Values): Promise<void> {
  await change("POST /api/new-password", { body: values });
  await loadSession();
}

/** The answer is the same whether the address has an account or not. */
export async function mailPasswordLink(values: Values): Promise<void> {
  await change("POST /api/forgotten-password", { body: values });
}

export async function deleteAccount(values: Values): Promise<void> {
  await change("POST /api/account/deletion", { body: values });
  await loadSession();
}

// ---- The administrator's ----

export async function listAccounts(words: string, after: string): Promise<Account[]> {
  return (await call("GET /api/admin/accounts", { query: { q: words, after } })).accounts;
}

export const administer = (accountId: string, values: AccountAdministration): Promise<Account> =>
  changeAnswered("PATCH /api/admin/accounts/{accountId}", { path: { accountId }, body: values });

/** @returns the address that sets a new password, once and within a day */
export async function makePasswordLink(accountId: string): Promise<string> {
  const { path } = await changeAnswered("POST /api/admin/accounts/{accountId}/password-link", { path: { accountId } });
  return location.origin + path;
}

// ---- Logs: part by part, newest first; `before` is the number of the last entry of the part before ----

export const loadAccessLog = async (before?: number): Promise<AccessEntry[]> =>
  (await call("GET /api/admin/access-log", { query: { before } })).entries;

/** Of the account that is signed in. */
export const loadOwnAccessLog = async (before?: number): Promise<AccessEntry[]> =>
  (await call("GET /api/account/access-log", { query: { before } })).entries;

/** Conditions that the account that is signed in set on videos. */
export const loadConditionLog = async (before?: number): Promise<ConditionEntry[]> =>
  (await call("GET /api/account/conditions", { query: { before } })).entries;

/** Of the account that is signed in. */
export const loadDivisions = async (before?: number): Promise<DivisionEntry[]> =>
  (await call("GET /api/account/divisions", { query: { before } })).entries;

export const loadAllDivisions = async (before?: number): Promise<DivisionEntry[]> =>
  (await call("GET /api/admin/divisions", { query: { before } })).entries;
