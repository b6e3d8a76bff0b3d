/** Processes that the server starts beside itself run its source too, as the tests do: see typescript-hooks.mjs. */
const HOOKS = new URL("./typescript-hooks.mjs", import.meta.url).href;

if (!process.execArgv.includes(HOOKS)) process.execArgv.push("--import", HOOKS);
