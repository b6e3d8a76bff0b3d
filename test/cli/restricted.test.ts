/** Parts that not everybody sees, from the command line. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { markModules } from "../../codec/restriction/draw-mark.ts";
import { USUAL_RULE, writeMark } from "../../codec/restriction/mark.ts";
import { H264_CLIP, makeClip } from "../support/hidden-clips.ts";
import { readY4m } from "../support/y4m.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-restricted-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cmix(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}
function json(...args: string[]): Record<string, unknown> {
  const { code, out, error } = cmix(...args, "--json");
  expect(code, error).toBe(0);
  return JSON.parse(out);
}

const [WIDTH, HEIGHT, RATE] = [176, 144, 25];
const PARTS = [
  { startSeconds: 1, endSeconds: 2.2, areas: ["lower-third"], treatment: "mosaic", sound: "mute" },
  { startSeconds: 3, endSeconds: 3.4, areas: ["whole"], viewers: "age:18" },
];

/** Loudest sample in dB of a stretch, decoded by ffmpeg. */
function loudest(file: string, from: number, to: number): number {
  const filter = `atrim=${from}:${to},volumedetect`;
  const args = ["-nostdin", "-v", "info", "-i", file, "-vn", "-af", filter, "-f", "null", "-"];
  const { stderr } = spawnSync("ffmpeg", args, { encoding: "utf8" });
  return Number(/max_volume: (-?[\d.]+) dB/.exec(stderr)?.[1] ?? Number.NaN);
}
const picturesOf = (path: string): readonly Uint8Array[] => readY4m(readFileSync(path), path).pictures;
const isBlack = (picture: Uint8Array): boolean => picture.subarray(0, WIDTH * HEIGHT).every((y) => y < 20);

beforeAll(() => {
  const video = `testsrc2=size=${WIDTH}x${HEIGHT}:rate=${RATE}:duration=4`;
  const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=4"];
  const coded = ["-c:v", "mpeg2video", "-q:v", "2", "-c:a", "mp2", "-b:a", "192k", "-ac", "2", "-y", at("film.mpg")];
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", video, ...sound, ...coded]);
  writeFileSync(at("parts.json"), JSON.stringify({ version: 1, parts: PARTS }));
});

