/** Why something failed, in the reader's language. */
import { describe, expect, it } from "vitest";
import { DeliveryError, FormatError } from "../../codec/errors.ts";
import { reasonOf } from "../../web/src/shared/i18n/reasons.ts";
import { failureOf } from "../../web/src/shared/net/request.ts";

/** What the service answers. */
const refused = (status: number, code: string, details?: object) =>
  failureOf(status, JSON.stringify({ error: { code, message: "as the service says it", details } }), null);

describe("a reason", () => {
  it("is the service's own message in English", () => {
    expect(reasonOf(refused(403, "forbidden"), "en")).toBe("as the service says it");
  });

  it("is said in Japanese by the service's code, with what it tells", () => {
    expect(reasonOf(refused(401, "signed_out"), "ja")).toBe("サインインしてください。");
    expect(reasonOf(refused(403, "not_yet", { from: "2027-01-02" }), "ja")).toBe(
      "この動画は2027-01-02から再生できます。",
    );
    expect(reasonOf(refused(429, "too_many", { retryAfterSeconds: 2.3 }), "ja")).toContain("3秒後");
    expect(reasonOf(refused(429, "too_many"), "ja")).toContain("しばらくしてから");
  });

  it("says in Japanese that the service cannot be reached", () => {
    expect(reasonOf(new DeliveryError("Failed to fetch", { status: 0 }), "ja")).toContain("接続できません");
  });

  it("is given as details in Japanese where there are no words for it", () => {
    expect(reasonOf(new FormatError("the trailer is cut"), "ja")).toBe("詳細：the trailer is cut");
    expect(reasonOf(refused(403, "constructor"), "ja")).toBe("詳細：as the service says it");
  });
});
