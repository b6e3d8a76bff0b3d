/** The process that reads what strangers sent: it gets a file's bytes from the server, answers, and knows nothing else of it. */
import { Worker } from "node:worker_threads";
import { installNodeCrypto } from "../../codec/hosts/node/index.ts";
import { type ByteSource, errorToRecord } from "../../codec/index.ts";
import { inspectImage } from "./image.ts";
import type { Facts, FromProcess, Job, Limits, MediaKind, ToProcess } from "./inspections.ts";
import { inspectMain } from "./main.ts";
import { inspectSlave } from "./slave.ts";
import { inspectVideo } from "./video.ts";

const INSPECT: { [K in MediaKind]: (source: ByteSource, name: string, limits: Limits<K>) => Promise<Facts<K>> } = {
  image: inspectImage,
  video: inspectVideo,
  slave: inspectSlave,
  main: inspectMain,
};

const BLOCK_BYTES = 1 << 20;
const BLOCKS_KEPT = 8;

const tell = (message: FromProcess): void => void process.send?.(message);

/** A file's bytes, asked for in large blocks: there are files with a million segments of some bytes. */
class ServerSource implements ByteSource {
  readonly size: number;
  private readonly blocks = new Map<number, Promise<Uint8Array>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(size: number) {
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size))
      throw new RangeError(`bytes ${offset} to ${offset + length}: the file has ${this.size}`);
    const first = Math.floor(offset / BLOCK_BYTES);
    const start = offset - first * BLOCK_BYTES;
    if (start + length <= BLOCK_BYTES) return (await this.block(first)).slice(start, start + length);
    const bytes = new Uint8Array(length);
    for (let number = first; number * BLOCK_BYTES < offset + length; number++) {
      const from = Math.max(0, offset - number * BLOCK_BYTES);
      const to = Math.min(BLOCK_BYTES, offset + length - number * BLOCK_BYTES);
      bytes.set((await this.block(number)).subarray(from, to), number * BLOCK_BYTES + from - offset);
    }
    return bytes;
  }

  private block(number: number): Promise<Uint8Array> {
    const start = number * BLOCK_BYTES;
    const block = this.blocks.get(number) ?? this.ask(start, Math.min(BLOCK_BYTES, this.size - start));
    this.blocks.delete(number);
    this.blocks.set(number, block); // last in the order of the map: the last to go
    const [oldest] = this.blocks.keys();
    if (this.blocks.size > BLOCKS_KEPT && oldest !== undefined) this.blocks.delete(oldest);
    return block;
  }

  /** One question at a time: answers carry no number. */
  private ask(offset: number, length: number): Promise<Uint8Array> {
    const answer = this.last.then(
      () =>
        new Promise<Uint8Array>((resolve, reject) => {
          process.once("message", (message: ToProcess) => {
            if ("read" in message) resolve(message.read);
            else reject(new Error("the server cannot read the file"));
          });
          tell({ wanted: { offset, length } });
        }),
    );
    this.last = answer.catch(() => {});
    return answer;
  }
}

/** Ends the process where it takes too much memory, also while it does not come to its senses, or where the server is gone. */
const WATCH = `
const { parentPort, workerData } = require("node:worker_threads");
let most = Infinity;
parentPort.on("message", (bytes) => { most = bytes; });
setInterval(() => {
  if (process.memoryUsage.rss() > most || process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, 20);
`;
const watch = new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [] });

async function inspect({ kind, name, bytes, limits, memoryMebibytes }: Job): Promise<void> {
  watch.postMessage(memoryMebibytes << 20);
  try {
    const run = INSPECT[kind] as (source: ByteSource, name: string, limits: unknown) => Promise<Facts<MediaKind>>;
    tell({ facts: await run(new ServerSource(bytes), name, limits) });
  } catch (error) {
    tell({ error: errorToRecord(error) });
  }
}

installNodeCrypto();
process.on("message", (message: ToProcess) => {
  if ("job" in message) void inspect(message.job);
});
process.on("disconnect", () => process.exit()); // the server is gone, and nobody waits for an answer
// Meant for the server, which may still want an answer.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
tell({ ready: true });
