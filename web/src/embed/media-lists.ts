/** TimeRanges and TextTrackList as HTMLMediaElement has them, of what the frame tells. */
import type { MediaRange, TrackState } from "./media-state.ts";

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

/** Captions of the video; the frame draws them. Cues are not told. */
export class CmixTextTrack extends EventTarget {
  readonly kind = "captions";
  readonly id: string;
  readonly label: string;
  readonly language: string;
  readonly inBandMetadataTrackDispatchType = "";
  readonly cues = null;
  readonly activeCues = null;
  private shown: TextTrackMode;
  private readonly onMode: (track: CmixTextTrack) => void;

  constructor(id: string, { label, language, isShowing }: TrackState, onMode: (track: CmixTextTrack) => void) {
    super();
    this.id = id;
    this.label = label;
    this.language = language;
    this.shown = isShowing ? "showing" : "disabled";
    this.onMode = onMode;
  }

  get mode(): TextTrackMode {
    return this.shown;
  }

  /** `hidden` is as `disabled`: there are no cues to look at. */
  set mode(mode: TextTrackMode) {
    if (mode === this.shown) return;
    this.shown = mode;
    this.onMode(this);
  }

  /** As the frame tells it. @returns whether it changed */
  setShowing(isShowing: boolean): boolean {
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
    const isTheSame = (track: CmixTextTrack, i: number) =>
      track.label === states[i]?.label && track.language === states[i]?.language;
    const kept = this.tracks.filter(isTheSame).length === this.tracks.length ? this.tracks.length : 0;
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

  private tell(type: string, track: CmixTextTrack): void {
    this.dispatchEvent(Object.assign(new Event(type), { track }));
  }

  /** One is shown at a time. */
  private readonly chosen = (track: CmixTextTrack): void => {
    if (track.mode === "showing") for (const other of this.tracks) if (other !== track) other.setShowing(false);
    const place = this.tracks.findIndex(({ mode }) => mode === "showing");
    this.onChosen(place < 0 ? undefined : place);
    this.dispatchEvent(new Event("change"));
  };
}
