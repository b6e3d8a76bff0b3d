/** TimeRanges and TextTrackList as HTMLMediaElement has them, of what the frame tells. */
import type { CueState, MediaRange, TrackState } from "./media-state.ts";

export class Ranges implements TimeRanges {
  private readonly ranges: readonly MediaRange[];

  /** @param ranges in seconds, in their order, none touching another */
  constructor(ranges: readonly MediaRange[]) {
    this.ranges = ranges;
  }

  get length(): number {
    return this.ranges.length;
  }

  start(index: number): number {
    return this.at(index)[0];
  }

  end(index: number): number {
    return this.at(index)[1];
  }

  private at(index: number): MediaRange {
    const range = this.ranges[index];
    if (range === undefined) throw new DOMException(`there is no range ${index}`, "IndexSizeError");
    return range;
  }
}

type Cues = TextTrackCueList & VTTCue[];

const cueList = (cues: readonly CueState[]): Cues =>
  Object.assign(
    cues.map(({ startTime, endTime, text }) => new VTTCue(startTime, endTime, text)),
    { getCueById: () => null },
  ) as unknown as Cues;

/** Captions of the video, which the frame draws without telling their cues; or its chapters, which are cues alone. Event: `cuechange`. */
export class CmixTextTrack extends EventTarget {
  readonly kind: TrackState["kind"];
  readonly id: string;
  readonly label: string;
  readonly language: string;
  readonly inBandMetadataTrackDispatchType = "";
  readonly cues: Cues | null;
  private active: Cues | null;
  private shown: TextTrackMode;
  private readonly onMode: (track: CmixTextTrack) => void;

  constructor(
    id: string,
    { kind, label, language, isShowing, cues }: TrackState,
    onMode: (track: CmixTextTrack) => void,
  ) {
    super();
    this.id = id;
    this.kind = kind;
    this.cues = cues === undefined ? null : cueList(cues);
    this.active = cues === undefined ? null : cueList([]);
    this.label = label;
    this.language = language;
    this.shown = isShowing ? "showing" : kind === "chapters" ? "hidden" : "disabled";
    this.onMode = onMode;
  }

  /** Of chapters, the one that is shown. */
  get activeCues(): TextTrackCueList | null {
    return this.active;
  }

  /** As the frame tells it. */
  setTime(seconds: number): void {
    if (this.cues === null) return;
    const now = this.cues.filter(({ startTime, endTime }) => startTime <= seconds && seconds < endTime);
    if (now[0] === this.active?.[0]) return;
    this.active = Object.assign(now, { getCueById: () => null }) as unknown as Cues;
    this.dispatchEvent(new Event("cuechange"));
  }

  get mode(): TextTrackMode {
    return this.shown;
  }

  /** Of captions, `hidden` is as `disabled`: there are no cues to look at. Chapters are drawn by nobody. */
  set mode(mode: TextTrackMode) {
    if (mode === this.shown) return;
    this.shown = mode;
    if (this.kind === "captions") this.onMode(this);
  }

  /** Whether the frame tells of this one still. */
  isOf({ kind, label, language, cues = [] }: TrackState): boolean {
    const same = (cue: CueState, i: number) =>
      cue.startTime === this.cues?.[i]?.startTime && cue.text === this.cues?.[i]?.text;
    const sameCues = cues.length === (this.cues?.length ?? 0) && cues.every(same);
    return this.kind === kind && this.label === label && this.language === language && sameCues;
  }

  /** As the frame tells it. @returns whether it changed */
  setShowing(isShowing: boolean): boolean {
    if (this.kind === "chapters") return false;
    const changed = isShowing !== (this.shown === "showing");
    if (changed) this.shown = isShowing ? "showing" : "disabled";
    return changed;
  }
}

/** Events: `addtrack`, `removetrack`, `change`. */
export class CmixTextTrackList extends EventTarget {
  [index: number]: CmixTextTrack;
  private tracks: CmixTextTrack[] = [];
  private readonly onChosen: (place: number | undefined) => void;

  /** @param onChosen the page shows the track at that place, or none */
  constructor(onChosen: (place: number | undefined) => void) {
    super();
    this.onChosen = onChosen;
  }

  get length(): number {
    return this.tracks.length;
  }

  [Symbol.iterator](): IterableIterator<CmixTextTrack> {
    return this.tracks.values();
  }

  getTrackById(id: string): CmixTextTrack | null {
    return this.tracks.find((track) => track.id === id) ?? null;
  }

  /** Takes over what the frame tells. */
  set(states: readonly TrackState[]): void {
    const isTheSame = (track: CmixTextTrack, i: number) => states[i] !== undefined && track.isOf(states[i]);
    const kept = this.tracks.every(isTheSame) ? this.tracks.length : 0;
    const removed = this.tracks.splice(kept);
    for (let i = 0; i < removed.length; i++) delete this[kept + i];
    let isChanged = false;
    for (const [i, track] of this.tracks.entries())
      isChanged = track.setShowing(states[i]?.isShowing === true) || isChanged;
    const added = states.slice(kept).map((state, i) => new CmixTextTrack(String(kept + i), state, this.chosen));
    for (const track of added) {
      this[this.tracks.length] = track;
      this.tracks.push(track);
    }
    for (const track of removed) this.tell("removetrack", track);
    for (const track of added) this.tell("addtrack", track);
    if (isChanged) this.dispatchEvent(new Event("change"));
  }

  /** Media seconds. */
  setTime(seconds: number): void {
    for (const track of this.tracks) track.setTime(seconds);
  }

  private tell(type: string, track: CmixTextTrack): void {
    this.dispatchEvent(Object.assign(new Event(type), { track }));
  }

  /** One is shown at a time. */
  private readonly chosen = (track: CmixTextTrack): void => {
    if (track.mode === "showing") for (const other of this.tracks) if (other !== track) other.setShowing(false);
    const place = this.tracks.findIndex(({ kind, mode }) => kind === "captions" && mode === "showing");
    this.onChosen(place < 0 ? undefined : place);
    this.dispatchEvent(new Event("change"));
  };
}
