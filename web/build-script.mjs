// Makes scripts that stand alone: <cmix-player>, which a page loads as it is and which "cmix/player" imports, and the service worker.
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

/**
 * @param {string} path of the script's source, in this folder
 * @returns {Promise<string>} its text
 */
async function buildScript(path) {
  const { output } = await build({
    input: fileURLToPath(new URL(path, import.meta.url)),
    output: { format: "iife", minify: true },
    write: false,
  });
  return output[0].code;
}

export const buildElement = () => buildScript("./src/embed/cmix-player-element.ts");

export const buildServiceWorker = () => buildScript("./src/app/worker/service-worker.ts");
