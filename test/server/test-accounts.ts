/** Accounts of every role on a test's server, made the way people make them. */
import type { Role } from "../../server/accounts/roles.ts";

export const PASSWORD = "correct horse battery";

export type Headers = Record<string, string>;

export interface TestAccount {
  accountId: string;
  email: string;
  role: string;
  status: string;
}

export const BUSINESS = {
  company: "Bay Films",
  section: "Sales",
  responsiblePerson: "Mika Sato",
  address: "1-2-3 Harbour, Kobe",
};

/** What a browser keeps of an answer: its cookie, and the token that it then asks for. */
export async function browserHeaders(url: string, answer: Response): Promise<Headers> {
  const cookie = (answer.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
  if (cookie === "") throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  return { Cookie: cookie, "X-Cmix-CSRF": (await csrfOf(url, cookie)) ?? "" };
}

/** Null where the cookie's session has ended. */
async function csrfOf(url: string, cookie = ""): Promise<string | null> {
  const answer = await fetch(`${url}/api/session`, { headers: { Cookie: cookie } });
  return ((await answer.json()) as { csrf: string | null }).csrf;
}

export function sendJson(url: string, method: string, body?: unknown, headers: Headers = {}): Promise<Response> {
  return fetch(url, {
    method,
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

interface ServerAt {
  url: string;
  firstAdministratorUrl: string | undefined;
}

export class TestAccounts {
  private readonly server: ServerAt;
  private readonly signedIn = new Map<Role, Promise<Headers>>();
  private readonly openPlay: (() => Promise<Response>) | undefined;
  private readonly made = new Map<Role, Promise<TestAccount>>();

  /** @param openPlay by a visitor without a session, who gets one with it; needed for guests */
  constructor(server: ServerAt, openPlay?: () => Promise<Response>) {
    this.server = server;
    this.openPlay = openPlay;
  }

  /** Headers of a browser of an account of this role, which signs in again where its session has ended. */
  async as(role: Role): Promise<Headers> {
    const known = await this.signedIn.get(role);
    if (known !== undefined && (await csrfOf(this.server.url, known.Cookie)) !== null) return known;
    const fresh = this.signIn(role);
    this.signedIn.set(role, fresh);
    return fresh;
  }

  /** In a browser of its own each time. */
  async signIn(role: Role): Promise<Headers> {
    const { url } = this.server;
    if (role === "guest") {
      if (this.openPlay === undefined) throw new Error("a guest's session begins with a play");
      return browserHeaders(url, await this.openPlay());
    }
    const { email } = await this.account(role);
    return browserHeaders(url, await sendJson(`${url}/api/session`, "POST", { login: email, password: PASSWORD }));
  }

  /** The account itself: active, so approved where that is needed. */
  account(role: Exclude<Role, "guest">): Promise<TestAccount> {
    const made = this.made.get(role) ?? this.make(role);
    this.made.set(role, made);
    return made;
  }

  private async make(role: Exclude<Role, "guest">): Promise<TestAccount> {
    const { url, firstAdministratorUrl } = this.server;
    const login = { email: `${role}@example.org`, password: PASSWORD };
    const answer =
      role === "administrator"
        ? await sendJson(`${url}/api/first-administrator`, "POST", {
            token: firstAdministratorUrl?.split("#")[1],
            ...login,
          })
        : await sendJson(`${url}/api/accounts`, "POST", { role, ...login, ...(role !== "viewer" && BUSINESS) });
    if (answer.status !== 201) throw new Error(`${role}: ${answer.status} ${await answer.text()}`);
    const account = (await answer.json()) as TestAccount;
    if (account.status === "active") return account;
    const approved = await sendJson(
      `${url}/api/admin/accounts/${account.accountId}`,
      "PATCH",
      { status: "active" },
      await this.as("administrator"),
    );
    return (await approved.json()) as TestAccount;
  }
}
