/**
 * The plays that are going on, in memory in front of the store. A change counts at once for who comes next; the changes of a few
 * milliseconds are written in one transaction, and what may only be said when it is stored waits for that.
 */
import { Refusal } from "../refusal.ts";
import { type Fact, writeFact } from "./facts.ts";
import type { Play, PlayState } from "./play.ts";
import type { PlayStore, PlayUnitOfWork } from "./store.ts";

/** Changes of so long go into one transaction: a commit costs a write through to the disk. */
const GROUP_MILLISECONDS = 5;
/** A play that was not heard of for so long leaves the memory. */
const KEPT_SECONDS = 120;
const SWEEP_SECONDS = 10;

interface Group {
  plays: Set<Play>;
  facts: Fact[];
  stored: Promise<readonly boolean[]>;
}

export interface PlayChange<T> {
  state?: PlayState;
  facts?: readonly Fact[];
  result: T;
}

export class LivePlays {
  private readonly store: { plays: PlayStore; playUnit: PlayUnitOfWork };
  private readonly now: () => number;
  private readonly plays = new Map<string, Play>();
  private readonly loading = new Map<string, Promise<Play | undefined>>();
  private group: Group | undefined;
  private writing: Promise<unknown> = Promise.resolve();
  private sweptAt = 0;

  constructor(store: { plays: PlayStore; playUnit: PlayUnitOfWork }, now: () => number) {
    this.store = store;
    this.now = now;
  }

  async open(play: Play): Promise<void> {
    await this.store.plays.insert(play);
    this.sweep();
    this.plays.set(play.id, play);
  }

  find(id: string): Play | Promise<Play | undefined> {
    return this.plays.get(id) ?? this.load(id);
  }

  /**
   * Changes a play, at once: two changes never see the same state.
   *
   * @param change must be pure
   * @throws Refusal unavailable: an earlier change could not be stored
   * @returns `stored` resolves when it is on the disk and tells of each fact whether it was new; it rejects when it could not be
   * written, and the play is then as it was stored last
   */
  change<T>(play: Play, change: (play: Play) => PlayChange<T>): { result: T; stored: Promise<readonly boolean[]> } {
    this.mustBeCurrent(play);
    const { state, facts = [], result } = change(play);
    if (state === undefined && facts.length === 0) return { result, stored: Promise.resolve([]) };
    if (state !== undefined) play.state = state;
    this.group ??= this.openGroup();
    const { group } = this;
    group.plays.add(play);
    const first = group.facts.push(...facts) - facts.length;
    return { result, stored: group.stored.then((news) => news.slice(first, first + facts.length)) };
  }

  private load(id: string): Promise<Play | undefined> {
    const known = this.loading.get(id);
    if (known !== undefined) return known;
    const loading = this.store.plays.byId(id).then((play) => {
      if (play !== undefined) this.plays.set(id, play);
      return play;
    });
    this.loading.set(id, loading);
    void loading.finally(() => this.loading.delete(id)).catch(() => {});
    return loading;
  }

  private openGroup(): Group {
    const before = this.writing;
    const since = performance.now();
    const stored = new Promise((resolve) => setTimeout(resolve, GROUP_MILLISECONDS))
      .then(() => before)
      .then(() => this.write(group, since));
    const group: Group = { plays: new Set(), facts: [], stored };
    this.writing = stored.catch(() => {});
    return group;
  }

  private async write(group: Group, since: number): Promise<readonly boolean[]> {
    if (this.group === group) this.group = undefined;
    try {
      for (const play of group.plays) this.mustBeCurrent(play);
      // As they are now: what changes from here on belongs to the next group, which may fail.
      const plays = [...group.plays].map(({ id, state }) => ({ id, state }));
      return await this.store.playUnit.run(async (unit) => {
        for (const play of plays) await unit.plays.putState(play);
        const news: boolean[] = [];
        for (const fact of group.facts) news.push(await writeFact(unit, fact));
        return news;
      }, since);
    } catch (error) {
      // What was not stored did not happen.
      for (const { id } of group.plays) this.plays.delete(id);
      throw error;
    }
  }

  /** One that left the memory may lack what was stored since, or hold what was not stored. */
  private mustBeCurrent(play: Play): void {
    if (this.plays.get(play.id) !== play)
      throw new Refusal("unavailable", "the play could not be stored: try again", { retryAfterSeconds: 2 });
  }

  private sweep(): void {
    const now = this.now();
    if (now - this.sweptAt < SWEEP_SECONDS * 1000) return;
    this.sweptAt = now;
    for (const [id, { state }] of this.plays) if (now - state.seenAt > KEPT_SECONDS * 1000) this.plays.delete(id);
  }
}
