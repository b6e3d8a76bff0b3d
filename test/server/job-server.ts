/** A built server that divides, a tiny marked clip, and what jobs and their pairs come to. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { expect } from "vitest";
import { installNodeCrypto } from "../../codec/hosts/node/primitives.ts";
import {
  combineVideo,
  MainReader,
  MemorySink,
  SlaveReader,
  sourceFromBytes,
  USUAL_RULE,
  writeMark,
} from "../../codec/index.ts";
import type { Job, NewJob } from "../../server/divisions/schemas.ts";
import type { ErrorBody } from "../../server/http/schemas.ts";
import type { ServerOptions } from "../../server/main.ts";
import { openMasterKey } from "../../server/security/master-key.ts";
import { openSealed } from "../../server/storage/folder/sealed-file.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { markedY4m } from "../support/marked.ts";
import { OCTETS, uploadHeaders } from "../support/upload.ts";
import { readY4m } from "../support/y4m.ts";
import { builtServer, startTestServer, type TestServer } from "./harness.ts";
import { sendJson } from "./test-accounts.ts";

export const SIZE = { width: 320, height: 240, pictures: 30 };
const MARK = { first: 10, last: 19, place: { x: 1000, y: 0, size: 400 } };
const WHOLE = { x: 0, y: 0, width: 1000, height: 1000 };
export const PART = { areas: [WHOLE], treatment: "black" as const, sound: "mute" as const, viewers: "premium" };

export type Creator = "provider" | "administrator";

export async function bodyOf<T = Job>(answer: Response): Promise<T> {
  expect(answer.ok, await answer.clone().text()).toBe(true);
  return (await answer.json()) as T;
}

export const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];

const isBlack = (picture: Uint8Array) => picture.subarray(0, SIZE.width * SIZE.height).every((y) => y < 24);
export const blackIn = (pictures: readonly Uint8Array[]) =>
  pictures.flatMap((picture, i) => (isBlack(picture) ? [i] : []));
/** Pictures that the clip's mark hides. */
export const HIDDEN = Array.from({ length: 10 }, (_, i) => 10 + i);

export class JobServer {
  private constructor(
    readonly server: TestServer,
    /** Its limits count from the next start on. */
    readonly options: Partial<ServerOptions>,
    readonly clip: Uint8Array,
  ) {}

  static async start(): Promise<JobServer> {
    installNodeCrypto();
    const options: Partial<ServerOptions> = {};
    const server = await startTestServer(options, await builtServer());
    const rule = { ...USUAL_RULE, treatment: "black" as const, holdSeconds: 0 };
    const text = writeMark({ service: "https://cmix.example", rule });
    return new JobServer(server, options, markedY4m(await loadCheckKernels(), SIZE, [{ text, ...MARK }]));
  }

  async send(role: Creator | "viewer" | "sponsor", method: string, path: string, body?: unknown): Promise<Response> {
    return sendJson(`${this.server.url}/api/${path}`, method, body, await this.server.as(role));
  }

  async make(told: Partial<NewJob> = {}): Promise<Job> {
    return bodyOf(await this.send("provider", "POST", "jobs", { title: "Night game", thumbnails: false, ...told }));
  }

  async jobOf(jobId: string): Promise<Job> {
    return bodyOf(await this.send("administrator", "GET", `jobs/${jobId}`));
  }

  async upload(jobId: string, bytes = this.clip): Promise<Response> {
    const hash = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
    const about = { kind: "source", id: jobId, sha256: Buffer.from(hash).toString("hex") };
    const headers = await this.server.as("provider");
    return fetch(`${this.server.url}/api/uploads`, {
      method: "POST",
      headers: { ...uploadHeaders(about, bytes.length), ...OCTETS, ...headers },
      body: bytes as BodyInit,
    });
  }

  async until(jobId: string, done: (job: Job) => boolean): Promise<Job> {
    for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((go) => setTimeout(go, 50))) {
      const job = await this.jobOf(jobId);
      if (done(job)) return job;
    }
    throw new Error(`the job is still ${JSON.stringify(await this.jobOf(jobId))}`);
  }

  ended(jobId: string): Promise<Job> {
    return this.until(jobId, ({ jobState }) => jobState === "done" || jobState === "failed");
  }

  async divided(told: Partial<NewJob> = {}, bytes = this.clip): Promise<Job> {
    const { jobId } = await this.make(told);
    const taken = await this.upload(jobId, bytes);
    expect(taken.status, await taken.clone().text()).toBe(201);
    return this.ended(jobId);
  }

  /** What lies in the data folder, by its folders. */
  async files(): Promise<Record<string, string[]>> {
    const names = ["sources", "slaves", "mains", "tmp", "uploads"];
    const read = async (name: string) => [name, await readdir(join(this.server.folder, "data", name))];
    return Object.fromEntries(await Promise.all(names.map(read)));
  }

  /** Asks the database, or changes it. */
  sql<Row>(text: string, ...values: unknown[]): Row[] {
    const database = new SqliteDatabase(join(this.server.folder, "data", "cmix.sqlite"));
    try {
      const statement = database.prepare(text);
      if (statement.reader) return statement.all(...values) as Row[];
      statement.run(...values);
      return [];
    } finally {
      database.close();
    }
  }

  async pairOf(mainId: string | null): Promise<{ main: MainReader; slave: SlaveReader }> {
    const data = join(this.server.folder, "data");
    const { key } = await openMasterKey(data, undefined);
    const [row] = this.sql<{ slave_id: string }>("select slave_id from videos where main_id = ?", mainId);
    const slave = await openSealed(sourceFromBytes(await readFile(join(data, "slaves", row?.slave_id ?? ""))), key);
    const main = new Uint8Array(await readFile(join(data, "mains", mainId ?? "")));
    return { main: await MainReader.open(sourceFromBytes(main)), slave: await SlaveReader.open(slave) };
  }

  /** Pictures as a viewer of these layers sees them. */
  async picturesOf(mainId: string | null, layers?: string[]): Promise<readonly Uint8Array[]> {
    const { main, slave } = await this.pairOf(mainId);
    const sink = new MemorySink();
    const host = { pool: undefined as never, kernels: loadCheckKernels };
    await combineVideo(main, slave, sink, host, { form: "y4m", ...(layers && { layers }) });
    return readY4m(sink.bytes(), "clip").pictures;
  }
}

export async function untilSome<T>(find: () => T[]): Promise<T[]> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((go) => setTimeout(go, 20))) {
    const found = find();
    if (found.length > 0) return found;
  }
  throw new Error("nothing came");
}
