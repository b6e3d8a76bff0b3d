/** What the library remembers: slaves and mains that are here, what it shows of them, and what their providers allow. */

import type { LogPart } from "../accounts/store.ts";
import type { PackedTimeline } from "../timeline.ts";
import type { VideoConditions } from "./conditions.ts";
import type { Searchable } from "./search-text.ts";
import type { GivenState, VideoState } from "./states.ts";

/** What the library shows of a video; the provider may change it. */
export interface Shown extends Searchable {
  ageLimit: number;
}

export interface Video extends Shown {
  slaveId: string;
  mainId: string;
  mainName: string;
  durationSeconds: number;
  segments: number;
  slaveBytes: number;
  slaveSha256: string;
  createdAt: number;
  /** The account that uploaded the slave; null for the sample video. */
  ownerId: string | null;
  state: VideoState;
  /** When it was; null in every other state. */
  withdrawnAt: number | null;
}

export interface Main {
  mainId: string;
  bytes: number;
  sha256: string;
  /** By pieces-hash.ts; null where it was never read for that. */
  piecesSha256: string | null;
  copyright: string;
  genre: string;
  ageLimit: number;
  hasPoster: boolean;
  createdAt: number;
  /** On its provider's own server; null where it lies here. */
  url: string | null;
  /** Whether pages of this service may read parts of it there. */
  playsInBrowser: boolean;
}

/** Slaves and mains that are here. Videos are found in every state: whoever answers a request asks find-video.ts. */
export interface VideoStore {
  bySlave(slaveId: string): Promise<Video | undefined>;
  byMain(mainId: string): Promise<Video | undefined>;
  /** The slave must be here. */
  timeline(slaveId: string): Promise<PackedTimeline>;
  /** @throws StorageError unique: slave or main are here */
  insert(video: Video, timeline: PackedTimeline): Promise<void>;
  edit(slaveId: string, shown: Shown, editedAt: number): Promise<void>;
  /** @returns false where it is withdrawn: that is not undone so */
  setState(slaveId: string, state: GivenState): Promise<boolean>;
  withdraw(slaveId: string, at: number): Promise<void>;
  /** Takes a withdrawn video in again, as a draft; its slave must be here. */
  bringBack(slaveId: string): Promise<void>;
  /** Withdrawn before `time`, their files still here, and none of their plays is under way. */
  unusedSince(time: number): Promise<{ slaveId: string; mainId: string }[]>;
  /** The files are gone; the rest stays, for the reports. */
  markRemoved(slaveId: string, mainId: string, at: number): Promise<void>;
  main(mainId: string): Promise<Main | undefined>;
  /**
   * Puts a main in, or in the place of the one before; the library shows what its header tells, unless the provider changed that.
   *
   * @param state of the video from then on; unless told, a draft's first main makes it public
   */
  /** Removes a video whose main never came; others stay. */
  forget(slaveId: string): Promise<void>;
  putMain(main: Main, state?: GivenState): Promise<void>;
  /** One that is here and was never read for its pieces' hash. */
  mainWithoutPieces(): Promise<string | undefined>;
  putPieces(mainId: string, piecesSha256: string): Promise<void>;
  /** Servers other than this one that players read mains from. */
  mainOrigins(): Promise<string[]>;
  /** What an account's files take here. */
  bytesOf(ownerId: string): Promise<number>;
  count(): Promise<number>;
}

export type ExtraKind = "poster" | "teaser";

/** A poster or teaser; its bytes are the blob of kind `extras` whose id is the start of the hash. */
export interface Extra {
  kind: ExtraKind;
  type: string;
  bytes: number;
  sha256: string;
}

export interface LibraryQuery {
  /** All must be found; folded as in search-text.ts. */
  words: readonly string[];
  genre?: string | undefined;
  /** The most that a video's age limit may be. */
  ageMost?: number | undefined;
  /** Only this account's, in every state; without one only public ones, unless `mainId` names one. */
  ownerId?: string | undefined;
  /** Only this one, in every state. */
  mainId?: string | undefined;
  offset: number;
  most: number;
}

export interface ListedVideo extends Video {
  main: Main | undefined;
  extras: Partial<Record<ExtraKind, Extra>>;
  downloads: number;
  deliveries: number;
}

export interface DownloadEntry {
  at: number;
  mainId: string;
  accountId: string | null;
}

/** What the library shows, and who took what out of it. */
export interface LibraryStore {
  /** Newest first. `total` is how many there are without `offset` and `most`. */
  list(query: LibraryQuery): Promise<{ videos: ListedVideo[]; total: number }>;
  /** Of the public videos, with how many each has; the most first. */
  genres(): Promise<{ genre: string; videos: number }[]>;
  extra(mainId: string, kind: ExtraKind): Promise<Extra | undefined>;
  putExtra(mainId: string, extra: Extra): Promise<void>;
  removeExtra(mainId: string, kind: ExtraKind): Promise<void>;
  /** Whether any video still shows this blob. */
  usesExtra(sha256: string): Promise<boolean>;
  /**
   * Counts a download.
   *
   * @param once stands for who downloads, and for the day
   * @returns false where that one is counted already
   */
  addDownload(entry: DownloadEntry, once: string): Promise<boolean>;
  /** Newest first. */
  downloads(mainId: string, most: number): Promise<DownloadEntry[]>;
  /** The downloads before `time` still count, but for nobody in particular; some of them at a time. */
  forgetDownloaders(time: number): Promise<void>;
}

/** Conditions that an account set on a video. */
export interface ConditionEntry {
  number: number;
  at: number;
  accountId: string;
  mainId: string;
  /** The video's, as it is shown now. */
  title: string;
  conditions: VideoConditions;
}

/** Conditions that providers set on their videos. */
export interface ConditionStore {
  of(mainId: string): Promise<VideoConditions>;
  /** Sets them, and enters that into the account's log. */
  set(mainId: string, conditions: VideoConditions, by: { accountId: string; at: number }): Promise<void>;
  /** What was set, newest first, at most 100 entries a part. */
  log(part: LogPart): Promise<ConditionEntry[]>;
}