describe("cmix divide --marks", () => {
  let result: Record<string, unknown>;
  beforeAll(() => {
    const options = ["--method", "compress", "--quality", "2", "--gop", "12"];
    result = json("divide", at("film.mpg"), "--out", at("pair"), ...options, "--marks", at("parts.json"));
  });
  const [main, slave] = [at("pair/film.cmx"), at("pair/film.cms")];

  it("R4 D2 keeps both what everybody sees and the truth, and tells what that adds", () => {
    expect(result).toMatchObject({ method: "compress", parts: 2, frames: 100 });
    const whole = json("inspect", main) as { layers: Record<string, unknown>[]; pictures: number };
    expect(whole.pictures).toBe(100);
    const [base, restricted] = whole.layers;
    expect([base?.name, restricted?.name]).toEqual(["base", "restricted"]);
    expect(restricted?.seconds).toEqual([
      [expect.closeTo(0.97, 1), expect.closeTo(2.22, 1)], // whole packets of sound
      [3, 3.4],
    ]);
    expect(result.substitutes).toBeGreaterThan(base?.substituteBytes as number);
    expect(result.substitutes).toBeLessThan(statSync(main).size / 2);
    const held = json("inspect", slave) as { layers: Record<string, unknown>[]; restrictions: unknown[] };
    expect(held.restrictions).toEqual([
      { startMicroseconds: 1e6, endMicroseconds: 2.2e6, viewers: "premium" },
      { startMicroseconds: 3e6, endMicroseconds: 3.4e6, viewers: "age:18" },
    ]);
    expect(JSON.stringify(json("inspect", main))).not.toContain("premium");
  });

  it("R4 shows each rendition exactly: ordinary pictures and sound go on right behind a part", () => {
    for (const layers of ["all", "base"]) {
      const chosen = layers === "all" ? [] : ["--layers", "base"];
      json("combine", main, slave, "--out", at(`${layers}.y4m`), ...chosen);
      json("combine", main, slave, "--out", at(`${layers}.mkv`), ...chosen);
    }
    const [truth, seen] = [picturesOf(at("all.y4m")), picturesOf(at("base.y4m"))];
    const differ = truth.flatMap((picture, i) => (Buffer.compare(picture, seen[i] as Uint8Array) === 0 ? [] : [i]));
    const spans = [...Array(30).keys()].map((i) => 25 + i).concat([...Array(10).keys()].map((i) => 75 + i));
    expect(differ).toEqual(spans);
    expect(seen.map(isBlack)).toEqual(seen.map((_, i) => i >= 75 && i < 85));
    expect(truth.some(isBlack)).toBe(false);
    // Of the first part the upper two thirds are as they were, up to the coder's noise.
    const [a, b] = [truth[30] as Uint8Array, seen[30] as Uint8Array];
    const most = (from: number, to: number): number => {
      let worst = 0;
      for (let i = from * WIDTH; i < to * WIDTH; i++) worst = Math.max(worst, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
      return worst;
    };
    expect(most(0, 80)).toBeLessThan(40);
    expect(most(96, HEIGHT)).toBeGreaterThan(60);
    expect(loudest(at("base.mkv"), 1.05, 2.15)).toBeLessThan(-80);
    expect(loudest(at("all.mkv"), 1.05, 2.15)).toBeGreaterThan(-25);
    for (const [from, to] of [
      [0.1, 0.9],
      [2.3, 3.9],
    ] as const)
      expect(loudest(at("base.mkv"), from, to)).toBe(loudest(at("all.mkv"), from, to));
  });

  it("cmix slave --layers base leaves nothing of the hidden parts in a slave of the same main", () => {
    const cut = json("slave", slave, "--layers", "base", "--out", at("given.cms"));
    expect(cut).toMatchObject({ layers: ["base"], path: at("given.cms") });
    expect(statSync(slave).size - statSync(at("given.cms")).size).toBe(cut.cut);
    const held = json("inspect", at("given.cms")) as { layers: Record<string, unknown>[] };
    expect(held.layers[1]?.absent).toBe(held.layers[1]?.segments);
    expect(held.layers[1]?.bytes).toBe(0);
    json("combine", main, at("given.cms"), "--out", at("given.y4m"));
    expect(Buffer.compare(readFileSync(at("given.y4m")), readFileSync(at("base.y4m")))).toBe(0);
    expect(cmix("slave", slave, "--layers", "restricted", "--out", at("no.cms"))).toMatchObject({ code: 2 });
    expect(cmix("slave", slave, "--layers", "removal", "--out", at("no.cms")).error).toMatch(
      /--layers removal: the file's layers are base, restricted/,
    );
    expect(existsSync(at("no.cms"))).toBe(false);
  });

  it("R6 --reverse hides all that the file leaves out; --restrict says how", () => {
    writeFileSync(at("seen.json"), JSON.stringify({ version: 1, parts: [{ startSeconds: 1, endSeconds: 2 }] }));
    const options = ["--method", "compress", "--marks", at("seen.json"), "--reverse", "--restrict", "black"];
    expect(json("divide", at("film.mpg"), "--out", at("reverse"), ...options)).toMatchObject({ parts: 2 });
    const pair = [at("reverse/film.cmx"), at("reverse/film.cms")] as const;
    json("combine", ...pair, "--out", at("reverse.y4m"), "--layers", "base");
    const seen = picturesOf(at("reverse.y4m"));
    expect(seen.map(isBlack)).toEqual(seen.map((_, i) => i < 25 || i >= 50));
  });

  it("takes times of the whole input where a part of it is divided", () => {
    const options = ["--method", "compress", "--from", "1.6", "--to", "3.2", "--marks", at("parts.json")];
    expect(json("divide", at("film.mpg"), "--out", at("cut"), ...options)).toMatchObject({ parts: 2, frames: 40 });
    json("combine", at("cut/film.cmx"), at("cut/film.cms"), "--out", at("cut.y4m"), "--layers", "base");
    const seen = picturesOf(at("cut.y4m"));
    expect(seen.map(isBlack)).toEqual(seen.map((_, i) => i >= 35));
  });

  it("R4 hides parts of a file that is kept as it is, which comes back to the byte", () => {
    const film = makeClip(at("film.mp4"), H264_CLIP);
    writeFileSync(
      at("one.json"),
      JSON.stringify({ version: 1, parts: [{ startSeconds: 1.2, endSeconds: 1.8, sound: "mute" }] }),
    );
    const marks = ["--method", "samples", "--marks", at("one.json")];
    const divided = json("divide", at("film.mp4"), "--out", at("kept"), ...marks);
    expect(divided).toMatchObject({ method: "samples", parts: 1, frames: 100 });
    expect(divided.substitutes).toBeGreaterThan(1000);
    const pair = [at("kept/film.cmx"), at("kept/film.cms")] as const;
    json("combine", ...pair, "--out", at("whole.mp4"));
    expect(Buffer.compare(readFileSync(at("whole.mp4")), film)).toBe(0);
    json("combine", ...pair, "--out", at("everybodys.mp4"), "--layers", "base");
    const { stderr } = spawnSync("ffmpeg", ["-v", "error", "-i", at("everybodys.mp4"), "-f", "null", "-"]);
    expect(stderr.toString()).toBe("");
    expect(loudest(at("everybodys.mp4"), 1.25, 1.75)).toBeLessThan(-80);
    expect(loudest(at("whole.mp4"), 1.25, 1.75)).toBeGreaterThan(-25);
    makeClip(at("film.264"), ["-c:v", "libx264", "-t", "1"]);
    const refused = cmix("divide", at("film.264"), "--out", at("refused"), ...marks);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.error).toMatch(/this container \(h264\).*choose method compress/);
  });

  it("says what does not go together, and leaves nothing behind", () => {
    const tone = { startSeconds: 1, endSeconds: 2, sound: "tone" };
    writeFileSync(at("tone.json"), JSON.stringify({ version: 1, parts: [tone] }));
    const refused = (...options: string[]) => cmix("divide", at("film.mpg"), "--out", at("refused"), ...options);
    for (const [code, message, ...options] of [
      [2, /needs --protection sealed/, "--method", "compress", "--protection", "patent", "--marks", at("parts.json")],
      [2, /needs --marks auto or --marks FILE.json/, "--restrict", "black"],
      [3, /cannot be changed to tone/, "--method", "mpeg", "--marks", at("tone.json")],
      [3, /no JSON/, "--marks", at("film.mpg")],
      [3, /none\.json/, "--marks", at("none.json")],
    ] as const) {
      const { code: own, error } = refused(...(options as string[]));
      expect(error).toMatch(message);
      expect([own, existsSync(at("refused/film.cmx"))]).toEqual([code, false]);
    }
  });
});

