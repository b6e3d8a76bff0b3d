import { fileURLToPath } from "node:url";
import { WASM_PATH } from "./node-kernels.ts";
import { type Command, integer, parse } from "./options.ts";

const DEFAULT_PORT = 8484;

export const serve: Command = {
  usage: "cmix serve [--port N] [--host ADDRESS] [--data DIR]",

  async run(args, signal) {
    const { values } = parse(args, 0, { port: "string", host: "string", data: "string" });
    // Loaded here only: the other commands start without the server.
    const { startServer } = await import("../server/main.ts");
    const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
    const server = await startServer({
      port: integer(values, "port", 0, 65535) ?? DEFAULT_PORT,
      host: typeof values.host === "string" ? values.host : "127.0.0.1",
      dataDir: typeof values.data === "string" ? values.data : "data",
      webDir: fromRoot("dist/web"),
      wasmPath: WASM_PATH,
      samplesDir: fromRoot("samples"),
    });
    process.stdout.write(`Cmix is ready: ${server.url}\n`);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await server.close();
  },
};
