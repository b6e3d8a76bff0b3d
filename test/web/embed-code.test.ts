import { beforeEach, describe, expect, it, vi } from "vitest";
import { embedCode, frameCode } from "../../web/src/shared/embed-code.ts";
import { listFiles, readText } from "../support/tree.ts";

const TITLE = `Tom & "Jerry" <live>`;
const NAME = "Tom &amp; &quot;Jerry&quot; &lt;live&gt;";

beforeEach(() => vi.stubGlobal("location", { origin: "https://cmix.example" }));

describe("the code for other sites", () => {
  it("is the element with its script first, the frame second, both with the video's title", () => {
    expect(embedCode("a1", TITLE)).toBe(
      `<script src="https://cmix.example/embed.js"></script>\n<cmix-player main="a1" title="${NAME}"></cmix-player>`,
    );
    expect(frameCode("a1", TITLE)).toContain(`<iframe src="https://cmix.example/embed?main=a1" title="${NAME}"`);
  });

  it("is written in one place", () => {
    const written = listFiles("web/src", [".ts", ".tsx"]).filter((path) =>
      /<iframe src=|<cmix-player main="\$/.test(readText(path)),
    );
    expect(written).toEqual(["web/src/shared/embed-code.ts"]);
  });
});
