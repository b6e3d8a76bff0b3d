/**
 * The plays that are going on, in memory in front of the store. A change counts at once for who comes next; the changes of a few
 * milliseconds are written in one transaction, and what may only be said when it is stored waits for that.
 */
import type { NewSessionRecord } from "../accounts/store.ts";
import { Refusal } from "../refusal.ts";
import { type Fact, writeFact } from "./facts.ts";
import { cmAt, type Play, type PlayState, secondsToCmEnd } from "./play.ts";
import type { PlayStore, PlayUnitOfWork } from "./store.ts";
import { endVisit, openShare, type VideoShare, visitKey } from "./video-share.ts";

/** Changes of so long go into one transaction: a commit costs a write through to the disk. */
const GROUP_MILLISECONDS = 5;
/** A play that was not heard of for so long leaves the memory. */
const KEPT_SECONDS = 120;
const SWEEP_SECONDS = 10;

/** What all plays of one viewer have in common. */
interface Viewer {
  /** By slave. */
  shares: Map<string, VideoShare>;
  /** The one CM that may run: of which play, in which of its showings, and until when. */
  cm: { playId: string; showing: number; until: number } | undefined;
}

interface Group {
  plays: Set<Play>;
  shares: { viewer: string; slaveId: string }[];
  facts: Fact[];
  stored: Promise<readonly boolean[]>;
}

export interface PlayChange<T> {
  state?: PlayState;
  /** Of the play's viewer, by slave. */
  shares?: ReadonlyMap<string, VideoShare>;
  facts?: readonly Fact[];
  result: T;
}

export class LivePlays {
  private readonly store: { plays: PlayStore; playUnit: PlayUnitOfWork };
  private readonly now: () => number;
  private readonly plays = new Map<string, Play>();
  private readonly viewers = new Map<string, Viewer>();
  private readonly loading = new Map<string, Promise<unknown>>();
  private group: Group | undefined;
  private writing: Promise<unknown> = Promise.resolve();
  private sweptAt = 0;

  constructor(store: { plays: PlayStore; playUnit: PlayUnitOfWork }, now: () => number) {
    this.store = store;
    this.now = now;
  }

  /** @param session that begins with the play */
  async open(play: Play, session?: NewSessionRecord): Promise<void> {
    await this.keepViewer(play.viewer); // before the play is among its plays
    await this.store.playUnit.run(async (unit) => {
      if (session !== undefined) await unit.sessions.insert(session);
      await unit.plays.insert(play);
    });
    this.sweep();
    await this.keep(play);
  }

  find(id: string): Play | Promise<Play | undefined> {
    return this.plays.get(id) ?? this.load(id);
  }

  /** What the viewer's plays have in common of a slave. */
  share(play: Play, slaveId: string): VideoShare {
    return this.viewerOf(play).shares.get(slaveId) ?? openShare(this.now());
  }

  /**
   * Keeps the viewer's other plays from showing a CM until `until`, or until this play leaves its CM.
   *
   * @returns seconds to wait where another play of the viewer shows one; 0 where this one may
   */
  holdCm(play: Play, until: number): number {
    const viewer = this.viewerOf(play);
    const { cm } = viewer;
    if (cm !== undefined && cm.playId !== play.id && cm.until > this.now()) return (cm.until - this.now()) / 1000;
    viewer.cm = { playId: play.id, showing: play.state.showing, until };
    return 0;
  }

  /** Lets the viewer's other plays show CMs, where this one holds them. */
  freeCm(play: Play): void {
    const viewer = this.viewers.get(play.viewer);
    if (viewer?.cm?.playId === play.id) viewer.cm = undefined;
  }

  /**
   * Changes a play, at once: two changes never see the same state. Visits of videos that end with it end for the viewer too.
   *
   * @param change must be pure
   * @throws Refusal unavailable: an earlier change could not be stored
   * @returns `stored` resolves when it is on the disk and tells of each fact whether it was new; it rejects when it could not be
   * written, and the play is then as it was stored last
   */
  change<T>(play: Play, change: (play: Play) => PlayChange<T>): { result: T; stored: Promise<readonly boolean[]> } {
    const viewer = this.viewerOf(play);
    const { state, shares = new Map<string, VideoShare>(), facts = [], result } = change(play);
    if (state === undefined && shares.size === 0 && facts.length === 0) return { result, stored: Promise.resolve([]) };
    this.group ??= this.openGroup();
    const { group } = this;
    const putShare = (slaveId: string, share: VideoShare) => {
      viewer.shares.set(slaveId, share);
      group.shares.push({ viewer: play.viewer, slaveId });
    };
    for (const [slaveId, share] of shares) putShare(slaveId, share);
    if (state !== undefined) {
      for (const [i, { slaveId }] of play.videos.entries())
        if (state.videos[i]?.visit !== play.state.videos[i]?.visit)
          putShare(slaveId, endVisit(this.share(play, slaveId), visitKey(play.id, i + 1), this.now()));
      play.state = state;
      if (viewer.cm?.playId === play.id && (state.place.kind !== "cm" || viewer.cm.showing !== state.showing))
        viewer.cm = undefined;
    }
    group.plays.add(play);
    const first = group.facts.push(...facts) - facts.length;
    return { result, stored: group.stored.then((news) => news.slice(first, first + facts.length)) };
  }

