/** A real server on a real port with a real data folder; only its clock is the test's own. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemorySink, toHex } from "../../codec/bytes/bytes.ts";
import { DivisionWriter } from "../../codec/division/division-writer.ts";
import type { Role } from "../../server/accounts/roles.ts";
import type { LogFields } from "../../server/log.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../server/main.ts";
import { sendFile } from "../support/upload.ts";
import { TestAccounts } from "./test-accounts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const WASM_PATH = join(ROOT, "dist/wasm/kernels.wasm");
export const HOUSE_CM = join(ROOT, "samples/house-cm.mp4");

/** By their origins, so that an upload finds whose account to use. */

export interface TestServer {
  url: string;
  firstAdministratorUrl: string | undefined;
  accounts: TestAccounts;
  /** Headers of a browser with a session: of an approved account of this role, or of a guest. */
  as(role: Role): Promise<Record<string, string>>;
  folder: string;
  webDir: string;
  logged: { event: string; fields: LogFields }[];
  /** Seconds of the server's clock. */
  advance(seconds: number): void;
  /** Closes the server; its folder stays, and `restart` starts it again. */
  stop(): Promise<void>;
  /** Closes the server and starts another one on the same data folder. */
  restart(): Promise<void>;
  /** Does what the server does once a minute. */
  houseKeep(): Promise<void>;
  close(): Promise<void>;
}

/** The built server, whose processes start threads of their own. */
export const builtServer = async (): Promise<typeof startServer> => {
  const built = new URL("../../dist/node/server/main.js", import.meta.url).href;
  return ((await import(built)) as { startServer: typeof startServer }).startServer;
};

/** @param open starts the server */
export async function startTestServer(
  options: Partial<ServerOptions> = {},
  open: typeof startServer = startServer,
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-server-"));
  const [dataDir, webDir, samplesDir] = [join(folder, "data"), join(folder, "web"), join(folder, "samples")];
  await mkdir(join(webDir, "assets"), { recursive: true });
  await mkdir(samplesDir);
  await writeFile(join(webDir, "index.html"), "<!doctype html><title>Cmix</title>");
  await writeFile(join(webDir, "assets/main-1a2b3c.js"), "export {};\n");
  await writeFile(join(webDir, ".hidden.txt"), "not for the web");
  await writeFile(join(folder, "outside.txt"), "not for the web");
  await writeFile(join(samplesDir, "house-cm.mp4"), await readFile(HOUSE_CM)); // without the sample pair: an empty library
  let clock = Date.UTC(2026, 0, 1);
  const logged: TestServer["logged"] = [];
  const log = (event: string, fields: LogFields = {}) => void logged.push({ event, fields });
  const start = () =>
    open({
      ...options,
      port: 0,
      host: "127.0.0.1",
      dataDir,
      webDir,
      samplesDir,
      wasmPath: WASM_PATH,
      log,
      ...(options.clock === undefined && { now: () => clock }),
    });
  let running: RunningServer = await start();
  let isRunning = true;
  const stop = async () => {
    const wasRunning = isRunning;
    isRunning = false; // the next start may fail
    if (wasRunning) await running.close();
  };
  const server: TestServer = {
    get url() {
      return running.url;
    },
    get firstAdministratorUrl() {
      return running.firstAdministratorUrl;
    },
    accounts: new TestAccounts(
      {
        get url() {
          return running.url;
        },
        get firstAdministratorUrl() {
          return running.firstAdministratorUrl;
        },
      },
      () => openGuestPlay(server),
    ),
    as: (role) => server.accounts.as(role),
    folder,
    webDir,
    logged,
    advance: (seconds) => {
      clock += seconds * 1000;
    },
    stop,
    restart: async () => {
      await stop();
      running = await start();
      isRunning = true;
    },
    houseKeep: () => running.houseKeep(),
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** Of a video that is withdrawn right after: it is in no list, and in no count but that of plays. */
async function openGuestPlay(server: TestServer): Promise<Response> {
  const pair = await makePair({ seconds: 1, title: "A guest's" });
  const headers = await server.as("administrator");
  const uploaded = await uploadFile(server, "slave", pair.slaveId, pair.slave, headers);
  if (uploaded.status !== 201) throw new Error(`slave: ${uploaded.status} ${await uploaded.text()}`);
  const answer = await post(`${server.url}/api/plays`, { mainIds: [pair.mainId] });
  await fetch(`${server.url}/api/videos/${pair.mainId}`, { method: "DELETE", headers });
  return answer;
}

export interface TestPair {
  main: Uint8Array;
  slave: Uint8Array;
  mainId: string;
  slaveId: string;
  segments: number;
}

export interface PairOptions {
  seconds?: number;
  title?: string;
  copyright?: string;
  genre?: string;
  mainName?: string;
  poster?: Uint8Array;
  /** Length of each segment's withheld part. */
  withheldBytes?: number;
}

/** Divides noise: picture segments of 1 s and sound segments of 1 s, one after the other. */
export async function makePair(options: PairOptions = {}): Promise<TestPair> {
  const { seconds = 100, title = "Noise", withheldBytes = 300 } = options;
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const writer = await DivisionWriter.open(
    {
      method: "compress",
      protection: "sealed",
      parameters: {},
      tracks: [
        {
          id: 0,
          kind: "video",
          codec: "cmix-mpeg1",
          width: 16,
          height: 16,
          frameRate: [25, 1],
          pixelAspect: [1, 1],
          rotation: 0,
          mirrored: false,
          matrix: "bt601",
          fullRange: false,
        },
        { id: 1, kind: "audio", codec: "opus", sampleRate: 48000, channels: 2 },
      ],
      title,
      copyright: options.copyright ?? "",
      genre: options.genre ?? "",
      mainName: options.mainName ?? "noise.cmx",
      slaveName: "noise.cms",
      ...(options.poster && { poster: { type: "image/png", data: options.poster } }),
    },
    sinks,
  );
  for (let second = 0; second < seconds; second++) {
    for (const track of [0, 1]) {
      await writer.add({
        layer: 0,
        track,
        key: true,
        structure: false,
        startMicroseconds: second * 1e6,
        durationMicroseconds: 1e6,
        pictures: 25,
        publicBytes: crypto.getRandomValues(new Uint8Array(200)),
        withheld: new Uint8Array(randomBytes(withheldBytes)),
      });
    }
  }
  const { mainId, slaveId, segments } = await writer.finish();
  return {
    main: sinks.main.bytes(),
    slave: sinks.slave.bytes(),
    mainId: toHex(mainId),
    slaveId: toHex(slaveId),
    segments,
  };
}

/** As a provider, unless told otherwise. */
export async function uploadFile(
  server: TestServer,
  kind: "slave" | "main",
  id: string,
  bytes: Uint8Array,
  headers?: Record<string, string>,
): Promise<Response> {
  return sendFile(server.url, kind, id, bytes, headers ?? (await server.as("provider")));
}

export async function uploadPair(server: TestServer, pair: TestPair, headers?: Record<string, string>): Promise<void> {
  for (const [kind, id, bytes] of [
    ["slave", pair.slaveId, pair.slave],
    ["main", pair.mainId, pair.main],
  ] as const) {
    const answer = await uploadFile(server, kind, id, bytes, headers);
    if (answer.status !== 201) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
  }
}

export function post(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

export interface ErrorBody {
  error: { code: string; message: string; details: Record<string, unknown> };
}

export * from "./play-requests.ts";
