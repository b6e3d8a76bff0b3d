// Makes one script of <cmix-player>, which a page loads as it is and which "cmix/player" imports.
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

/** @returns {Promise<string>} its text */
export async function buildElement() {
  const { output } = await build({
    input: fileURLToPath(new URL("./src/embed/cmix-player-element.ts", import.meta.url)),
    output: { format: "iife", minify: true },
    write: false,
  });
  return output[0].code;
}
