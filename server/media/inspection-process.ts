/** One process that reads files, one after another, until one of them takes too much. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type ByteSource, errorFromRecord, errorToRecord } from "../../codec/index.ts";
import {
  type Facts,
  type FromProcess,
  HEAP_MOST_MEBIBYTES,
  type Job,
  type MediaKind,
  type ToProcess,
} from "./inspections.ts";

/** A process that is not asked anything for so long goes, with its memory. */
const IDLE_MILLISECONDS = 30_000;
const START_MILLISECONDS = 60_000;

export type Outcome = { facts: Facts<MediaKind> } | { tooMuch: "time" | "memory" };

export class InspectionProcess {
  private readonly child: ChildProcess;
  private readonly started: Promise<unknown>;
  private readonly ended: Promise<unknown>;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor() {
    this.child = fork(new URL("./inspect.process.js", import.meta.url), {
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MOST_MEBIBYTES}`],
      env: withoutSecrets(process.env),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.child.on("error", () => {}); // told by the two promises
    this.started = once(this.child, "message", { signal: AbortSignal.timeout(START_MILLISECONDS) });
    this.ended = once(this.child, "exit");
    for (const promise of [this.started, this.ended]) promise.catch(() => {});
    this.hold(false);
  }

  /** Whether it can be asked again. */
  get isGood(): boolean {
    return this.child.connected && !this.child.killed && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @throws CmixError what the process found wrong with the file; Error it does not start, or the source cannot be read */
  async run(job: Job, source: ByteSource, secondsMost: number): Promise<Outcome> {
    clearTimeout(this.idleTimer);
    this.hold(true);
    let isLate = false;
    let timer: NodeJS.Timeout | undefined;
    try {
      await Promise.race([this.started, this.ended]);
      if (!this.isGood) throw new Error(`the process that reads files ended at its start, with ${this.child.exitCode}`);
      timer = setTimeout(() => {
        isLate = true;
        this.child.kill("SIGKILL");
      }, secondsMost * 1000);
      const ended = this.ended.then((): Outcome => ({ tooMuch: isLate ? "time" : "memory" }));
      return await Promise.race([this.ask(job, source), ended]);
    } finally {
      clearTimeout(timer);
      this.child.removeAllListeners("message");
      this.hold(false);
      this.idleTimer = setTimeout(() => this.child.kill("SIGKILL"), IDLE_MILLISECONDS).unref();
    }
  }

  private ask(job: Job, source: ByteSource): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      let unread: unknown;
      this.child.on("message", async (message: FromProcess) => {
        if ("facts" in message) resolve(message);
        else if ("error" in message) reject(unread ?? errorFromRecord(message.error));
        else if ("wanted" in message) {
          const { offset, length } = message.wanted;
          const answer = await source.read(offset, length).then(
            (read) => ({ read }),
            (error: unknown) => {
              unread = error;
              return { unread: errorToRecord(error) };
            },
          );
          this.tell(answer);
        }
      });
      this.tell({ job });
    });
  }

  private tell(message: ToProcess): void {
    if (this.child.connected) this.child.send(message, () => {}); // that it has gone is seen by its end
  }

  /** Whether the server's own end waits for it. */
  private hold(isHeld: boolean): void {
    for (const one of [this.child, this.child.channel]) {
      if (isHeld) one?.ref();
      else one?.unref();
    }
  }
}

/** Whoever gets hold of the process shall not find the server's key there. */
export const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("CMIX_")));
