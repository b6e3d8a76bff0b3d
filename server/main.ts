import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import { defaultSettings, type ServerSettings } from "./config.ts";
import { importSamples } from "./library/first-start.ts";
import { type DepsOptions, openDeps } from "./open-deps.ts";

export type ServerOptions = Partial<ServerSettings> & DepsOptions;

export interface RunningServer {
  /** With the real port, without a slash at the end. */
  url: string;
  /** Lets running answers end, at most `CLOSE_SECONDS`, then closes the database. */
  close(): Promise<void>;
}

const CLOSE_SECONDS = 5;
/** A large main over a slow line takes its time; headers must come at Node's own default. */
const UPLOAD_SECONDS = 6 * 3600;

/**
 * Opens the data folder, takes in what a first start needs, and listens.
 *
 * @throws Error the port is taken, the data folder cannot be written, or the kernels or the house CM are missing
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const settings = { ...defaultSettings(), ...options };
  const deps = await openDeps(settings, options);
  try {
    await importSamples(deps, settings.samplesDir);
    const server = await listen(createApp(deps).fetch, settings);
    const { address, family, port } = server.address() as AddressInfo;
    const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    deps.log("listening", { url });
    return {
      url,
      close: async () => {
        await closeServer(server);
        await deps.store.close();
        deps.log("closed");
      },
    };
  } catch (error) {
    await deps.store.close();
    throw error;
  }
}

function listen(fetch: Parameters<typeof serve>[0]["fetch"], { port, host }: ServerSettings): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch, port, hostname: host, createServer, serverOptions: { requestTimeout: UPLOAD_SECONDS * 1000 } },
      () => {
        server.off("error", reject);
        resolve(server);
      },
    );
    server.once("error", reject);
  });
}

function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    const force = setTimeout(() => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    }, CLOSE_SECONDS * 1000);
    server.close((error) => {
      clearTimeout(force);
      if (error) reject(error);
      else resolve();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
