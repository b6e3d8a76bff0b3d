/** What the server is told at its start, and the limits it holds callers to. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Plays in 24 hours without an account, unless told otherwise (Cmix patent [0198]). */
export const DEFAULT_GUEST_PLAYS = 20;

/** In the data folder. */
export const DATABASE_FILE = "cmix.sqlite";

/** How often something may be tried: `points` times in `duration` seconds. */
export interface Rate {
  points: number;
  duration: number;
}

export interface RateLimits {
  /** Wrong passwords for one account from one address. */
  signIn: Rate;
  /** From one address for all accounts. */
  signInAddress: Rate;
  /** Wrong passwords for one account from wherever, but of browsers that signed in to it before; of an address that it is signed in from, apart. */
  signInStrangers: Rate;
  /** Accounts made from one address. */
  registration: Rate;
  /** Wrong passwords of one account that is signed in already, when it is asked for again. */
  passwordChange: Rate;
  /** Reports of videos by one account, or from one address without one. */
  complaint: Rate;
  /** The same from one address, whatever account asks. */
  complaintAddress: Rate;
  /** Mails about these to one video's provider. */
  complaintMail: Rate;
  /** Attributes that one account asks viewers for. */
  attributeRequest: Rate;
  /** Codes of vouchers that are not good, of one account; and from one address. */
  voucher: Rate;
  voucherAddress: Rate;
  /** Mails to a forgotten password that are asked for from one address. */
  passwordMail: Rate;
  /** Of these, to one e-mail address; more are not sent, and nobody is told. */
  passwordMailTo: Rate;
}

export const DEFAULT_RATES: RateLimits = {
  signIn: { points: 10, duration: 15 * 60 },
  signInAddress: { points: 100, duration: 3600 },
  signInStrangers: { points: 300, duration: 24 * 3600 },
  registration: { points: 10, duration: 3600 },
  passwordChange: { points: 10, duration: 15 * 60 },
  complaint: { points: 10, duration: 3600 },
  complaintAddress: { points: 30, duration: 3600 },
  complaintMail: { points: 1, duration: 24 * 3600 },
  attributeRequest: { points: 100, duration: 3600 },
  voucher: { points: 10, duration: 3600 },
  voucherAddress: { points: 30, duration: 3600 },
  passwordMail: { points: 10, duration: 3600 },
  passwordMailTo: { points: 3, duration: 3600 },
};

export interface Limits {
  slaveFileMaxBytes: number;
  mainFileMaxBytes: number;
  /** Units and bytes of one answer; a longer wish gets a shorter answer. */
  unitsPerAnswer: number;
  unitBytesPerAnswer: number;
  /** A play is forgotten this long after it was opened. */
  playLifetimeSeconds: number;
  /** All files of one account, unfinished uploads and sources too. */
  accountMaxBytes: number;
  /** Of a source that the service divides itself. */
  sourceFileMaxBytes: number;
  /** Jobs of one account that have not come to their end. */
  jobsPerAccount: number;
  /** A job's process is ended when it takes longer, or more of the machine. */
  jobSeconds: number;
  jobMemoryMebibytes: number;
  /** What a job may write, in bytes of its source; and so many besides. */
  jobOutputFactor: number;
  jobOutputBytes: number;
  /** Unfinished ones at the same time. */
  uploadsPerAccount: number;
  /** An upload that is not finished by then is removed. */
  uploadLifetimeSeconds: number;
  /** After this time a download counts for nobody in particular. */
  downloadLogSeconds: number;
  /** Opened in an hour by one account, and from one network (IPv4 /24, IPv6 /64) by visitors without one. */
  playsPerHour: number;
  /** Of visitors without an account at one network in an hour; more are delivered and not paid for. */
  billedGuestDeliveriesPerHour: number;
  /** Free bytes of the disk, below which the server is not ready. */
  freeBytesLeast: number;
  /** Until the body of a request that is no upload is whole; of an upload, until some more of it is there. */
  bodySeconds: number;
  /** Of signing in and registering. */
  rates: RateLimits;
}

