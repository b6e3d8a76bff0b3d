/** Passwords that whoever guesses tries first. */
import { expect, it } from "vitest";
import { refuseWeakPassword } from "../../server/accounts/weak-passwords.ts";
import { type ErrorBody, startTestServer } from "./harness.ts";
import { PASSWORD, sendJson } from "./test-accounts.ts";

it.each([
  ["one that leaks have most often", "12345678", /used most often/],
  ["another such, in other letters", " PassWord1 ", /used most often/],
  ["another such, in full width", "ｐａｓｓｗｏｒｄ", /used most often/],
  ["spaces", " ".repeat(12), /fewer than 8 characters/],
  ["one letter", "zzzzzzzzzzzzzzzz", /different characters/],
  ["the e-mail address", "New@example.org", /is the e-mail address/],
])("S1 a password is refused that is %s", (_name, password, words) => {
  expect(() => refuseWeakPassword(password, "json.password", "new@example.org")).toThrow(words);
});

it("S1 registering refuses them too, by their field, and takes others", async () => {
  const server = await startTestServer();
  try {
    const register = (password: string) =>
      sendJson(`${server.url}/api/accounts`, "POST", { role: "viewer", email: "new@example.org", password });
    const refused = await register("password");
    expect([refused.status, ((await refused.json()) as ErrorBody).error.details.place]).toEqual([400, "json.password"]);
    expect((await register(PASSWORD)).status).toBe(201);
  } finally {
    await server.close();
  }
});
