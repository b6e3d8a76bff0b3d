import { extname } from "node:path";
import { createNodePool, FileSink, loadNodeKernels, openFile } from "../codec/hosts/node/index.ts";
import { type CombineOptions, combineVideo, MainReader, METHODS, SlaveReader } from "../codec/index.ts";
import { type Command, integer, layersOf, parse, requiredText } from "./options.ts";
import { createProgress, note, printResult } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export const combine: Command = {
  usage:
    "cmix combine MAIN SLAVE --out FILE.y4m|FILE.mkv (methods mpeg and samples: any name) [--layers NAME,…] [--workers N] [--json]",

  async run(args, signal) {
    const { positionals, values } = parse(args, 2, {
      ...({ out: "string", layers: "string", workers: "string", json: "boolean" } as const),
    });
    const [mainPath = "", slavePath = ""] = positionals;
    const out = requiredText(values, "out", "the file to write");
    const workers = integer(values, "workers", 1, 64);
    const mainFile = await openFile(mainPath);
    const slaveFile = await openFile(slavePath);
    try {
      const main = await MainReader.open(mainFile);
      const slave = await SlaveReader.open(slaveFile);
      const { method: name, protection, tracks } = main.header;
      const layers = layersOf(values, main.header);
      const method = METHODS[name];
      const givesMedia = method.gives === "media";
      const form = givesMedia ? formOf(out) : undefined;
      if (form === "y4m" && tracks.some(({ kind }) => kind === "audio"))
        note("a .y4m file carries no sound: name an .mkv file to keep it");
      const progress = createProgress("combined");
      const options: CombineOptions = { signal, layers, onProgress: ({ pictures }) => progress.show(pictures) };
      const kernels = givesMedia ? await loadNodeKernels() : undefined;
      const pool = createNodePool(workers ?? (method.fillsOneWorker ? 1 : undefined));
      const started = performance.now();
      try {
        const { pictures, bytes } = await combineVideo(
          main,
          slave,
          await FileSink.open(out),
          { pool, kernels: async () => kernels ?? loadNodeKernels() },
          form === undefined ? options : { ...options, form },
        );
        const seconds = (performance.now() - started) / 1000;
        progress.end();
        printResult(values.json === true, {
          method: name,
          protection,
          main: mainFile.size,
          slave: slaveFile.size,
          path: out,
          ...(givesMedia ? {} : { bytes }),
          frames: pictures,
          segments: main.index.length,
          seconds: Number(seconds.toFixed(3)),
          fps: Number((pictures / seconds).toFixed(1)),
        });
      } finally {
        progress.end();
        pool.close();
      }
    } finally {
      await Promise.all([mainFile.close(), slaveFile.close()]);
    }
  },
};

function formOf(out: string): "y4m" | "mkv" {
  const form = extname(out).toLowerCase();
  if (form === ".y4m") return "y4m";
  if (form === ".mkv") return "mkv";
  throw new UsageError(`--out ${out}: a name that ends in .y4m (pictures) or .mkv (pictures and sound) expected`);
}