describe("cmix divide --restrict picture and text", () => {
  const divided = ["--method", "compress", "--quality", "2"];
  const refusedWith = (...options: string[]) =>
    cmix("divide", at("film.mpg"), "--out", at("uncovered"), ...divided, "--marks", at("covered.json"), ...options);
  const luma = (picture: Uint8Array): Uint8Array => picture.subarray(0, WIDTH * HEIGHT);
  beforeAll(() => {
    const parts = [
      { startSeconds: 1, endSeconds: 1.4, treatment: "text" },
      { startSeconds: 2, endSeconds: 2.4, treatment: "picture" },
    ];
    writeFileSync(at("covered.json"), JSON.stringify({ version: 1, parts }));
    const red = ["-f", "lavfi", "-i", "color=red:size=352x288", "-frames:v", "1", "-y", at("red.png")];
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...red]);
  });

  it("R3 covers areas with a picture out of a file and with words, each where its part says so", () => {
    const words = ["--restrict-text", `<b>&"Members' part`];
    const covers = ["--marks", at("covered.json"), "--restrict-picture", at("red.png"), ...words];
    json("divide", at("film.mpg"), "--out", at("covered"), ...divided, ...covers);
    const pair = [at("covered/film.cmx"), at("covered/film.cms")] as const;
    json("combine", ...pair, "--out", at("covered.y4m"), "--layers", "base");
    const seen = picturesOf(at("covered.y4m"));
    const [text, picture] = [seen[28] as Uint8Array, seen[55] as Uint8Array];
    // White letters on black, and more black than white.
    expect(luma(text).filter((y) => y > 200).length).toBeGreaterThan(300);
    expect(luma(text).filter((y) => y < 40).length).toBeGreaterThan(0.6 * WIDTH * HEIGHT);
    expect(luma(picture).every((y) => Math.abs(y - 81) < 8)).toBe(true);
    expect(picture.subarray(1.25 * WIDTH * HEIGHT).every((cr) => Math.abs(cr - 240) < 8)).toBe(true);
    // Of all parts where the command says so.
    json("divide", at("film.mpg"), "--out", at("red"), ...divided, ...covers, "--restrict", "picture");
    json("combine", at("red/film.cmx"), at("red/film.cms"), "--out", at("red.y4m"), "--layers", "base");
    expect(luma(picturesOf(at("red.y4m"))[28] as Uint8Array).every((y) => Math.abs(y - 81) < 8)).toBe(true);
  });

  it("refuses in one line what is missing, broken or hostile, and writes nothing", () => {
    const png = readFileSync(at("red.png"));
    writeFileSync(at("cut.png"), png.subarray(0, 60));
    const vast = Buffer.from(png);
    vast.writeUInt32BE(60_000, 16); // of the header: width and height
    vast.writeUInt32BE(60_000, 20);
    writeFileSync(at("vast.png"), vast);
    writeFileSync(at("script.png"), '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>');
    const words = ["--restrict-text", "Members"];
    for (const [code, message, ...options] of [
      [2, /covered by a text: give it by --restrict-text/, "--restrict-picture", at("red.png")],
      [2, /covered by a picture: give it by --restrict-picture/, ...words],
      [2, /--restrict-text: 1 to 200 characters expected/, "--restrict-text", " \n "],
      [2, /--restrict-text: 1 to 200 characters expected/, "--restrict-text", "long ".repeat(50)],
      [3, /no\.png: no such file/, "--restrict-picture", at("no.png"), ...words],
      [3, /a PNG or a JPEG expected/, "--restrict-picture", at("script.png"), ...words],
      [3, /no picture that can be read/, "--restrict-picture", at("cut.png"), ...words],
      [3, /no picture that can be read/, "--restrict-picture", at("vast.png"), ...words],
    ] as const) {
      const { code: own, error } = refusedWith(...(options as string[]));
      expect(error).toMatch(message);
      expect(error.trim()).not.toContain("\n");
      expect([own, existsSync(at("uncovered/film.cmx"))]).toEqual([code, false]);
    }
  });
});

