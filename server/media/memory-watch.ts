/** Ends a process beside the server where it takes too much memory, or where the server is gone. */
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

/**
 * Watches this process from a thread of its own, so also while it does not come to its senses.
 *
 * @returns sets how many mebibytes the whole process may take
 */
export function watchMemory(): (mebibytes: number) => void {
  const watch = new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [] });
  return (mebibytes) => watch.postMessage(mebibytes * 2 ** 20);
}
