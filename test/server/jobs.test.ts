/** Videos that the service divides itself (restriction patent, claim 1): in the real process, on tiny clips. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { combineVideo, MemorySink } from "../../codec/index.ts";
import { poolHere } from "../support/divisions.ts";
import { loadCheckKernels } from "../support/kernels.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { WITHOUT_DECODERS } from "../support/without-decoders.ts";
import { askSecret, getUnits, openTestPlay, watchCm } from "./harness.ts";
import { blackIn, bodyOf, codeOf, HIDDEN, JobServer, PART, SIZE } from "./job-server.ts";

let jobs: JobServer;
beforeAll(async () => {
  jobs = await JobServer.start();
});
afterAll(() => jobs.server.close());

describe("R5 the platform divides", { timeout: 120_000 }, () => {
  it("a marked source: into the owner's library, covered for ordinary viewers and whole for premium ones", async () => {
    const job = await jobs.divided({ marks: "auto", state: "public", genre: "Sport", thumbnails: true });
    expect(job).toMatchObject({ jobState: "done", error: null, attempts: 1, sourceBytes: null, progress: 1 });
    const mainId = job.mainId ?? "";
    const video = await bodyOf<Record<string, unknown>>(await jobs.send("provider", "GET", `videos/${mainId}`));
    expect(video).toMatchObject({ title: "Night game", genre: "Sport" });
    expect(jobs.sql("select state from videos where main_id = ?", mainId)).toEqual([{ state: "public" }]);
    expect(blackIn(await jobs.picturesOf(mainId, ["base"]))).toEqual(HIDDEN);
    expect(blackIn(await jobs.picturesOf(mainId))).toEqual([]);
    const { main, slave } = await jobs.pairOf(mainId);
    expect(main.header).toMatchObject({ method: "compress", title: "Night game" });
    expect(slave.header.mainName).toBe("Night game.cmx");
    expect(main.header.poster?.type).toBe("image/jpeg");
    expect(slave.header.restrictions).toEqual([
      { startMicroseconds: 400_000, endMicroseconds: 800_000, viewers: "premium" },
    ]);
    // A visitor's play: no unit of the layer for members.
    const play = await openTestPlay(jobs.server, mainId);
    await watchCm(jobs.server, play);
    expect((await askSecret(jobs.server, play)).status).toBe(200);
    const { units } = await getUnits(jobs.server, play, "start");
    const hidden: number[] = [];
    for (let number = 0; number < slave.segments; number++)
      if ((await slave.readSegment(number)).head.layer === 1) hidden.push(number);
    expect(hidden.length).toBeGreaterThan(0);
    expect(units.map(({ number }) => number).filter((number) => hidden.includes(number))).toEqual([]);
    expect(await jobs.files()).toMatchObject({ sources: [], tmp: [], uploads: [] });
  });

  it("with parts that its owner and an administrator added before; ten starts at once are one", async () => {
    const { jobId } = await jobs.make({ startsItself: false });
    expect((await jobs.upload(jobId)).status).toBe(201);
    expect(await jobs.jobOf(jobId)).toMatchObject({ jobState: "held", sourceBytes: jobs.clip.length });
    const first = { ...PART, startSeconds: 0, endSeconds: 0.2 };
    const second = { ...PART, startSeconds: 1, endSeconds: 1.2, viewers: "age:18" };
    await bodyOf(await jobs.send("provider", "PATCH", `jobs/${jobId}`, { parts: [first] }));
    const { parts } = await bodyOf(
      await jobs.send("administrator", "PATCH", `jobs/${jobId}`, { parts: [first, second] }),
    );
    expect(parts).toEqual([first, second]);
    const wrong = [
      { ...first, endSeconds: 0 },
      { ...first, areas: [{ x: 900, y: 0, width: 200, height: 100 }] },
      { ...first, viewers: "everybody" },
      { ...first, areas: [], sound: "keep" },
    ];
    for (const part of wrong)
      expect(await codeOf(await jobs.send("provider", "PATCH", `jobs/${jobId}`, { parts: [part] }))).toEqual([
        400,
        "bad_request",
      ]);
    const starts = await Promise.all(
      Array.from({ length: 10 }, () => jobs.send("provider", "POST", `jobs/${jobId}/start`)),
    );
    expect(starts.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const job = await jobs.ended(jobId);
    expect(job).toMatchObject({ jobState: "done", attempts: 1 });
    expect(blackIn(await jobs.picturesOf(job.mainId, ["base"]))).toEqual([0, 1, 2, 3, 4, 25, 26, 27, 28, 29]);
    expect(blackIn(await jobs.picturesOf(job.mainId))).toEqual([]);
    expect(await codeOf(await jobs.send("provider", "PATCH", `jobs/${jobId}`, { parts: [] }))).toEqual([
      409,
      "conflict",
    ]);
    expect(await codeOf(await jobs.upload(jobId))).toEqual([409, "conflict"]);
  });

  it("R8 as a reservation says: on by its choice, auto by the marks, off the ordinary way", async () => {
    const reserve = async (protection: string) =>
      (await bodyOf<{ reservationId: string }>(await jobs.send("provider", "POST", "reservations", { protection })))
        .reservationId;
    const [on, auto, off] = [await reserve("on"), await reserve("auto"), await reserve("off")];
    const refused = await jobs.send("provider", "POST", "jobs", { title: "Film", reservationId: on });
    expect(await codeOf(refused)).toEqual([409, "conflict"]);
    // The service has no text of its own: such areas are black.
    const choice = { viewers: "signed-in", treatment: "text", sound: "keep" };
    await bodyOf(await jobs.send("provider", "PATCH", `reservations/${on}`, { choice }));
    const whole = await jobs.divided({ reservationId: on });
    expect(blackIn(await jobs.picturesOf(whole.mainId, ["base"]))).toHaveLength(SIZE.pictures);
    expect((await jobs.pairOf(whole.mainId)).slave.header.restrictions).toMatchObject([{ viewers: "signed-in" }]);
    const marked = await jobs.divided({ reservationId: auto });
    expect(blackIn(await jobs.picturesOf(marked.mainId, ["base"]))).toEqual(HIDDEN);
    const plain = await jobs.divided({ reservationId: off, marks: "auto" });
    expect((await jobs.pairOf(plain.mainId)).main.header.layers).toHaveLength(1);
    const list = await bodyOf<{ reservations: object[] }>(await jobs.send("provider", "GET", "reservations"));
    expect(list.reservations).toEqual(
      expect.arrayContaining([expect.objectContaining({ reservationId: on, mainId: whole.mainId })]),
    );
  });

  it("without the original there is nothing but what everybody sees", async () => {
    const { mainId } = await jobs.divided({ marks: "auto", withoutOriginal: true });
    const { main, slave } = await jobs.pairOf(mainId);
    expect([main.header.layers, slave.header.layers].map((layers) => layers.map(({ name }) => name))).toEqual([
      ["base"],
      ["base"],
    ]);
    expect(slave.header.restrictions).toBeUndefined();
    expect(blackIn(await jobs.picturesOf(mainId))).toEqual(HIDDEN);
  });

  it.runIf(hasFfmpeg())("an MP4 is kept as it is where nothing is hidden, with poster and teaser", async () => {
    const path = join(jobs.server.folder, "film.mp4");
    const sound = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"];
    const video = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=1"];
    execFileSync("ffmpeg", ["-v", "error", ...video, ...sound, "-c:v", "libx264", "-pix_fmt", "yuv420p", path]);
    const film = new Uint8Array(readFileSync(path));
    const job = await jobs.divided({ thumbnails: true }, film);
    expect(job).toMatchObject({ jobState: "done", error: null });
    const { main, slave } = await jobs.pairOf(job.mainId);
    expect(main.header).toMatchObject({ method: "samples", poster: { type: "image/jpeg" } });
    const sink = new MemorySink();
    await combineVideo(main, slave, sink, { pool: poolHere(await loadCheckKernels()), kernels: loadCheckKernels });
    expect(Buffer.compare(sink.bytes(), film)).toBe(0);
    const teaser = await fetch(`${jobs.server.url}/api/videos/${job.mainId}/teaser`, {
      headers: await jobs.server.as("provider"),
    });
    expect([teaser.status, teaser.headers.get("Content-Type")]).toEqual([200, "video/mp4"]);
    const hidden = await jobs.divided({ parts: [{ ...PART, startSeconds: 0, endSeconds: 0.4 }] }, film);
    expect((await jobs.pairOf(hidden.mainId)).main.header).toMatchObject({ method: "compress" });
    // What an operator has who installed no decoders.
    process.execArgv.push(...WITHOUT_DECODERS);
    try {
      const { jobState, error } = await jobs.divided({ method: "compress" }, film);
      expect([jobState, error?.code]).toEqual(["failed", "decoder"]);
      expect(error?.message).toContain("npm install @mediabunny/server");
      expect(await jobs.divided({ thumbnails: true }, film)).toMatchObject({ jobState: "done" });
    } finally {
      process.execArgv.splice(-WITHOUT_DECODERS.length);
    }
  });
});