export const DEFAULT_LIMITS: Limits = {
  slaveFileMaxBytes: 1 << 30, // 1 GiB: 1 % of a source of 100 GiB
  mainFileMaxBytes: 64 * 2 ** 30,
  unitsPerAnswer: 256,
  unitBytesPerAnswer: 8 << 20, // two of the largest segments
  playLifetimeSeconds: 24 * 3600,
  accountMaxBytes: 256 * 2 ** 30,
  sourceFileMaxBytes: 64 * 2 ** 30,
  jobsPerAccount: 20,
  jobSeconds: 6 * 3600,
  jobMemoryMebibytes: 1536,
  jobOutputFactor: 4,
  jobOutputBytes: 64 << 20,
  uploadsPerAccount: 16,
  uploadLifetimeSeconds: 3 * 24 * 3600,
  downloadLogSeconds: 180 * 24 * 3600,
  playsPerHour: 600, // many visitors may share a network
  billedGuestDeliveriesPerHour: 60,
  freeBytesLeast: 256 << 20, // the database's log, and uploads that have begun
  bodySeconds: 30,
  rates: DEFAULT_RATES,
};

/** Many people may share an address: a school, a telephone company. A browser opens six. */
export const DEFAULT_CONNECTIONS = 500;

export interface ServerSettings {
  /** 0 lets the system choose a free one. */
  port: number;
  /** Address to listen on; 127.0.0.1 keeps the server to this machine. */
  host: string;
  /** Database, slaves, mains and CMs; made when it is not there. */
  dataDir: string;
  /** The built web app. */
  webDir: string;
  /** The built kernels. */
  wasmPath: string;
  /** Addresses and CIDR ranges of reverse proxies whose X-Forwarded-For, -Proto and -Host are believed. */
  trustProxy: readonly string[];
  /** Connections of one address at the same time. */
  connectionsPerAddress: number;
  /** Sites whose pages may show the player, as CSP's frame-ancestors takes them. */
  embedSites: readonly string[];
  /** Where whoever runs the service is found: a page such as an imprint, or an e-mail address. */
  contact: string | undefined;
  /** Files in PEM form; with both, the server speaks https itself. */
  tlsCert: string | undefined;
  tlsKey: string | undefined;
  /** Providers and sponsors need no administrator's approval. */
  openRegistration: boolean;
  /** Of one visitor without an account in 24 hours. */
  guestPlaysPerDay: number;
  /** Make a link to a new administrator's account although there is an administrator. */
  administratorLink: boolean;
  /** Entries of the access log are removed when they are older. */
  accessLogDays: number;
  /** How long a server that is stopping takes requests although it is not ready, so that a load balancer sees it. */
  drainSeconds: number;
  /** Where the house CM and the library's sample video are at the first start. */
  samplesDir: string;
}

/** Settings for a checkout or an installed package: everything beside its package.json. */
export function defaultSettings(): ServerSettings {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  return {
    port: 8484,
    host: "127.0.0.1",
    dataDir: "data",
    webDir: join(root, "dist/web"),
    wasmPath: join(root, "dist/wasm/kernels.wasm"),
    trustProxy: [],
    connectionsPerAddress: DEFAULT_CONNECTIONS,
    embedSites: [],
    contact: undefined,
    tlsCert: undefined,
    tlsKey: undefined,
    openRegistration: false,
    guestPlaysPerDay: DEFAULT_GUEST_PLAYS,
    administratorLink: false,
    accessLogDays: 180,
    drainSeconds: 0,
    samplesDir: join(root, "samples"),
  };
}

function packageRoot(folder: string): string {
  let place = folder;
  while (!existsSync(join(place, "package.json"))) {
    const parent = dirname(place);
    if (parent === place) throw new Error(`no package.json above ${folder}: run the server from its own package`);
    place = parent;
  }
  return place;
}
