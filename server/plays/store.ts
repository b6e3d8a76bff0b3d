/** What plays leave behind: the plays themselves, and what happened in them. */
import type { SessionStore } from "../accounts/store.ts";
import type { CountedEvent, Delivery } from "../ledger/entries.ts";
import type { LedgerStore } from "../ledger/store.ts";
import type { CmPoints } from "../memberships/store.ts";
import type { UnitOfWork } from "../unit-of-work.ts";
import type { Play, PlayCm } from "./play.ts";
import type { VideoShare } from "./video-share.ts";

/** Plays, and counts by viewer. */
export interface PlayStore {
  byId(id: string): Promise<Play | undefined>;
  /** Other CMs, as many as before. */
  putCms(playId: string, cms: readonly PlayCm[]): Promise<void>;
  /** What a viewer's plays have in common, by slave. */
  shares(viewer: string): Promise<Map<string, VideoShare>>;
  /**
   * Forgets plays opened before `time`, with what was counted by viewer; deliveries and events stay. A part at a time, so that others
   * come in between.
   */
  removeBefore(time: number): Promise<void>;
  /** Plays of a viewer that are not over and were not heard of since `time`. */
  left(viewer: string, time: number): Promise<Play[]>;
  /** How many plays a viewer opened since `time`. */
  openedSince(viewer: string, time: number): Promise<number>;
  /** Ids of CMs that a viewer missed, the oldest first. */
  owed(viewer: string): Promise<string[]>;
  /** How often a viewer saw each CM on the day (UTC) of `time`. */
  cmViews(viewer: string, time: number): Promise<Map<string, number>>;
  /** Deliveries of a video in all, and to one viewer. */
  videoPlays(mainId: string, viewer: string): Promise<{ all: number; ofViewer: number }>;
  /** In the order of their times. */
  deliveries(): Promise<Delivery[]>;
}

/** A CM that was missed and comes first next time. */
export interface OwedCm {
  playId: string;
  viewer: string;
  cmId: string;
  at: number;
}

/** What was delivered before, by which it is decided whether the next one is paid for. */
export interface DeliveredBefore {
  /** To the viewer on that day (UTC): this CM before this video, and this CM. */
  pair: number;
  cm: number;
  /** To visitors without an account at that address in that hour. */
  address: number;
}

/** What an event adds to reports. */
export interface EventCounts {
  /** For this video: of a CM's event, for the one behind the CM. */
  mainId: string;
  /** Shown since the last word of the play about the video. */
  seconds: number;
}

/** What happened in plays and outlasts them. */
export interface FactStore {
  /** Counts by video and CM, too. @returns false where the play has one of that video already */
  addDelivery(delivery: Delivery): Promise<boolean>;
  deliveredBefore(to: Receiver): Promise<DeliveredBefore>;
  /** One more of what {@link deliveredBefore} tells. */
  countDelivered(to: Receiver): Promise<void>;
  /** @returns false where it counted before, by its id or as another of the same kind and number */
  addEvent(event: CountedEvent, counts: EventCounts): Promise<boolean>;
  /** One more delivery of a video to a viewer. */
  countVideoView(viewer: string, mainId: string): Promise<void>;
  /** One more showing of a CM to a viewer on the day (UTC) of `at`. */
  countCmView(viewer: string, cmId: string, at: number): Promise<void>;
  /** @returns false where the play owes one already */
  addOwed(owed: OwedCm): Promise<boolean>;
  /** A CM that was owed has been shown. */
  settle(viewer: string, cmId: string): Promise<void>;
}

/** Who got what, and when. */
export interface Receiver {
  viewer: string;
  mainId: string;
  cmId: string;
  /** Stands for the network of a visitor without an account; undefined for an account. */
  address: string | undefined;
  at: number;
}

/** What changes together while plays go on. */
export interface PlayUnit {
  sessions: Pick<SessionStore, "insert">;
  plays: {
    insert(play: Play): Promise<void>;
    putState(play: Pick<Play, "id" | "state">): Promise<void>;
    putShare(viewer: string, slaveId: string, share: VideoShare, at: number): Promise<void>;
  };
  facts: FactStore;
  ledger: LedgerStore;
  points: CmPoints;
}

export type PlayUnitOfWork = UnitOfWork<PlayUnit>;
