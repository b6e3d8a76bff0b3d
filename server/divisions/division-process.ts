/** A process that divides one source, within limits of time, memory and output, and is gone afterwards. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import {
  type ByteSource,
  CmixError,
  errorFromRecord,
  errorToRecord,
  type JudgedMark,
  type Sighting,
} from "../../codec/index.ts";
import type { BlobUpload } from "../blobs/store.ts";
import { withoutSecrets } from "../media/inspection-process.ts";
import { TOO_MUCH_MEMORY } from "../media/memory-watch.ts";
import type { JobError, JobStage } from "./kinds.ts";
import type { Answer, DivisionOrder, DivisionOutcome, FromProcess, Question, ToProcess } from "./words.ts";

/** Of its JavaScript objects alone; pictures are outside of them. */
const HEAP_MEBIBYTES = 512;

/** Why a division came to nothing. `process`: it may go better another time. */
export class DivisionFailure extends Error {
  constructor(
    readonly code: JobError,
    message: string,
  ) {
    super(message);
    this.name = "DivisionFailure";
  }
}

export interface ProcessHost {
  source: ByteSource;
  /** What is written to; neither finished nor discarded here. */
  outputs: { main: BlobUpload; slave: BlobUpload };
  judge(sightings: Sighting[]): Promise<JudgedMark[]>;
  onStep(stage: JobStage, share: number): void;
  /** Ends the process. */
  signal: AbortSignal;
  secondsMost: number;
  /** Of main and slave together. */
  outputBytesMost: number;
}

/**
 * Divides a source in a process of its own.
 *
 * @throws DivisionFailure the source is not to be divided, or it takes too much
 * @throws StorageError the disk is full
 * @throws AbortError on `host.signal`
 */
export async function divideInProcess(order: DivisionOrder, host: ProcessHost): Promise<DivisionOutcome> {
  host.signal.throwIfAborted();
  const child = fork(new URL("./divide.process.js", import.meta.url), {
    execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MEBIBYTES}`],
    env: withoutSecrets(process.env),
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const kill = (): void => void child.kill("SIGKILL");
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, host.secondsMost * 1000);
  host.signal.addEventListener("abort", kill, { once: true });
  try {
    const failed = ended.then(([code, signal]): never => {
      host.signal.throwIfAborted();
      throw endOf(isLate, code, signal, order, host);
    });
    return await Promise.race([new Conversation(child, order, host).outcome(), failed]);
  } finally {
    clearTimeout(timer);
    host.signal.removeEventListener("abort", kill);
    kill();
    await ended.catch(() => {});
  }
}

function endOf(
  isLate: boolean,
  code: number | null,
  signal: NodeJS.Signals | null,
  { memoryMebibytes }: DivisionOrder,
  { secondsMost }: ProcessHost,
): DivisionFailure {
  if (isLate) return new DivisionFailure("time", `it is not divided within ${secondsMost} s`);
  // V8 ends a process whose heap is full by SIGABRT.
  if (signal === TOO_MUCH_MEMORY || signal === "SIGABRT")
    return new DivisionFailure("memory", `dividing it takes more than ${memoryMebibytes} MiB of memory`);
  return new DivisionFailure("process", `the process that divided it ended (${signal ?? code})`);
}

/** Answers what the process asks for, until it is done. */
class Conversation {
  private written = 0;
  private trouble: unknown;

  constructor(
    private readonly child: ChildProcess,
    private readonly order: DivisionOrder,
    private readonly host: ProcessHost,
  ) {}

  outcome(): Promise<DivisionOutcome> {
    return new Promise((resolve, reject) => {
      this.child.on("error", reject);
      this.child.on("message", (message: FromProcess) => {
        if ("ready" in message) this.tell({ order: this.order });
        else if ("question" in message) void this.answer(message.number, message.question);
        else if ("stage" in message) this.host.onStep(message.stage, message.share);
        else if ("done" in message) resolve(message.done);
        else reject(this.trouble ?? failureOf(errorFromRecord(message.failed), message.needsDecoder));
      });
    });
  }

  private async answer(number: number, question: Question): Promise<void> {
    try {
      this.tell({ number, answer: await this.answerTo(question) });
    } catch (error) {
      this.trouble = error;
      this.tell({ number, error: errorToRecord(error) });
    }
  }

  private async answerTo(question: Question): Promise<Answer> {
    const { source, outputs, judge, outputBytesMost } = this.host;
    if ("read" in question) return source.read(question.read.offset, question.read.length);
    if ("judge" in question) return judge(question.judge);
    this.written += question.write.length;
    if (this.written > outputBytesMost)
      throw new DivisionFailure("output", `main and slave come out larger than ${outputBytesMost} bytes`);
    await outputs[question.to].write(question.write);
    return undefined;
  }

  private tell(message: ToProcess): void {
    if (this.child.connected) this.child.send(message, () => {}); // that it has gone is seen by its end
  }
}

function failureOf(error: Error, needsDecoder: boolean): DivisionFailure {
  if (!(error instanceof CmixError)) return new DivisionFailure("server", error.message);
  if (needsDecoder) return new DivisionFailure("decoder", error.message);
  return new DivisionFailure(error.code === "unsupported" ? "unsupported" : "input", error.message);
}
