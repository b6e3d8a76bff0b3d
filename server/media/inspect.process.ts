/** The process that reads what strangers sent: it gets a file's bytes from the server, answers, and knows nothing else of it. */
import { installNodeCrypto } from "../../codec/hosts/node/index.ts";
import { type ByteSource, errorToRecord } from "../../codec/index.ts";
import { BlockSource } from "./block-source.ts";
import { inspectImage } from "./image.ts";
import type { Facts, FromProcess, Job, Limits, MediaKind, ToProcess } from "./inspections.ts";
import { inspectMain } from "./main.ts";
import { watchMemory } from "./memory-watch.ts";
import { inspectSlave } from "./slave.ts";
import { inspectVideo } from "./video.ts";

const INSPECT: { [K in MediaKind]: (source: ByteSource, name: string, limits: Limits<K>) => Promise<Facts<K>> } = {
  image: inspectImage,
  video: inspectVideo,
  slave: inspectSlave,
  main: inspectMain,
};

const tell = (message: FromProcess): void => void process.send?.(message);

const limitMemory = watchMemory();

let last: Promise<unknown> = Promise.resolve();

/** One question at a time: answers carry no number. */
function ask(offset: number, length: number): Promise<Uint8Array> {
  const answer = last.then(
    () =>
      new Promise<Uint8Array>((resolve, reject) => {
        process.once("message", (message: ToProcess) => {
          if ("read" in message) resolve(message.read);
          else reject(new Error("the server cannot read the file"));
        });
        tell({ wanted: { offset, length } });
      }),
  );
  last = answer.catch(() => {});
  return answer;
}

async function inspect({ kind, name, bytes, limits, memoryMebibytes }: Job): Promise<void> {
  limitMemory(memoryMebibytes);
  try {
    const run = INSPECT[kind] as (source: ByteSource, name: string, limits: unknown) => Promise<Facts<MediaKind>>;
    tell({ facts: await run(new BlockSource(bytes, ask), name, limits) });
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
