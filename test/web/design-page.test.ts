/** /design shows every shared part, and no build has it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { DesignPage } from "../../web/src/features/design/design-page.tsx";
import { importsOf, listFiles, readText } from "../support/tree.ts";

it("shows the tokens and every part of shared/ui, light and dark", () => {
  const parts = listFiles("web/src/shared/ui", [".tsx"]);
  const shown = importsOf("web/src/features/design/design-page.tsx").map(({ target }) => target);
  expect(parts.filter((path) => !shown.includes(path))).toEqual([]);
  const page = renderToStaticMarkup(
    createElement(QueryClientProvider, { client: new QueryClient() }, createElement(DesignPage)),
  );
  for (const scheme of ["light", "dark"]) expect(page).toContain(`style="color-scheme:${scheme}"`);
  for (const name of ["ErrorNotice", "ChipsField", "CopyField, long", "DropZone, compact", "button button-main"])
    expect(page.split(`>${name}<`).length, name).toBeGreaterThan(2);
});

it("is in no build: neither its page nor its address", () => {
  const built = listFiles("dist/web", [".js", ".css"]);
  expect(built.length).toBeGreaterThan(10);
  expect(built.filter((path) => /design-tokens|"\/design"|`\/design`/.test(readText(path)))).toEqual([]);
});