  /** Resolves when all changes so far are on the disk, or could not be brought there. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private load(id: string): Promise<Play | undefined> {
    return this.once(`play ${id}`, async () => {
      const play = await this.store.plays.byId(id);
      if (play !== undefined) await this.keep(play);
      return play;
    });
  }

  /** Puts a play into the memory, with its viewer. */
  private async keep(play: Play): Promise<void> {
    await this.keepViewer(play.viewer);
    this.plays.set(play.id, play);
  }

  private async keepViewer(id: string): Promise<void> {
    while (!this.viewers.has(id)) await this.loadViewer(id);
  }

  private loadViewer(id: string): Promise<void> {
    return this.once(`viewer ${id}`, async () => {
      const shares = await this.store.plays.shares(id);
      const viewer: Viewer = { shares, cm: undefined };
      // A CM that ran when the server stopped runs on.
      for (const play of await this.store.plays.left(id, Number.MAX_SAFE_INTEGER)) {
        const { place, showing, cmStartedAt } = play.state;
        const until = (cmStartedAt ?? 0) + (cmAt(play)?.durationMilliseconds ?? 0);
        const runs = place.kind === "cm" && cmStartedAt !== null && secondsToCmEnd(play, this.now()) > 0;
        if (runs) viewer.cm = { playId: play.id, showing, until };
      }
      this.viewers.set(id, viewer);
    });
  }

  /** Of several who want the same, one asks the store. */
  private once<T>(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.loading.get(key);
    if (known !== undefined) return known as Promise<T>;
    const loading = load();
    this.loading.set(key, loading);
    void loading.finally(() => this.loading.delete(key)).catch(() => {});
    return loading;
  }

  private openGroup(): Group {
    const before = this.writing;
    const since = performance.now();
    const stored = new Promise((resolve) => setTimeout(resolve, GROUP_MILLISECONDS))
      .then(() => before)
      .then(() => this.write(group, since));
    const group: Group = { plays: new Set(), shares: [], facts: [], stored };
    this.writing = stored.catch(() => {});
    return group;
  }

  private async write(group: Group, since: number): Promise<readonly boolean[]> {
    if (this.group === group) this.group = undefined;
    try {
      // As they are now: what changes from here on belongs to the next group, which may fail.
      const plays = [...group.plays].map((play) => {
        this.viewerOf(play);
        return { id: play.id, state: play.state };
      });
      const shares = new Map(
        group.shares.map(({ viewer, slaveId }) => [
          `${viewer} ${slaveId}`,
          { viewer, slaveId, share: this.viewers.get(viewer)?.shares.get(slaveId) },
        ]),
      );
      return await this.store.playUnit.run(async (unit) => {
        for (const play of plays) await unit.plays.putState(play);
        for (const { viewer, slaveId, share } of shares.values())
          if (share !== undefined) await unit.plays.putShare(viewer, slaveId, share, this.now());
        const news: boolean[] = [];
        for (const fact of group.facts) news.push(await writeFact(unit, fact));
        return news;
      }, since);
    } catch (error) {
      // What was not stored did not happen: neither to these plays nor to what they have in common with others.
      const viewers = new Set([...group.plays].map(({ viewer }) => viewer));
      for (const id of viewers) this.viewers.delete(id);
      for (const [id, { viewer }] of this.plays) if (viewers.has(viewer)) this.plays.delete(id);
      throw error;
    }
  }

  /** One that left the memory may lack what was stored since, or hold what was not stored. */
  private viewerOf(play: Play): Viewer {
    const viewer = this.viewers.get(play.viewer);
    if (viewer === undefined || this.plays.get(play.id) !== play)
      throw new Refusal("unavailable", "the play could not be stored: try again", { retryAfterSeconds: 2 });
    return viewer;
  }

  private sweep(): void {
    const now = this.now();
    if (now - this.sweptAt < SWEEP_SECONDS * 1000) return;
    this.sweptAt = now;
    for (const [id, { state }] of this.plays) if (now - state.seenAt > KEPT_SECONDS * 1000) this.plays.delete(id);
    const going = new Set([...this.plays.values()].map(({ viewer }) => viewer));
    for (const id of this.viewers.keys()) if (!going.has(id)) this.viewers.delete(id);
  }
}