describe("cmix divide --method mpeg --marks", () => {
  it("R4 D2 gives the file back byte for byte, and what everybody gets as a file of its own", () => {
    const options = ["--method", "mpeg", "--marks", at("parts.json")];
    const result = json("divide", at("film.mpg"), "--out", at("kept"), ...options);
    expect(result).toMatchObject({ method: "mpeg", parts: 2, frames: 100 });
    expect(result.substitutes).toBeGreaterThan(1000);
    const pair = [at("kept/film.cmx"), at("kept/film.cms")] as const;
    json("combine", ...pair, "--out", at("again.mpg"));
    expect(Buffer.compare(readFileSync(at("again.mpg")), readFileSync(at("film.mpg")))).toBe(0);
    json("combine", ...pair, "--layers", "base", "--out", at("seen.mpg"));
    const checked = ["-v", "error", "-xerror", "-i", at("seen.mpg")];
    const scaled = ["-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "-y", at("kept.y4m")];
    const { status, stderr } = spawnSync("ffmpeg", [...checked, ...scaled], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    const seen = picturesOf(at("kept.y4m"));
    expect(seen.map(isBlack)).toEqual(seen.map((_, i) => i >= 75 && i < 85));
    expect(seen.length).toBe(100);
    expect(loudest(at("seen.mpg"), 1.1, 2.1)).toBeLessThan(-80);
    expect(loudest(at("film.mpg"), 1.1, 2.1)).toBeGreaterThan(-25);
  });
});

describe("cmix divide --marks auto", () => {
  it("R2 R3 R6: looks for marks first, and hides what they restrict, or with --reverse what none allows", () => {
    const text = writeMark({ service: "https://cmix.example", rule: { ...USUAL_RULE, holdSeconds: 0 } });
    const { size, dark } = markModules(text);
    writeFileSync(
      at("mark.pgm"),
      Buffer.concat([Buffer.from(`P5 ${size} ${size} 255\n`), dark.map((one) => 255 * (1 - one))]),
    );
    const video = "testsrc2=size=352x288:rate=25:duration=3";
    const laid = "[1]scale=iw*3:-1:flags=neighbor[code];[0][code]overlay=8:8:enable='between(n,25,49)'";
    const coded = ["-c:v", "mpeg2video", "-q:v", "2", "-y", at("marked.mpg")];
    execFileSync("ffmpeg", [
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      video,
      "-i",
      at("mark.pgm"),
      "-filter_complex",
      laid,
      ...coded,
    ]);
    const options = ["--method", "compress", "--marks", "auto"];
    expect(json("divide", at("marked.mpg"), "--out", at("auto"), ...options)).toMatchObject({ parts: 1 });
    const { restrictions } = json("inspect", at("auto/marked.cms")) as { restrictions: unknown[] };
    expect(restrictions).toEqual([
      { startMicroseconds: expect.closeTo(1e6, -4), endMicroseconds: expect.closeTo(2e6, -4), viewers: "premium" },
    ]);
    const out = ["--out", at("seen.y4m")];
    expect(cmix("combine", at("auto/marked.cmx"), at("auto/marked.cms"), "--layers", "base", ...out).code).toBe(0);
    const hidden = picturesOf(at("seen.y4m")).map((picture) => picture.subarray(0, 352 * 288).every((y) => y < 20));
    expect(hidden.map((one) => (one ? 1 : 0)).join("")).toBe("0".repeat(25) + "1".repeat(25) + "0".repeat(25));
    expect(json("divide", at("marked.mpg"), "--out", at("reverse"), ...options, "--reverse")).toMatchObject({
      parts: 2,
    });
    const { code, error } = cmix("divide", at("marked.mpg"), "--out", at("none"), "--restrict", "black");
    expect(code).toBe(2);
    expect(error).toContain("--marks auto");
  });
});
