/** The process that divides a source for the service: it has the source's bytes from the server, and sends main and slave there. */
import { createNodePool, installNodeCrypto } from "../../codec/hosts/node/index.ts";
import { type ByteSink, errorFromRecord, errorToRecord, toHex } from "../../codec/index.ts";
import { watchMemory } from "../media/memory-watch.ts";
import { divideSource } from "./divide-source.ts";
import type { Answer, DivisionOrder, FromProcess, Question, ToProcess } from "./words.ts";

const limitMemory = watchMemory();

const tell = (message: FromProcess): void => void process.send?.(message, () => {});

const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
let asked = 0;

function ask(question: Question): Promise<Answer> {
  asked += 1;
  const number = asked;
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    tell({ number, question });
  });
}

const sink = (to: "main" | "slave"): ByteSink => ({
  write: async (bytes) => void (await ask({ write: bytes, to })),
  close: async () => {},
  abort: async () => {},
});

/** Steps that the server hears of a second, at most. */
const STEPS_A_SECOND = 4;

async function divide(order: DivisionOrder): Promise<void> {
  limitMemory(order.memoryMebibytes);
  let told = 0;
  const pool = createNodePool(order.workers);
  try {
    const { division, teaser, parts } = await divideSource(order, {
      read: async (offset, length) => (await ask({ read: { offset, length } })) as Uint8Array,
      judge: async (sightings) => (await ask({ judge: sightings })) as never,
      sinks: { main: sink("main"), slave: sink("slave") },
      pool,
      onStep: (stage, share) => {
        if (share > 0 && performance.now() - told < 1000 / STEPS_A_SECOND) return;
        told = performance.now();
        tell({ stage, share });
      },
    });
    const [mainId, slaveId] = [toHex(division.mainId), toHex(division.slaveId)];
    tell({ done: { mainId, slaveId, teaser, parts, pictures: division.pictures } });
  } catch (error) {
    const needsDecoder = (error as { details?: { package?: string } }).details?.package !== undefined;
    tell({ failed: errorToRecord(error), needsDecoder });
  } finally {
    pool.close();
  }
}

installNodeCrypto();
process.on("message", (message: ToProcess) => {
  if ("order" in message) {
    void divide(message.order);
    return;
  }
  const one = waiting.get(message.number);
  waiting.delete(message.number);
  if ("error" in message) one?.reject(errorFromRecord(message.error));
  else one?.resolve(message.answer);
});
process.on("disconnect", () => process.exit()); // the server is gone
// Meant for the server, which ends this process itself.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
tell({ ready: true });
