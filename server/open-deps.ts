import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, loadKernels } from "../codec/index.ts";
import { withCache } from "./blobs/cached-blobs.ts";
import { checkContact } from "./complaints/contact.ts";
import { DATABASE_FILE, DEFAULT_GUEST_PLAYS, DEFAULT_LIMITS, type Limits, type ServerSettings } from "./config.ts";
import type { Deps } from "./deps.ts";
import { createIntake } from "./divisions/intake.ts";
import { DivisionRunner } from "./divisions/runner.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { MainOrigins } from "./library/main-origins.ts";
import { SlaveReaders } from "./library/slave-readers.ts";
import { type Log, logToStderr } from "./log.ts";
import { smtpMailer } from "./mailer.ts";
import { Metrics } from "./metrics.ts";
import { LivePlays } from "./plays/live-plays.ts";
import { ToldAges } from "./plays/told-ages.ts";
import { ClientFinder } from "./security/client.ts";
import { checkEmbedSites } from "./security/embed-sites.ts";
import type { OutboundRules } from "./security/guarded-fetch.ts";
import { KEY_CHECK_FILE, KEY_FILE, keepKeyCheck, openMasterKey } from "./security/master-key.ts";
import { SYSTEM_CLOCK, type SystemClock, steadyClock } from "./steady-clock.ts";
import { openFileBlobs, sealedFiles, sealOlderFiles } from "./storage/folder/file-blobs.ts";
import { UploadStore } from "./storage/folder/upload-store.ts";
import { openDatabase } from "./storage/sqlite/database.ts";
import { lockFolder } from "./storage/sqlite/folder-lock.ts";
import { createStore } from "./storage/sqlite/store.ts";

/** What a caller may put in the place of the usual. */
export interface DepsOptions {
  log?: Log;
  limits?: Partial<Limits>;
  /** The service's time. */
  now?: () => number;
  /** What that goes by, where it is not given itself. */
  clock?: SystemClock;
  outbound?: OutboundRules;
  /** As nodemailer takes it: smtps://name:password@mail.example.org. */
  smtpUrl?: string | undefined;
  mailFrom?: string | undefined;
  /** The address that viewers have the service by, for links in mails: https://video.example. */
  publicUrl?: string | undefined;
  /** Opens /metrics to other machines. */
  metricsToken?: string | undefined;
}

type DepsSettings = Pick<ServerSettings, "dataDir" | "wasmPath" | "webDir"> &
  Partial<
    Pick<ServerSettings, "trustProxy" | "embedSites" | "contact" | "tlsCert" | "openRegistration" | "guestPlaysPerDay">
  >;

/**
 * Opens the data folder, or makes it, for this server alone, and loads the kernels.
 *
 * @throws InputError another server has the folder, or what lies in it is not whole
 */
