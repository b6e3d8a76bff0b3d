import type { Kernels } from "../../codec/index.ts";
import type { SessionStore } from "../accounts/store.ts";
import type { AttributeStore } from "../attributes/store.ts";
import type { Blobs } from "../blobs/store.ts";
import type { CmStore } from "../cm/store.ts";
import type { Limits } from "../config.ts";
import type { GroupStore } from "../groups/store.ts";
import type { KeyedLock } from "../keyed-lock.ts";
import type { SlaveReaders } from "../library/slave-readers.ts";
import type { ConditionStore, VideoStore } from "../library/store.ts";
import type { Log } from "../log.ts";
import type { MembershipStore } from "../memberships/store.ts";
import type { Metrics } from "../metrics.ts";
import type { ClientFinder } from "../security/client.ts";
import type { SurroundingStore } from "../surroundings/store.ts";
import type { LivePlays } from "./live-plays.ts";
import type { PlayStore } from "./store.ts";
import type { ToldAges } from "./told-ages.ts";

/** What plays work with. */
export interface PlayDeps {
  store: {
    plays: PlayStore;
    videos: VideoStore;
    conditions: ConditionStore;
    cms: CmStore;
    surroundings: SurroundingStore;
    sessions: SessionStore;
    attributes: Pick<AttributeStore, "agreed">;
    memberships: Pick<MembershipStore, "isPremium">;
    groups: Pick<GroupStore, "with">;
  };
  blobs: Blobs;
  slaveReaders: SlaveReaders;
  toldAges: ToldAges;
  /** Plays that are going on. */
  livePlays: LivePlays;
  /** Signs tickets, and makes viewers unrecognisable where they are counted. */
  playKey: Uint8Array;
  kernels: Kernels;
  /** One opening of a play, and one beginning of a CM, of the same visitor at a time. */
  openingLock: KeyedLock;
  /** One release of a video whose plays are limited at a time. */
  importLock: KeyedLock;
  /** Plays of a visitor without an account in 24 hours. */
  guestPlaysPerDay: number;
  limits: Pick<
    Limits,
    "playLifetimeSeconds" | "unitsPerAnswer" | "unitBytesPerAnswer" | "playsPerHour" | "billedGuestDeliveriesPerHour"
  >;
  clients: ClientFinder;
  /** Servers that pages read mains from, for the headers of every answer. */
  mainOrigins: { readonly current: readonly string[] };
  metrics: Metrics;
  log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}
