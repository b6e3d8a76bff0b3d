import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { InputError } from "../codec/index.ts";
import { firstAdministratorUrl } from "./accounts/first-administrator.ts";
import { createListener } from "./app.ts";
import { defaultSettings, type ServerSettings } from "./config.ts";
import { limitConnections, limitRequests } from "./connections.ts";
import { startAccountUpkeep } from "./jobs/account-upkeep.ts";
import { importSamples } from "./jobs/first-start.ts";
import { startHousekeeping } from "./jobs/housekeeping.ts";
import { Uploads } from "./library/uploads.ts";
import { type DepsOptions, openDeps } from "./open-deps.ts";
import { isLoopback } from "./security/client.ts";

export type ServerOptions = Partial<ServerSettings> & DepsOptions;

export interface RunningServer {
  /** With the real port, without a slash at the end. */
  url: string;
  /** Where the first administrator's account is made; undefined once there is one. */
  firstAdministratorUrl: string | undefined;
  /** Is not ready any more for `drainSeconds`, lets running answers end, at most `CLOSE_SECONDS`, then closes the database. */
  close(): Promise<void>;
  /** Does now what is otherwise done once a minute. */
  houseKeep(): Promise<void>;
}

const CLOSE_SECONDS = 5;
/** A large main over a slow line takes its time. */
const UPLOAD_SECONDS = 6 * 3600;
/** Until a request's headers are there; its body has a time of its own (connections.ts). */
const HEADERS_SECONDS = 30;

/**
 * Opens the data folder, takes in what a first start needs, and listens.
 *
 * @throws InputError others would reach it without encryption
 * @throws Error the port is taken, the data folder cannot be written, or the kernels or the house CM are missing
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const settings = { ...defaultSettings(), ...options };
  mustBeEncrypted(settings);
  const deps = await openDeps(settings, options);
  try {
    await importSamples(deps, settings.samplesDir);
    const uploads = new Uploads(deps);
    const rules = {
      clients: deps.clients,
      mostPerAddress: settings.connectionsPerAddress,
      bodySeconds: deps.limits.bodySeconds,
    };
    const listener = limitRequests(createListener(deps, uploads, settings.host), rules);
    const server = await listen(listener, settings, (made) => limitConnections(made, rules));
    const housekeeping = startHousekeeping(deps, uploads);
    await deps.divisions.start();
    const stopUpkeep = await startAccountUpkeep(deps, settings.accessLogDays);
    const { address, family, port } = server.address() as AddressInfo;
    const url = `${settings.tlsCert === undefined ? "http" : "https"}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    deps.log("listening", { url });
    return {
      url,
      houseKeep: housekeeping.run,
      firstAdministratorUrl: await firstAdministratorUrl(deps.store.accounts, url, settings.administratorLink),
      close: async () => {
        deps.lifecycle.isStopping = true;
        stopUpkeep();
        if (settings.drainSeconds > 0) await pause(settings.drainSeconds * 1000);
        await closeServer(server);
        await deps.divisions.stop();
        await housekeeping.stop();
        await deps.livePlays.settled();
        await deps.store.close();
        deps.log("closed");
      },
    };
  } catch (error) {
    await deps.store.close();
    throw error;
  }
}

/** Passwords and sessions travel in the clear on this machine only. */
function mustBeEncrypted({ host, tlsCert, trustProxy }: ServerSettings): void {
  const isOwn = host === "localhost" || isLoopback(host);
  if (!isOwn && tlsCert === undefined && trustProxy.length === 0)
    throw new InputError(
      `--host ${host || '""'} would let others in without encryption: give --tls-cert with --tls-key, or --trust-proxy with the address of a proxy that encrypts`,
    );
}

async function listen(
  listener: RequestListener,
  settings: ServerSettings,
  prepare: (server: Server) => void,
): Promise<Server> {
  const times = { requestTimeout: UPLOAD_SECONDS * 1000, headersTimeout: HEADERS_SECONDS * 1000 };
  const tls = await readTls(settings);
  const server = tls === undefined ? createServer(times, listener) : createTlsServer({ ...times, ...tls }, listener);
  prepare(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

async function readTls({ tlsCert, tlsKey }: ServerSettings): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new InputError("https needs both a certificate and its key: give both files, or neither");
  const read = (path: string) =>
    readFile(path).catch((cause: Error) => {
      throw new InputError(`${path} cannot be read (${cause.message}): give certificate and key in PEM form`);
    });
  const files = { cert: await read(tlsCert), key: await read(tlsKey) };
  try {
    createSecureContext(files);
  } catch (error) {
    throw new InputError(
      `${tlsCert} and ${tlsKey} are no certificate and its key (${(error as Error).message}): give both in PEM form`,
    );
  }
  return files;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_SECONDS * 1000);
    server.close((error) => {
      clearTimeout(force);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
}
