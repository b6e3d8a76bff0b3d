import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadKernels } from "../codec/index.ts";
import { withCache } from "./blobs/cached-blobs.ts";
import { DATABASE_FILE, DEFAULT_GUEST_PLAYS, DEFAULT_LIMITS, type Limits, type ServerSettings } from "./config.ts";
import type { Deps } from "./deps.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { MainOrigins } from "./library/main-origins.ts";
import { SlaveReaders } from "./library/slave-readers.ts";
import { type Log, logToStderr } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { LivePlays } from "./plays/live-plays.ts";
import { smtpMailer } from "./reports/mailer.ts";
import { ClientFinder } from "./security/client.ts";
import { checkEmbedSites } from "./security/embed-sites.ts";
import type { OutboundRules } from "./security/guarded-fetch.ts";
import { keepKeyCheck, openMasterKey } from "./security/master-key.ts";
import { steadyClock } from "./steady-clock.ts";
import { openFileBlobs, sealOlderFiles } from "./storage/folder/file-blobs.ts";
import { UploadStore } from "./storage/folder/upload-store.ts";
import { openDatabase } from "./storage/sqlite/database.ts";
import { createStore } from "./storage/sqlite/store.ts";

/** What a caller may put in the place of the usual. */
export interface DepsOptions {
  log?: Log;
  limits?: Partial<Limits>;
  now?: () => number;
  outbound?: OutboundRules;
  /** As nodemailer takes it: smtps://name:password@mail.example.org. */
  smtpUrl?: string | undefined;
  mailFrom?: string | undefined;
}

/** Opens the data folder, or makes it, and loads the kernels. */
export async function openDeps(
  settings: Pick<ServerSettings, "dataDir" | "wasmPath" | "webDir"> &
    Partial<Pick<ServerSettings, "trustProxy" | "embedSites" | "tlsCert" | "openRegistration" | "guestPlaysPerDay">>,
  options: DepsOptions = {},
): Promise<Deps> {
  const {
    dataDir,
    wasmPath,
    webDir,
    trustProxy = [],
    embedSites = [],
    tlsCert,
    openRegistration = false,
    guestPlaysPerDay = DEFAULT_GUEST_PLAYS,
  } = settings;
  const wasm = await readFile(wasmPath).catch((cause: Error) => {
    throw new Error(`kernels ${wasmPath} cannot be read: run npm run build`, { cause });
  });
  const kernels = await loadKernels(wasm);
  await mkdir(dataDir, { recursive: true, mode: 0o700 }); // holds slaves and the secrets of plays
  const { key, isNew } = await openMasterKey(dataDir, process.env.CMIX_KEY);
  const blobs = withCache(await openFileBlobs(dataDir, key));
  if (isNew) {
    await sealOlderFiles(dataDir, blobs);
    await keepKeyCheck(dataDir, key);
  }
  const store = createStore(await openDatabase(join(dataDir, DATABASE_FILE)), key);
  const mainOrigins = new MainOrigins(store.videos);
  await mainOrigins.refresh();
  const now = options.now ?? steadyClock();
  return {
    store,
    mainOrigins,
    outbound: options.outbound ?? { allowLoopback: false },
    mailer: options.smtpUrl === undefined ? undefined : smtpMailer(options.smtpUrl, options.mailFrom),
    livePlays: new LivePlays(store, now),
    playKey: key.derive("plays"),
    blobs,
    key,
    slaveReaders: new SlaveReaders(blobs),
    importLock: new KeyedLock(),
    kernels,
    webDir,
    uploadFiles: new UploadStore(join(dataDir, "uploads"), key),
    embedSites: checkEmbedSites(embedSites),
    clients: new ClientFinder(trustProxy, tlsCert !== undefined),
    openRegistration,
    guestPlaysPerDay,
    openingLock: new KeyedLock(),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    lifecycle: { isStopping: false },
    metrics: new Metrics(),
    log: options.log ?? logToStderr,
    now,
  };
}
