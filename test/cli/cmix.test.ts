import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { writeY4mHeader, Y4M_PICTURE_HEADER } from "../../codec/containers/y4m/y4m.ts";
import { writeTame } from "../support/mpeg-streams.ts";
import { writeTools } from "../support/mpeg-writer.ts";
import { psnr } from "../support/quality.ts";
import { sampleOf } from "../support/sample.ts";
import { paintScene } from "../support/scenes.ts";
import { hasFfmpeg } from "../support/tools.ts";
import { intoTransport } from "../support/transport-writer.ts";
import { ROOT } from "../support/tree.ts";

const PATENT_NOTE = /^note: protection patent is weak.*\n$/;
const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cmix-cli-"));
const at = (name: string): string => join(folder, name);

function cmix(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, error: stderr };
}

function divide(name: string, ...options: string[]): Record<string, number | string> {
  const result = cmix("divide", at("scene.y4m"), "--out", at(name), "--json", ...options);
  expect(result.error).toMatch(options.includes("patent") ? PATENT_NOTE : /^$/);
  expect(result.code).toBe(0);
  return JSON.parse(result.out);
}

beforeAll(() => {
  writeFileSync(at("scene.y4m"), sceneY4m(160, 96, 70));
  divide("pair");
  divide("other");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("cmix divide and combine", () => {
  for (const bitplane of ["gray", "binary"]) {
    for (const protection of sampleOf(["sealed", "patent"], 1)) {
      it(`D1 D3: give the encoder's pictures back, ${bitplane}, ${protection}`, () => {
        const name = `${bitplane}-${protection}`;
        const result = divide(name, "--bitplane", bitplane, "--protection", protection);
        expect(result).toMatchObject({
          method: "compress",
          protection,
          frames: 70,
          verbatim: 0,
          source: readFileSync(at("scene.y4m")).length,
        });
        expect(Object.keys(result)).toEqual(
          expect.arrayContaining(["main", "slave", "mainPath", "slavePath", "segments", "seconds", "fps", "extras"]),
        );
        expect(readFileSync(String(result.mainPath)).length).toBe(result.main);
        expect(readFileSync(String(result.slavePath)).length).toBe(result.slave);
        const pair = [at(`${name}/scene.cmx`), at(`${name}/scene.cms`)];
        const combined = cmix("combine", ...pair, "--out", at(`${name}.y4m`), "--json");
        expect(combined.code).toBe(0);
        expect(JSON.parse(combined.out).frames).toBe(70);
        expect(psnrOfFiles(at(`${name}.y4m`), at("scene.y4m"))).toBeGreaterThan(34);
      });
    }
  }

  it("D3: one worker and three give the same pictures", () => {
    for (const workers of ["1", "3"]) {
      divide(`workers-${workers}`, "--workers", workers, "--gop", "10");
      cmix(
        "combine",
        at(`workers-${workers}/scene.cmx`),
        at(`workers-${workers}/scene.cms`),
        "--out",
        at(`workers-${workers}.y4m`),
      );
    }
    expect(readFileSync(at("workers-1.y4m")).equals(readFileSync(at("workers-3.y4m")))).toBe(true);
  });

  it("D6: keeps title, copyright, age limit, genre and addresses in the main", () => {
    divide(
      "facts",
      "--title",
      "A ball",
      "--copyright",
      "(c) us",
      "--age-limit",
      "12",
      "--genre",
      "sport",
      "--service",
      "https://s.example",
      "--player",
      "https://p.example",
    );
    const facts = JSON.parse(cmix("inspect", at("facts/scene.cmx"), "--json").out);
    expect(facts).toMatchObject({
      kind: "main",
      title: "A ball",
      copyright: "(c) us",
      ageLimit: 12,
      genre: "sport",
      service: "https://s.example",
      player: "https://p.example",
      slaveName: "scene.cms",
      pictures: 70,
    });
    expect(facts.seconds).toBeCloseTo(70 / 30, 3);
    const slave = JSON.parse(cmix("inspect", at("facts/scene.cms"), "--json").out);
    expect(slave).toMatchObject({
      kind: "slave",
      mainId: facts.id,
      id: facts.slaveId,
      sealed: true,
      mainName: "scene.cmx",
    });
  });
});

describe("cmix divide and combine, method samples", () => {
  const sample = new URL("../../samples/scene.mp4", import.meta.url).pathname;

  for (const protection of ["sealed", "patent"]) {
    for (const method of ["auto", "samples"]) {
      it(`D2 D5: give the file back byte for byte, smaller together: ${method}, ${protection}`, () => {
        const name = `${method}-${protection}`;
        const divided = cmix(
          ...["divide", sample, "--out", at(name), "--method", method, "--protection", protection, "--json"],
        );
        expect(divided.error).toMatch(protection === "patent" ? PATENT_NOTE : /^$/);
        const result = JSON.parse(divided.out);
        expect(result).toMatchObject({
          method: "samples",
          protection,
          verbatim: 0,
          source: readFileSync(sample).length,
        });
        expect(result.main + result.slave).toBeLessThanOrEqual(result.source);
        expect(result.slave / (result.main + result.slave)).toBeLessThan(0.01);
        expect(result.frames).toBeGreaterThan(100);
        const facts = JSON.parse(cmix("inspect", result.mainPath, "--json").out);
        expect(facts).toMatchObject({
          method: "samples",
          protection,
          segments: result.segments,
          pictures: result.frames,
        });
        expect(facts.parameters).toEqual({ container: "mp4" });
        expect(cmix("inspect", result.slavePath, "--json").code).toBe(0);
        const combined = cmix("combine", result.mainPath, result.slavePath, "--out", at(`${name}.any`), "--json");
        expect(JSON.parse(combined.out)).toMatchObject({
          method: "samples",
          bytes: result.source,
          frames: result.frames,
        });
        expect(readFileSync(at(`${name}.any`)).equals(readFileSync(sample))).toBe(true);
      });
    }
  }
});

describe("cmix encode and decode", () => {
  it("write and read a standard stream", () => {
    expect(cmix("encode", at("scene.y4m"), "--out", at("scene.m1v"), "--json").code).toBe(0);
    const decoded = cmix("decode", at("scene.m1v"), "--out", at("decoded.y4m"), "--json");
    expect(JSON.parse(decoded.out).frames).toBe(70);
    expect(psnrOfFiles(at("decoded.y4m"), at("scene.y4m"))).toBeGreaterThan(34);
  });

  it("decode takes the video out of a transport stream", () => {
    writeFileSync(at("scene.ts"), intoTransport(readFileSync(at("scene.m1v")), 0, 1));
    expect(cmix("decode", at("scene.ts"), "--out", at("from-ts.y4m")).code).toBe(0);
    expect(readFileSync(at("from-ts.y4m")).equals(readFileSync(at("decoded.y4m")))).toBe(true);
  });

  it("decode takes the video out of a program stream", { skip: !hasFfmpeg() }, () => {
    const args = ["-v", "error", "-y", "-i", at("scene.m1v"), "-c", "copy", "-f", "mpeg", at("scene.mpg")];
    expect(spawnSync("ffmpeg", args).status).toBe(0);
    expect(cmix("decode", at("scene.mpg"), "--out", at("from-mpg.y4m")).code).toBe(0);
    expect(readFileSync(at("from-mpg.y4m")).equals(readFileSync(at("decoded.y4m")))).toBe(true);
  });
});

describe("cmix decode of MPEG-2", () => {
  const headOf = (name: string): string =>
    readFileSync(at(name)).subarray(0, 200).toString("latin1").split("\n")[0] ?? "";

  it("writes whole frames of field pictures, of every chroma format, and says which field comes first", () => {
    for (const [seed, chroma, samples] of [
      [3, 1, "420mpeg2"],
      [1, 2, "422"],
      [4, 3, "444"],
    ] as const) {
      writeFileSync(at("fields.m2v"), writeTame(seed, chroma).bytes);
      const { out } = cmix("decode", at("fields.m2v"), "--out", at("fields.y4m"), "--json");
      expect(JSON.parse(out).frames).toBe(8);
      const interlace = seed & 1 ? "t" : "b";
      expect(headOf("fields.y4m")).toBe(`YUV4MPEG2 W96 H192 F25:1 I${interlace} A1:1 C${samples}`);
      const bytes = 96 * 192 * { "420mpeg2": 1.5, 422: 2, 444: 3 }[samples];
      expect(readFileSync(at("fields.y4m")).length).toBe(headOf("fields.y4m").length + 1 + 8 * (bytes + 6));
    }
  });

  it("writes the frames that ffmpeg writes, from a DVD's program stream", { skip: !hasFfmpeg() }, () => {
    const make = "-f lavfi -i testsrc2=s=352x288:r=25 -t 1 -c:v mpeg2video -threads 1 -q:v 4 -bf 2 -aspect 16:9 -f vob";
    expect(spawnSync("ffmpeg", ["-v", "error", "-y", ...make.split(" "), at("dvd.vob")]).status).toBe(0);
    expect(cmix("decode", at("dvd.vob"), "--out", at("dvd.y4m")).code).toBe(0);
    expect(headOf("dvd.y4m")).toBe("YUV4MPEG2 W352 H288 F25:1 Ip A16:11 C420mpeg2");
    const read = "-idct simple -i dvd.vob -f yuv4mpegpipe -y theirs.y4m".split(" ");
    expect(spawnSync("ffmpeg", ["-v", "error", ...read], { cwd: folder }).status).toBe(0);
    expect(psnrOfFiles(at("dvd.y4m"), at("theirs.y4m"))).toBeGreaterThan(70);
  });
});

describe("cmix divide notes on stderr", () => {
  const notes = (input: string, ...options: string[]) =>
    cmix("divide", input, "--out", at("noted"), "--json", ...options).error;

  it("D2: that main and slave together are larger than the source, and nothing where they are not", () => {
    const tiny = at("tiny.264");
    const source = ["-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-c:v", "libx264", "-threads", "1"];
    expect(spawnSync("ffmpeg", ["-v", "error", "-y", ...source, tiny]).status).toBe(0);
    expect(notes(tiny)).toMatch(/^note: main and slave together are \d+ bytes larger than tiny\.264: [^\n]*\n$/);
    expect(notes(join(ROOT, "samples/scene.mp4"))).toBe("");
  });

  it("D7: that protection patent is weak", () => {
    expect(notes(join(ROOT, "samples/scene.mp4"), "--protection", "patent")).toMatch(PATENT_NOTE);
  });
});

describe("cmix refuses in one line, with its exit code, and leaves nothing behind", () => {
  const cases: [string, () => string[], number, RegExp][] = [
    ["no command", () => ["fly"], 2, /no command fly/],
    ["no output folder", () => ["divide", at("scene.y4m")], 2, /--out/],
    ["3 B-pictures", () => ["encode", at("scene.y4m"), "--out", at("x"), "--b-pictures", "3"], 2, /0 to 2/],
    ["a quality of 40", () => ["divide", at("scene.y4m"), "--out", at("x"), "--quality", "40"], 2, /1 to 31/],
    [
      "quality and bitrate at once",
      () => ["divide", at("scene.y4m"), "--out", at("x"), "--quality", "4", "--bitrate", "500"],
      2,
      /exclude/,
    ],
    ["a file that is not there", () => ["divide", at("none.y4m"), "--out", at("x")], 3, /no such file/],
    ["a file of noise", () => ["divide", at("noise.bin"), "--out", at("x")], 3, /not a YUV4MPEG2/],
    ["an empty file", () => ["divide", at("empty.y4m"), "--out", at("x")], 3, /the file is empty: choose another file/],
    ["a cut .y4m", () => ["divide", at("cut.y4m"), "--out", at("x")], 3, /ends inside picture \d+, at byte \d+/],
    ["4:2:2 samples", () => ["divide", at("422.y4m"), "--out", at("x")], 3, /4:2:0/],
    ["4:4:4 samples", () => ["encode", at("444.y4m"), "--out", at("x")], 3, /4:2:0/],
    ["10-bit samples", () => ["divide", at("420p10.y4m"), "--out", at("x")], 3, /8 bits/],
    [
      "method samples on a .y4m",
      () => ["divide", at("scene.y4m"), "--out", at("x"), "--method", "samples"],
      3,
      /no MP4, MOV/,
    ],
    ["an MP4 file with nothing in it", () => ["divide", at("hollow.mp4"), "--out", at("x")], 3, /no coded picture/],
    [
      "method mpeg on a .y4m",
      () => ["divide", at("scene.y4m"), "--out", at("x"), "--method", "mpeg"],
      3,
      /method mpeg/,
    ],
    [
      "a slave of another main",
      () => ["combine", at("pair/scene.cmx"), at("other/scene.cms"), "--out", at("x.y4m")],
      4,
      /wants slave [0-9a-f]{32}/,
    ],
    ["a cut main", () => ["combine", at("cut.cmx"), at("pair/scene.cms"), "--out", at("x.y4m")], 3, /cut/],
    [
      "a flipped bit in the main",
      () => ["combine", at("flipped.cmx"), at("pair/scene.cms"), "--out", at("x.y4m")],
      3,
      /segment \d+ cannot be opened/,
    ],
    [
      "a flipped bit in the slave",
      () => ["combine", at("pair/scene.cmx"), at("flipped.cms"), "--out", at("x.y4m")],
      3,
      /segment \d+/,
    ],
    [
      "main and slave the wrong way round",
      () => ["combine", at("pair/scene.cms"), at("pair/scene.cmx"), "--out", at("x.y4m")],
      3,
      /not a Cmix main file/,
    ],
    ["decoding no picture", () => ["decode", at("cut.m2v"), "--out", at("x.y4m")], 3, /no picture of its 96x64 pixels/],
    ["decoding noise", () => ["decode", at("noise.bin"), "--out", at("x.y4m")], 3, /no MPEG video/],
    [
      "decoding a video that changes its size",
      () => ["decode", at("sizes.m2v"), "--out", at("x.y4m")],
      3,
      /picture 8 is 96x64 4:2:0, the first is 96x192 4:2:0.*one by one/,
    ],
    ["inspecting noise", () => ["inspect", at("noise.bin")], 3, /neither a main/],
  ];

  beforeAll(() => {
    writeFileSync(
      at("noise.bin"),
      Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + 7) & 255),
    );
    writeFileSync(at("cut.m2v"), writeTools(1).bytes.subarray(0, 30));
    writeFileSync(at("sizes.m2v"), concatBytes(writeTame(0, 1).bytes, writeTools(1).bytes));
    writeFileSync(at("empty.y4m"), "");
    writeFileSync(at("hollow.mp4"), "\0\0\0\x10ftypisom\0\0\0\0");
    const scene = readFileSync(at("scene.y4m"));
    writeFileSync(at("cut.y4m"), scene.subarray(0, scene.length >> 1));
    for (const samples of ["422", "444", "420p10"])
      writeFileSync(at(`${samples}.y4m`), `YUV4MPEG2 W16 H16 F25:1 C${samples}\nFRAME\n`);
    const main = readFileSync(at("pair/scene.cmx"));
    writeFileSync(at("cut.cmx"), main.subarray(0, main.length - 100));
    writeFileSync(at("flipped.cmx"), flipped(main, main.length >> 1));
    const slave = readFileSync(at("pair/scene.cms"));
    writeFileSync(at("flipped.cms"), flipped(slave, slave.length - 200));
  });

  for (const [what, args, code, message] of cases) {
    it(`${what}: ${code}`, () => {
      const result = cmix(...args());
      expect(result.code).toBe(code);
      expect(result.error).toMatch(message);
      expect(result.error.trim().split("\n")).toHaveLength(1);
      expect(result.out).toBe("");
      expect(existsSync(at("x.y4m"))).toBe(false);
      if (existsSync(at("x"))) expect(readdirSync(at("x"))).toEqual([]);
      expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    });
  }

  it("keeps an older output when a new one fails", () => {
    copyFileSync(at("scene.y4m"), at("kept.y4m"));
    expect(cmix("combine", at("flipped.cmx"), at("pair/scene.cms"), "--out", at("kept.y4m")).code).toBe(3);
    expect(readFileSync(at("kept.y4m")).equals(readFileSync(at("scene.y4m")))).toBe(true);
  });

  it("leaves no half of a pair when the slave cannot be opened", () => {
    mkdirSync(at("blocked/scene.cms.part"), { recursive: true });
    const result = cmix("divide", at("scene.y4m"), "--out", at("blocked"));
    expect(result.code).toBe(1);
    expect(result.error.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(at("blocked"))).toEqual(["scene.cms.part"]);
  });

  it("stops on an interrupt with nothing written", async () => {
    writeFileSync(at("long.y4m"), sceneY4m(640, 360, 120));
    const child = spawn(process.execPath, [CLI, "divide", at("long.y4m"), "--out", at("stopped"), "--workers", "1"]);
    const code = new Promise<number | null>((resolve) => child.on("exit", resolve));
    while (!existsSync(at("stopped/long.cmx.part"))) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGINT");
    expect(await code).toBe(130);
    expect(readdirSync(at("stopped"))).toEqual([]);
  });
});

function flipped(bytes: Uint8Array, offset: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return copy;
}

/** A generated scene as a .y4m file. */
function sceneY4m(width: number, height: number, pictures: number): Uint8Array {
  const header = writeY4mHeader({ width, height, frameRate: [30, 1], pixelAspect: [1, 1], fullRange: false });
  return concatBytes(
    header,
    ...paintScene("camera", width, height, pictures).pictures.map((picture) =>
      concatBytes(Y4M_PICTURE_HEADER, picture),
    ),
  );
}

/** PSNR of the pictures of two .y4m files of the same size, over all samples. */
function psnrOfFiles(one: string, other: string): number {
  const [a, b] = [one, other].map((path) => {
    const bytes = readFileSync(path);
    return bytes.subarray(bytes.indexOf(10) + 1);
  });
  expect(a?.length).toBe(b?.length);
  return psnr(a ?? new Uint8Array(), b ?? new Uint8Array());
}
