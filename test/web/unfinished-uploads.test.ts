/** The list of an account's unfinished uploads. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { UploadList } from "../../web/src/features/provider/unfinished-uploads.tsx";

const NOW = Date.UTC(2026, 0, 10);
const HOUR = 3600 * 1000;
const at = (hours: number): string => new Date(NOW + hours * HOUR).toISOString();
const upload = (uploadId: string, kind: "main" | "slave", begun: number) => ({
  ...{ uploadId, kind, id: uploadId, bytes: 2_000_000, offsetBytes: 500_000, url: `/api/uploads/${uploadId}` },
  ...{ createdAt: at(begun), removedAt: at(begun + 72) },
});

it("S2 unfinished uploads are told with size, age, how far they are, and when they go by themselves", () => {
  const uploads = [upload("1", "slave", -50), upload("2", "main", -3)];
  const page = renderToStaticMarkup(createElement(UploadList, { uploads, now: NOW, onRemove: () => {} }));
  const texts = page.replaceAll(/<[^>]*>/g, "|");
  expect(texts).toContain("Slave file (.cms), 2.00 MB|");
  expect(texts).toContain("25 % of it is here. Begun 2 days ago; removed by itself in 22 hours.");
  expect(texts).toContain("Main file (.cmx), 2.00 MB|");
  expect(texts).toContain("25 % of it is here. Begun 3 hours ago; removed by itself in 3 days.");
  expect(page.match(/<button [^>]*aria-label="Remove the upload: /g)).toHaveLength(2);
});