export async function openDeps(settings: DepsSettings, options: DepsOptions = {}): Promise<Deps> {
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 }); // holds slaves and the secrets of plays
  const unlock = lockFolder(settings.dataDir);
  try {
    const deps = await openFolder(settings, options);
    const close = async () => {
      await deps.store.close();
      unlock();
    };
    return { ...deps, store: { ...deps.store, close } };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openFolder(settings: DepsSettings, options: DepsOptions): Promise<Deps> {
  const {
    dataDir,
    wasmPath,
    webDir,
    trustProxy = [],
    embedSites = [],
    contact,
    tlsCert,
    openRegistration = false,
    guestPlaysPerDay = DEFAULT_GUEST_PLAYS,
  } = settings;
  const wasm = await readFile(wasmPath).catch((cause: Error) => {
    throw new Error(`kernels ${wasmPath} cannot be read: run npm run build`, { cause });
  });
  const kernels = await loadKernels(wasm);
  await mustHaveKey(dataDir, process.env.CMIX_KEY);
  const { key, isNew } = await openMasterKey(dataDir, process.env.CMIX_KEY);
  const blobs = withCache(await openFileBlobs(dataDir, key));
  if (isNew) {
    await sealOlderFiles(dataDir, blobs);
    await keepKeyCheck(dataDir, key);
  }
  const store = createStore(await openDatabase(join(dataDir, DATABASE_FILE)), key);
  await mustNameSlaves(store, dataDir).catch(async (error: Error) => {
    await store.close();
    throw error;
  });
  const now =
    options.now ??
    (await clockFrom(store, options.clock ?? SYSTEM_CLOCK, dataDir).catch(async (error: Error) => {
      await store.close();
      throw error;
    }));
  const mainOrigins = new MainOrigins(store.videos);
  await mainOrigins.refresh();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const base = {
    store,
    mainOrigins,
    outbound: options.outbound ?? { allowLoopback: false },
    mailer: options.smtpUrl === undefined ? undefined : smtpMailer(options.smtpUrl, options.mailFrom),
    publicOrigin: options.publicUrl === undefined ? undefined : publicOriginOf(options.publicUrl),
    livePlays: new LivePlays(store, now),
    toldAges: new ToldAges(limits.playLifetimeSeconds, now),
    playKey: key.derive("plays"),
    browserKey: key.derive("known browsers"),
    blobs,
    key,
    slaveReaders: new SlaveReaders(blobs),
    importLock: new KeyedLock(),
    kernels,
    webDir,
    uploadFiles: new UploadStore(join(dataDir, "uploads"), key),
    embedSites: checkEmbedSites(embedSites),
    contact: checkContact(contact),
    clients: new ClientFinder(trustProxy, tlsCert !== undefined),
    openRegistration,
    guestPlaysPerDay,
    openingLock: new KeyedLock(),
    limits,
    metricsToken: options.metricsToken,
    lifecycle: { isStopping: false },
    metrics: new Metrics(),
    log: options.log ?? logToStderr,
    now,
  };
  const sources = createIntake(base, () => divisions.wake());
  const divisions: DivisionRunner = new DivisionRunner({ ...base, sources });
  return { ...base, sources, divisions };
}

/** @throws InputError it is no address of a service */
function publicOriginOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new InputError(`CMIX_PUBLIC_URL is ${url}: it should look like https://video.example`);
  return new URL(url).origin;
}

/** The system's clock may have been set back since the folder was used last: by so much at most. */
const CLOCK_BACK_HOURS = 24;

/**
 * The service's time: behind all that the folder holds, so that a CM goes on where it was, and what ended does not begin again.
 *
 * @throws InputError the system's clock is too far behind
 */
async function clockFrom(store: { lastTime(): Promise<number> }, clock: SystemClock, dataDir: string) {
  const [last, wall] = [await store.lastTime(), clock.wall()];
  if (last - wall > CLOCK_BACK_HOURS * 3600 * 1000)
    throw new InputError(
      `this machine's clock says ${new Date(wall).toISOString()}, and ${dataDir} was in use at ${new Date(last).toISOString()}: set the clock right, or ${BACKUP}`,
    );
  return steadyClock(clock, last);
}

const BACKUP = "restore a backup with cmix restore FILE --data NEW";

/** A folder without any key gets one, unless its slaves were encrypted with one that is gone. */
async function mustHaveKey(dataDir: string, fromEnvironment: string | undefined): Promise<void> {
  const names = [KEY_FILE, KEY_CHECK_FILE];
  if (fromEnvironment !== undefined || names.some((name) => existsSync(join(dataDir, name)))) return;
  const sealed = await sealedFiles(dataDir);
  if (sealed.length > 0)
    throw new InputError(
      `${dataDir} holds ${sealed.length} encrypted slaves and no key: put ${KEY_FILE} back or set CMIX_KEY, or ${BACKUP}`,
    );
}

/** Each start leaves a house CM in the database: without one it is new, and no slave can lie beside it yet. */
async function mustNameSlaves(store: Deps["store"], dataDir: string): Promise<void> {
  if (await store.cms.hasHouseCm()) return;
  const slaves = (await readdir(join(dataDir, "slaves"))).length;
  if (slaves > 0) throw new InputError(`${dataDir} holds ${slaves} slaves, and its database is empty: ${BACKUP}`);
}
