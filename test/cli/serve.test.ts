import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-serve-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the command, takes what it prints until it is ready, and lets it end as Ctrl-C would. */
async function serve(use: (lines: string[]) => Promise<void>, ...options: string[]): Promise<void> {
  const args = [CLI, "serve", "--port", "0", "--data", join(folder, "data"), ...options];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(server, "exit");
  try {
    let [out, log] = ["", ""];
    server.stdout.on("data", (text) => {
      out += text;
    });
    server.stderr.on("data", (text) => {
      log += text;
    });
    await expect.poll(() => out, { timeout: 50_000 }).toMatch(/^Cmix is ready: .*\n/);
    await use(out.trim().split("\n"));
    expect(log).not.toContain("first-admin#"); // the link is for whoever started the server, not for its log
  } finally {
    server.kill("SIGINT");
    await ended;
  }
}

it("S1 cmix serve prints its address, and while there is no administrator the link that makes one", async () => {
  await serve(async ([ready = "", link = "", ...more]) => {
    const url = ready.slice("Cmix is ready: ".length);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(link).toMatch(new RegExp(`^Make an administrator's account: ${url}/first-admin#[\\w-]{43}$`));
    expect(more).toEqual([]);
    const made = await fetch(`${url}/api/first-administrator`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: link.split("#")[1], email: "a@example.org", password: "correct horse battery" }),
    });
    expect(made.status).toBe(201);
  });
  await serve(async (lines) => expect(lines).toHaveLength(1));
  await serve(async (lines) => expect(lines).toHaveLength(2), "--administrator-link");
});

it("S14 cmix serve ends on an interrupt that comes while it starts", async () => {
  const data = join(folder, "interrupted");
  const server = spawn(process.execPath, [CLI, "serve", "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(server, "exit") as Promise<[number | null, string | null]>;
  let out = "";
  server.stdout.on("data", (text) => {
    out += text;
  });
  server.stderr.resume();
  try {
    await expect.poll(() => existsSync(join(data, "cmix.lock")), { interval: 2, timeout: 30_000 }).toBe(true);
    server.kill("SIGINT");
    expect(await Promise.race([ended, pause(20_000, "still runs")])).toEqual([0, null]);
    expect(out).toBe("");
  } finally {
    server.kill("SIGKILL");
  }
});
