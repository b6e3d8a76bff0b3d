/** Ends this process where it takes too much memory, also while it does not come to its senses, or where the server is gone. */
import { Worker } from "node:worker_threads";

/** What it ends by then: whoever started it tells it from being killed by others. */
export const TOO_MUCH_MEMORY = "SIGUSR2";

const WATCH = `
const { parentPort, workerData } = require("node:worker_threads");
let most = Infinity;
parentPort.on("message", (bytes) => { most = bytes; });
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
  if (process.memoryUsage.rss() > most) process.kill(process.pid, "${TOO_MUCH_MEMORY}");
}, 20);
`;
const watch = new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [] });

/** @param mebibytes that the whole process may take */
export function limitMemory(mebibytes: number): void {
  watch.postMessage(mebibytes * 2 ** 20);
}
