/** Jobs of dividing that are killed, cancelled, refused, over their limits, or somebody else's. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobList } from "../../server/divisions/schemas.ts";
import { makePair, uploadFile } from "./harness.ts";
import { bodyOf, type Creator, codeOf, JobServer, untilSome } from "./job-server.ts";
import { PASSWORD } from "./test-accounts.ts";

let jobs: JobServer;
beforeAll(async () => {
  jobs = await JobServer.start();
});
afterAll(() => jobs.server.close());

describe("a job", { timeout: 120_000 }, () => {
  const running = (jobId: string) => jobs.until(jobId, ({ jobState }) => jobState === "running");
  /** The process that divides, if there is one. */
  const processes = (): number[] =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          const [line, status] = ["cmdline", "status"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"));
          return line?.includes("divide.process.js") && status?.includes(`PPid:\t${process.pid}\n`);
        } catch {
          return false;
        }
      })
      .map(Number);

  it("is done again where its process is killed, and fails where that comes to nothing three times", async () => {
    const { jobId } = await jobs.make();
    await jobs.upload(jobId);
    await running(jobId);
    const [pid] = await untilSome(processes);
    process.kill(pid as number, "SIGKILL");
    expect(await jobs.ended(jobId)).toMatchObject({ jobState: "done", attempts: 2, requeuedBecause: "process" });
    const again = await jobs.make();
    await jobs.upload(again.jobId);
    for (const attempt of [1, 2, 3]) {
      await jobs.until(again.jobId, ({ jobState, attempts }) => jobState === "running" && attempts === attempt);
      for (const one of await untilSome(processes)) process.kill(one, "SIGKILL");
    }
    expect(await jobs.ended(again.jobId)).toMatchObject({
      jobState: "failed",
      attempts: 3,
      error: { code: "process" },
    });
    await bodyOf(await jobs.send("provider", "POST", `jobs/${again.jobId}/cancel`));
    expect(await jobs.files()).toMatchObject({ sources: [], tmp: [] });
  });

  it("is taken up by the next server where kill -9 ended the one before, and no half pair is left", async () => {
    const three = [
      await jobs.make({ startsItself: false }),
      await jobs.make({ startsItself: false }),
      await jobs.make({ startsItself: false }),
    ];
    for (const { jobId } of three) await jobs.upload(jobId);
    const [run, half, whole] = three.map(({ jobId }) => jobId) as [string, string, string];
    // A slave whose main had not come yet, and a pair that was there before the job was ended.
    const [first, second] = [await makePair({ seconds: 1 }), await makePair({ seconds: 1 })];
    await uploadFile(jobs.server, "slave", first.slaveId, first.slave);
    await uploadFile(jobs.server, "slave", second.slaveId, second.slave);
    expect((await uploadFile(jobs.server, "main", second.mainId, second.main)).status).toBe(201);
    await jobs.server.stop();
    const began = "update jobs set state = 'running', attempts = 1, main_id = ?, slave_id = ? where id = ?";
    jobs.sql(began, first.mainId, first.slaveId, half);
    jobs.sql(began, second.mainId, second.slaveId, whole);
    jobs.sql("update jobs set state = 'queued' where id = ?", run);
    const data = join(jobs.server.folder, "data");
    const cli = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
    const killed = spawn(process.execPath, [cli, "serve", "--port", "0", "--data", data], { stdio: "ignore" });
    const over = new Promise((resolve) => killed.once("exit", resolve));
    await untilSome(() => jobs.sql("select 1 from jobs where id in (?, ?) and state = 'running'", run, half));
    killed.kill("SIGKILL");
    await over;
    await jobs.server.restart();
    expect(await jobs.ended(run)).toMatchObject({ jobState: "done" });
    expect(await jobs.ended(half)).toMatchObject({ jobState: "done" });
    const took = [await jobs.jobOf(run), await jobs.jobOf(half)].map(({ requeuedBecause }) => requeuedBecause);
    expect(took).toContain("server");
    expect(await jobs.jobOf(whole)).toMatchObject({ jobState: "done", mainId: second.mainId, attempts: 1 });
    const slaves = jobs.sql<{ slave_id: string }>("select slave_id from videos where removed_at is null");
    const left = await jobs.files();
    expect(left.slaves?.sort()).toEqual(slaves.map((row) => row.slave_id).sort());
    expect(left.slaves).not.toContain(first.slaveId);
    expect(left.mains?.sort()).toEqual(
      jobs
        .sql<{ main_id: string }>("select main_id from mains")
        .map((row) => row.main_id)
        .sort(),
    );
    expect(left).toMatchObject({ sources: [], tmp: [] });
  });

  it("can be cancelled: waiting, held and running; nothing of it is left", async () => {
    const [empty, held, run] = [await jobs.make(), await jobs.make({ startsItself: false }), await jobs.make()];
    await jobs.upload(held.jobId);
    await jobs.upload(run.jobId);
    await running(run.jobId);
    const videos = jobs.sql("select 1 from videos").length;
    for (const { jobId } of [empty, held, run]) {
      expect(await bodyOf(await jobs.send("provider", "POST", `jobs/${jobId}/cancel`))).toMatchObject({
        jobState: "cancelled",
        sourceBytes: null,
      });
      expect(await codeOf(await jobs.send("provider", "POST", `jobs/${jobId}/cancel`))).toEqual([409, "conflict"]);
      expect(await codeOf(await jobs.send("provider", "POST", `jobs/${jobId}/start`))).toEqual([409, "conflict"]);
      expect((await jobs.send("provider", "DELETE", `jobs/${jobId}`)).status).toBe(204);
    }
    await untilSome(() => (processes().length === 0 ? [true] : []));
    expect(await jobs.divided()).toMatchObject({ jobState: "done" }); // the next one runs
    expect(jobs.sql("select 1 from videos")).toHaveLength(videos + 1);
    expect(await jobs.files()).toMatchObject({ sources: [], tmp: [], uploads: [] });
  });

  it("with a hostile source fails with a word, keeps the source, and can be started again or expires", async () => {
    const text = (words: string) => new TextEncoder().encode(words);
    const ftyp = [0, 0, 0, 24, ...text("ftypisom"), 0, 0, 2, 0, ...text("isommp41")];
    const sources = {
      noise: Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3),
      huge: text("YUV4MPEG2 W65535 H65535 F25:1 C420jpeg\nFRAME\n0123456789"),
      cut: jobs.clip.subarray(0, 200_000),
      box: Uint8Array.from([...ftyp, 0xff, 0xff, 0xff, 0xff, ...text("moov"), ...Array(64).fill(0xff)]),
      mpeg: Uint8Array.from([
        0,
        0,
        1,
        0xb3,
        0x16,
        0,
        0xf0,
        0xc4,
        2,
        0xee,
        0x23,
        0,
        0,
        0,
        1,
        0xb8,
        ...Array(600).fill(0xa5),
      ]),
    };
    for (const [name, bytes] of Object.entries(sources)) {
      const job = await jobs.divided(
        { title: name, method: ["box", "mpeg"].includes(name) ? "compress" : "auto" },
        bytes,
      );
      expect(job, name).toMatchObject({ jobState: "failed", attempts: 1, mainId: null, sourceBytes: bytes.length });
      expect(["input", "unsupported"], `${name}: ${job.error?.message}`).toContain(job.error?.code);
      expect(job.error?.message.length, name).toBeGreaterThan(10);
    }
    const list = await bodyOf<JobList>(await jobs.send("provider", "GET", "jobs"));
    const cut = list.jobs.find(({ title }) => title === "cut");
    await bodyOf(await jobs.send("provider", "POST", `jobs/${cut?.jobId}/start`));
    expect(await jobs.ended(cut?.jobId ?? "")).toMatchObject({
      jobState: "failed",
      requeuedBecause: "asked",
      attempts: 1,
    });
    expect((await jobs.files()).sources).toHaveLength(5);
    jobs.server.advance(4 * 24 * 3600);
    await jobs.server.houseKeep();
    expect(await jobs.files()).toMatchObject({ sources: [], slaves: expect.any(Array), tmp: [] });
    expect(await codeOf(await jobs.send("provider", "POST", `jobs/${cut?.jobId}/start`))).toEqual([409, "conflict"]);
  });

  it("is ended where it takes too long, too much memory, or writes too much; sources and jobs are counted", async () => {
    for (const [limits, code] of [
      [{ jobSeconds: 0.2 }, "time"],
      [{ jobMemoryMebibytes: 70 }, "memory"],
      [{ jobOutputFactor: 0, jobOutputBytes: 2000, sourceFileMaxBytes: jobs.clip.length, jobsPerAccount: 1 }, "output"],
    ] as const) {
      jobs.options.limits = limits;
      await jobs.server.restart();
      expect(await jobs.divided(), code).toMatchObject({ jobState: "failed", error: { code }, attempts: 1 });
    }
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => jobs.send("provider", "POST", "jobs", { title: "More" })),
    );
    expect(asked.map(({ status }) => status).sort()).toEqual([201, 429, 429, 429, 429]);
    const { jobId } = await bodyOf(asked.find(({ status }) => status === 201) as Response);
    expect(await codeOf(await jobs.upload(jobId, new Uint8Array(jobs.clip.length + 1)))).toEqual([413, "too_large"]);
    await jobs.send("provider", "POST", `jobs/${jobId}/cancel`);
    jobs.options.limits = { accountMaxBytes: 2 * jobs.clip.length };
    await jobs.server.restart();
    const other = await jobs.make();
    expect(await codeOf(await jobs.upload(other.jobId))).toEqual([413, "too_large"]); // three sources failed, and are kept
    jobs.options.limits = {};
    await jobs.server.restart();
  });

  it("is for providers and administrators, each their own", async () => {
    for (const role of ["viewer", "sponsor"] as const) {
      expect(await codeOf(await jobs.send(role, "POST", "jobs", { title: "Mine" }))).toEqual([403, "forbidden"]);
      expect(await codeOf(await jobs.send(role, "GET", "jobs"))).toEqual([403, "forbidden"]);
    }
    expect((await fetch(`${jobs.server.url}/api/jobs`)).status).toBe(401);
    const made = await bodyOf(await jobs.send("administrator", "POST", "jobs", { title: "The house's" }));
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/start"],
      ["POST", "/cancel"],
    ] as const) {
      const body = method === "PATCH" ? {} : undefined;
      expect(await codeOf(await jobs.send("provider", method, `jobs/${made.jobId}${path}`, body))).toEqual([
        404,
        "not_found",
      ]);
    }
    expect(await codeOf(await jobs.upload(made.jobId))).toEqual([404, "not_found"]);
    const seen = async (role: Creator) =>
      (await bodyOf<JobList>(await jobs.send(role, "GET", "jobs"))).jobs.some(({ jobId }) => jobId === made.jobId);
    expect([await seen("provider"), await seen("administrator")]).toEqual([false, true]);
    await jobs.send("administrator", "POST", `jobs/${made.jobId}/cancel`);
  });

  it("of an account that is deleted goes with its source", async () => {
    const { jobId } = await jobs.make({ startsItself: false });
    await jobs.upload(jobId);
    expect((await jobs.files()).sources).toContain(jobId);
    const deleted = await jobs.send("provider", "POST", "account/deletion", { password: PASSWORD });
    expect(deleted.status, await deleted.clone().text()).toBeLessThan(300);
    await jobs.server.houseKeep();
    expect((await jobs.files()).sources).toEqual([]);
    expect(jobs.sql("select 1 from jobs where id = ?", jobId)).toEqual([]);
  });
});
