/** What an implementation of the stores brings to be held to their contracts. */
import { afterEach, beforeEach } from "vitest";
import type { AccountLogStore, AccountStore, SessionStore } from "../../../server/accounts/store.ts";
import type { CmStore } from "../../../server/cm/store.ts";
import type { ComplaintStore } from "../../../server/complaints/store.ts";
import type { LedgerSnapshot } from "../../../server/ledger/store.ts";
import type { ConditionStore, LibraryStore, Video, VideoStore } from "../../../server/library/store.ts";
import type { PlayStore, PlayUnitOfWork } from "../../../server/plays/store.ts";
import type { ReportStore } from "../../../server/reports/store.ts";
import type { SurroundingStore } from "../../../server/surroundings/store.ts";
import { packTimeline } from "../../../server/timeline.ts";

export const NO_TIMELINE = packTimeline([]);

export interface Stores {
  accounts: AccountStore;
  sessions: SessionStore;
  accountLogs: AccountLogStore;
  cms: CmStore;
  videos: VideoStore;
  library: LibraryStore;
  conditions: ConditionStore;
  surroundings: SurroundingStore;
  complaints: ComplaintStore;
  reports: ReportStore;
  plays: PlayStore;
  playUnit: PlayUnitOfWork;
}

export interface Fixture {
  stores: Stores;
  withLedger<T>(read: (snapshot: LedgerSnapshot) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens stores that hold nothing. */
export type OpenFixture = () => Promise<Fixture>;

/** New stores for each test. */
export function useFixture(open: OpenFixture): { readonly stores: Stores; readonly fixture: Fixture } {
  let fixture: Fixture | undefined;
  const current = (): Fixture => {
    if (fixture === undefined) throw new Error("used outside of a test");
    return fixture;
  };
  beforeEach(async () => {
    fixture = await open();
  });
  afterEach(() => fixture?.close());
  return {
    get fixture() {
      return current();
    },
    get stores() {
      return current().stores;
    },
  };
}

/** 32 hexadecimal digits that differ by `number`. */
export const idOf = (number: number): string => number.toString(16).padStart(32, "0");

export function videoOf(number: number, changes: Partial<Video> = {}): Video {
  return {
    slaveId: idOf(number),
    mainId: idOf(number + 0x1000),
    mainName: `video-${number}.cmx`,
    title: `Video ${number}`,
    copyright: "",
    genre: "",
    description: "",
    ageLimit: 0,
    durationSeconds: 60,
    segments: 60,
    slaveBytes: 1000,
    slaveSha256: "0".repeat(64),
    createdAt: number,
    ownerId: null,
    state: "public",
    withdrawnAt: null,
    ...changes,
  };
}
