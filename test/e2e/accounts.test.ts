/** Accounts in the browser: from the printed link to an upload, and the administrator's page (rows S1, D7, D8, P2). */
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { chooseFile, withPage } from "./support/pages.ts";

const SIGNED_OUT = { isSignedIn: false };
const PASSWORD = "correct horse battery";
const ADMINISTRATOR = "first@example.org";
const HOSTILE = '<img src=x onerror="document.title=1"> & Söhne';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await app?.close();
});

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function signIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Account ID or e-mail address").fill(login);
  await page.getByLabel("Password").fill(password);
  await button(page, "Sign in").click();
}

/** Divides the sample in the Studio, as it is. */
async function divide(page: Page): Promise<void> {
  await chooseFile(page, join(ROOT, "samples/scene.mp4"));
  await button(page, "Divide").click();
  await page.getByRole("link", { name: "Save .cmx" }).waitFor({ timeout: 60_000 });
}

describe("S1 a newcomer", () => {
  it("sees the password that is typed, and learns how to have a new one", async () => {
    await withPage(
      app,
      "/account",
      async ({ page }) => {
        const password = page.getByLabel("Password");
        await password.fill(PASSWORD);
        expect(await password.getAttribute("type")).toBe("password");
        await button(page, "Show").click();
        expect([await password.getAttribute("type"), await password.inputValue()]).toEqual(["text", PASSWORD]);
        await button(page, "Hide").click();
        expect(await password.getAttribute("type")).toBe("password");
        await page.getByRole("heading", { name: "Ad preferences (this device)" }).waitFor();
        await button(page, "Forgot the password?").click();
        await page.getByText("Ask its administrator for a link to a new password.").waitFor();
        await expectAccessible(page);
        await button(page, "Back to signing in").click();
        await password.waitFor();
      },
      SIGNED_OUT,
    );
  });

  it("comes from the printed link to an upload with nothing but an e-mail address and a password", async () => {
    const link = (app.firstAdministratorUrl ?? "").slice(app.url.length);
    await withPage(
      app,
      link,
      async ({ page }) => {
        await expectAccessible(page);
        await page.getByLabel("E-mail address").fill(ADMINISTRATOR);
        await page.getByLabel("Password").fill(PASSWORD);
        await button(page, "Make an account").click();
        await page.waitForURL("**/account");
        expect(await page.locator(".account-id").innerText()).toMatch(/^\w{4}-\w{4}-\w{4}$/);
        expect(await page.locator(".who").innerText()).toBe(ADMINISTRATOR);
        await expectAccessible(page);
        await page.locator("main").getByRole("link", { name: "Divide a video" }).click();
        await divide(page);
        await page.getByText("The service holds the slave").waitFor();
      },
      SIGNED_OUT,
    );
    await withPage(
      app,
      link,
      async ({ page, expectProblem }) => {
        expectProblem("/api/first-administrator");
        await page.getByLabel("E-mail address").fill("second@example.org");
        await page.getByLabel("Password").fill(PASSWORD);
        await button(page, "Make an account").click();
        expect(await page.getByRole("alert").innerText()).toMatch(/this link was used/i);
      },
      SIGNED_OUT,
    );
  });
});

