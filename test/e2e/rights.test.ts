/** A rights holder's key, and the page where a phone lands that scans a mark. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { signMark, USUAL_RULE, writeMark } from "../../codec/index.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { startApp, type TestApp } from "./support/app.ts";
import { withPage } from "./support/pages.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(1);
});
afterAll(() => app?.close());

it("R1 a key is made, registered and revoked; a mark's page says what it asks for and who signed it", async () => {
  await withPage(app, "/provider", async ({ page }) => {
    const part = page.getByRole("region", { name: "Rights holder: keys and marks" }).first();
    await part.getByLabel("Name of the rights holder").fill("Bay Films");
    await part.getByRole("button", { name: "Make and register a key" }).click();
    const kept = await part.getByRole("textbox", { name: "Private key, shown once: keep it" }).inputValue();
    const pkcs8 = Buffer.from(kept, "base64");
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
    const { x = "" } = await crypto.subtle.exportKey("jwk", privateKey);
    const key = { privateKey, publicKey: new Uint8Array(Buffer.from(x, "base64url")) };
    await expectAccessible(page);

    const service = app.url;
    const rule = { ...USUAL_RULE, viewers: "age:18", sound: "mute", treatment: "mosaic" } as const;
    const land = async (text: string) => {
      await page.goto("about:blank");
      await page.goto(text);
      const facts = page.getByRole("region", { name: "What this mark says" });
      await facts.waitFor();
      return facts;
    };
    const sent: string[] = [];
    page.on("request", (request) => sent.push(request.url()));
    const signed = await land(await signMark({ service, rule }, key));
    await signed.getByText("Signed by Bay Films.").waitFor();
    expect(await signed.innerText()).toMatch(
      /whole picture[\s\S]*viewers from 18 years on[\s\S]*a mosaic[\s\S]*muted[\s\S]*1 s/,
    );
    expect(sent.filter((url) => url.includes("1r."))).toEqual([]); // what stands behind # went nowhere
    await expectAccessible(page);
    await (await land(writeMark({ service, rule })))
      .getByText("Not signed: anybody can have made this mark.")
      .waitFor();
    await page.goto(`${app.url}/provider`);
    await part.getByRole("button", { name: /^Revoke [0-9a-f]{16}$/ }).click();
    await part.getByText("revoked", { exact: true }).waitFor();
    const stale = await land(await signMark({ service, rule }, key));
    await stale.getByText("Signed by a key that this service does not know, or that was revoked.").waitFor();
    await page.goto("about:blank");
    await page.goto(`${app.url}/r#9xyz`);
    await page.getByText("This address holds no mark").waitFor();
  });
});
