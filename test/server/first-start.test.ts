import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ServerOptions, startServer } from "../../server/main.ts";
import { askPlay, HOUSE_CM, makePair, openTestPlay, startTestServer, uploadFile, WASM_PATH } from "./harness.ts";

let folder: string;
let options: ServerOptions;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmix-first-"));
  const samplesDir = join(folder, "samples");
  await mkdir(samplesDir);
  options = { port: 0, dataDir: join(folder, "data"), webDir: folder, samplesDir, wasmPath: WASM_PATH, log: () => {} };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sample = (name: string, bytes: Uint8Array) => writeFile(join(folder, "samples", name), bytes);
const listVideos = async (url: string) =>
  ((await (await fetch(`${url}/api/videos`)).json()) as { videos: { title: string; mainUrl: string }[] }).videos;

describe("S3 the first start", () => {
  it("brings the sample video and the house CM, and the second start brings nothing twice", async () => {
    const pair = await makePair({ seconds: 5, title: "The bay" });
    await sample("house-cm.mp4", await readFile(HOUSE_CM));
    await sample("scene.cmx", pair.main);
    await sample("scene.cms", pair.slave);
    for (let start = 0; start < 2; start++) {
      const server = await startServer(options);
      try {
        expect(await listVideos(server.url)).toMatchObject([
          { title: "The bay", mainUrl: `/api/mains/${pair.mainId}` },
        ]);
        const metrics = await (await fetch(`${server.url}/metrics`)).text();
        expect(metrics).toMatch(/^cmix_cms 1$/m);
        expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      } finally {
        await server.close();
      }
    }
  });

  it("says how to get a house CM that is missing, or kernels that are", async () => {
    await expect(startServer(options)).rejects.toThrow(/house CM .* is missing: make it with/);
    await expect(startServer({ ...options, wasmPath: join(folder, "none.wasm") })).rejects.toThrow(
      /kernels .* npm run build/,
    );
  });

  it("refuses a house CM that is no video", async () => {
    await sample("house-cm.mp4", new TextEncoder().encode("no video"));
    await expect(startServer(options)).rejects.toThrow();
  });

  it("refuses a port that is taken and leaves the data folder usable", async () => {
    const first = await startTestServer();
    try {
      await sample("house-cm.mp4", await readFile(HOUSE_CM));
      const port = Number(new URL(first.url).port);
      await expect(startServer({ ...options, port })).rejects.toThrow(/EADDRINUSE/);
      await (await startServer(options)).close();
    } finally {
      await first.close();
    }
  });
});

describe("S5 ending", () => {
  it("lets an answer that is under way come to its end", async () => {
    const server = await startTestServer();
    const pair = await makePair({ seconds: 20, withheldBytes: 100_000 });
    expect((await uploadFile(server, "slave", pair.slaveId, pair.slave)).status).toBe(201);
    const play = await openTestPlay(server, pair.mainId);
    const answer = await askPlay(server, play, "/units", { ticket: play.place.ticket });
    const [body] = await Promise.all([answer.arrayBuffer(), server.close()]);
    expect(body.byteLength).toBe(Number(answer.headers.get("Content-Length")));
  });
});