describe("D7 a creator without an account", () => {
  it("divides, makes a provider's account in a dialog, and sends the same slave once it is approved", async () => {
    await withPage(
      app,
      "/studio",
      async ({ page }) => {
        const uploads: string[] = [];
        page.on("request", (request) => {
          if (request.method() === "PATCH" && request.url().includes("/api/uploads/")) uploads.push(request.url());
        });
        await divide(page);
        await page.getByText("Sign in as a content provider to send the slave").waitFor();
        await expectAccessible(page);
        await button(page, "Sign in or make an account").press("Enter");
        await button(page, "No account yet? Make one").press("Enter");
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("E-mail address").fill("provider@example.org");
        await dialog.getByLabel("Password").fill("short");
        await dialog.getByLabel("Company").fill(HOSTILE);
        await dialog.getByLabel("Responsible person").fill("Mika Sato");
        await dialog.getByLabel("Address", { exact: true }).fill("Kobe");
        await dialog.getByLabel("Address", { exact: true }).press("Enter");
        expect(await dialog.getByLabel("Password").evaluate((input: HTMLInputElement) => input.validity.valid)).toBe(
          false,
        );
        await dialog.getByLabel("Password").fill(PASSWORD);
        await expectAccessible(page);
        await dialog.getByLabel("Password").press("Enter");
        await page.getByText("waits for the administrator's approval; then").waitFor();
        expect(uploads).toEqual([]);

        await withPage(
          app,
          "/admin",
          async ({ page: administrator }) => {
            await administrator.getByText("This page is the administrator's.").waitFor();
            await administrator.locator("main").getByRole("link", { name: "Account" }).click();
            await signIn(administrator, ADMINISTRATOR);
            await administrator.getByRole("link", { name: "Administration" }).click();
            const row = administrator.getByRole("row").filter({ hasText: "provider@example.org" });
            expect(await row.innerText()).toContain(`${HOSTILE}, Mika Sato, Kobe`);
            await row.getByRole("button", { name: "Approve" }).press("Enter");
            await row.getByText("Active").waitFor();
            await expectAccessible(administrator);
          },
          SIGNED_OUT,
        );

        await button(page, "Send again").click();
        await page.getByText("The service holds the slave").waitFor();
        expect(uploads).toHaveLength(1);
        await page.getByRole("link", { name: "provider@example.org" }).click();
        await page.getByRole("cell", { name: "samples, sealed" }).waitFor(); // D8: its own division log
      },
      SIGNED_OUT,
    );
  });
});

describe("S1 the account's page", () => {
  it("says what is wrong, keeps what was typed, changes data, and signs out", async () => {
    await withPage(
      app,
      "/account",
      async ({ page, expectProblem }) => {
        expectProblem("/api/session"); // the wrong password, which the browser reports
        await expectAccessible(page);
        await signIn(page, "provider@example.org", "wrong password");
        expect(await page.getByRole("alert").innerText()).toBe("Account or password is wrong");
        expect(await page.getByLabel("Account ID or e-mail address").inputValue()).toBe("provider@example.org");
        await signIn(page, "provider@example.org");
        await page.getByLabel("Section (if any)").fill("Archive");
        await button(page, "Save").click();
        await page.getByText("Saved.").waitFor();
        await page.reload();
        expect(await page.getByLabel("Section (if any)").inputValue()).toBe("Archive");
        await button(page, "Sign out").click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        expect(await page.locator(".who").innerText()).toBe("Sign in");
      },
      SIGNED_OUT,
    );
  });

  it("opens again by the administrator's link for whoever forgot the password", async () => {
    let link = "";
    await withPage(
      app,
      "/account",
      async ({ page }) => {
        await signIn(page, ADMINISTRATOR);
        await page.getByRole("link", { name: "Administration" }).click();
        const row = page.getByRole("row").filter({ hasText: "provider@example.org" });
        await row.getByRole("button", { name: "Password link" }).click();
        link = await page.locator(".notice code").innerText();
      },
      SIGNED_OUT,
    );
    expect(link.startsWith(`${app.url}/new-password#`)).toBe(true);
    await withPage(
      app,
      link.slice(app.url.length),
      async ({ page }) => {
        await expectAccessible(page);
        await page.getByLabel("New password").fill("remembered at last");
        await button(page, "Change the password").click();
        await page.waitForURL("**/account");
        await signIn(page, "provider@example.org", "remembered at last");
        await page.locator(".account-id").waitFor();
      },
      SIGNED_OUT,
    );
  });

  it("S1 D8 speaks Japanese, the administrator's page with its logs too", async () => {
    await withPage(
      app,
      "/account",
      async ({ page }) => {
        await page.locator("footer select").selectOption("ja");
        await page.getByLabel("アカウント ID またはメールアドレス").fill(ADMINISTRATOR);
        await page.getByLabel("パスワード").fill(PASSWORD);
        await page.getByRole("button", { name: "サインイン", exact: true }).click();
        await page.getByRole("link", { name: "管理", exact: true }).click();
        await page.getByRole("cell", { name: "承認", exact: true }).waitFor();
        expect(await page.getByRole("region", { name: "分割記録" }).last().innerText()).toContain("samples, sealed");
        await expectAccessible(page);
        expect(await page.locator("main").innerText()).not.toMatch(/\b(account|log|access|admin)\.\w+/);
      },
      SIGNED_OUT,
    );
  });
});
