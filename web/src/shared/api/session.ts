/** Who is signed in, for all pages; and the requests of accounts and of the administrator (server/API.md). */
import { useEffect, useSyncExternalStore } from "react";
import { DeliveryError } from "../../../../codec/page.ts";
import { request } from "../net/request.ts";

export type AccountRole = "viewer" | "provider" | "sponsor" | "administrator";
export type AccountStatus = "active" | "pending" | "disabled" | "deleted";

export interface Account {
  accountId: string;
  email: string | null;
  role: AccountRole;
  status: AccountStatus;
  company: string;
  section: string;
  responsiblePerson: string;
  address: string;
  createdAt: string;
}

export interface Session {
  /** What its rights are; an account that waits for approval has a viewer's. */
  role: AccountRole | "guest";
  csrf: string | null;
  /** Plays in 24 hours that need no account. */
  guestPlaysPerDay: number;
  account: Account | null;
}

let current: Session | undefined;
const listeners = new Set<() => void>();

function keep(session: Session): Session {
  current = session;
  for (const listener of listeners) listener();
  return session;
}

/** Asks the service; another tab may have signed in or out. */
export async function loadSession(): Promise<Session> {
  return keep((await (await request("/api/session")).json()) as Session);
}

/** Undefined until the service has said it. */
export function useSession(): Session | undefined {
  const session = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
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
export async function change(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { ...(await changeHeaders()), ...(body !== undefined && { "content-type": "application/json" }) };
  return request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

export type Values = Record<string, string>;

export async function signIn(values: Values): Promise<void> {
  keep((await (await change("POST", "/api/session", values)).json()) as Session);
}

/** @param path `/api/accounts`, or `/api/first-administrator` with its link's token */
export async function register(path: string, values: Values): Promise<void> {
  await change("POST", path, values);
  await loadSession();
}

export async function signOut(everywhere: boolean): Promise<void> {
  await change("DELETE", everywhere ? "/api/sessions" : "/api/session");
  await loadSession();
}

export async function changeAccount(values: Values): Promise<void> {
  await change("PATCH", "/api/account", values);
  await loadSession();
}

export async function changePassword(values: Values): Promise<void> {
  await change("PUT", "/api/account/password", values);
  await loadSession();
}

export async function setPasswordByLink(values: Values): Promise<void> {
  await change("POST", "/api/new-password", values);
  await loadSession();
}

export async function deleteAccount(values: Values): Promise<void> {
  await change("POST", "/api/account/deletion", values);
  await loadSession();
}

// ---- The administrator's ----

export async function listAccounts(words: string, after: string): Promise<Account[]> {
  const query = new URLSearchParams({ q: words, after });
  return ((await (await request(`/api/admin/accounts?${query}`)).json()) as { accounts: Account[] }).accounts;
}

export async function administer(
  accountId: string,
  values: { status?: "active" | "disabled"; role?: AccountRole },
): Promise<Account> {
  return (await (await change("PATCH", `/api/admin/accounts/${accountId}`, values)).json()) as Account;
}

/** @returns the address that sets a new password, once and within a day */
export async function makePasswordLink(accountId: string): Promise<string> {
  const response = await change("POST", `/api/admin/accounts/${accountId}/password-link`);
  return location.origin + ((await response.json()) as { path: string }).path;
}

export interface AccessEntry {
  number: number;
  at: string;
  event: string;
  accountId: string | null;
  byAccountId: string | null;
  addressHash: string | null;
}

export interface DivisionEntry {
  number: number;
  at: string;
  accountId: string;
  file: "slave" | "main";
  mainId: string;
  slaveId: string;
  method: string;
  protection: string;
  parameters: Record<string, string | number | boolean>;
  bytes: number;
}

/** Part of a log, newest first. @param before number of the last entry of the part before */
export async function loadLog<T>(path: string, before: number | undefined): Promise<T[]> {
  const response = await request(before === undefined ? path : `${path}?before=${before}`);
  return ((await response.json()) as { entries: T[] }).entries;
}
