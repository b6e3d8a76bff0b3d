/** The player as HTMLMediaElement's state, and what that interface asks of it: the frame's side of `<cmix-player>`. */
import { DeliveryError } from "../../../../codec/page.ts";
import {
  type CmState,
  type MediaCommand,
  type MediaRange,
  type MediaState,
  NO_MEDIA,
  RATE_RANGE,
  type TrackState,
} from "../../embed/media-state.ts";
import type { CaptionsState } from "../../player/page/captions/captions-store.ts";
import type { Player } from "../../player/page/player.ts";
import type { CmProgress, PlayerSnapshot } from "../../player/page/snapshot.ts";
import { isAtRest, type PlayerState, showsCm, showsVideo } from "../../player/page/state.ts";
import type { LoadedRange } from "../../player/protocol/play-api.ts";

/** Of HTMLMediaElement; a CM on screen counts as data that is there. */
const READY_STATES: Record<PlayerState, number> = {
  idle: 0,
  opening: 0,
  ready: 1,
  preparing: 2,
  cm: 4,
  releasing: 2,
  buffering: 2,
  playing: 4,
  paused: 4,
  closing: 2,
  "last-cm": 4,
  ended: 2,
  error: 1,
};
const [NETWORK_EMPTY, NETWORK_IDLE, NETWORK_LOADING, NETWORK_NO_SOURCE] = [0, 1, 2, 3] as const;
/** Of MediaError. */
const [NETWORK_FAILED, NOT_SUPPORTED] = [2, 4] as const;
/** What is shown from one look to the next is a part played; a larger step is a seek. */
const STEP_MOST_SECONDS = 2;

function networkState({ state, facts }: PlayerSnapshot): number {
  if (state === "idle") return NETWORK_EMPTY;
  if (state === "error" && facts === undefined) return NETWORK_NO_SOURCE;
  return state === "ready" || state === "ended" || state === "error" ? NETWORK_IDLE : NETWORK_LOADING;
}

const cmOf = ({ offer, number, positionSeconds }: CmProgress): CmState => ({
  number,
  title: offer.title,
  sponsor: offer.sponsor,
  link: offer.link,
  currentTime: positionSeconds,
  duration: offer.durationSeconds,
});

/** @param played of the present video */
export function mediaStateOf(
  snapshot: PlayerSnapshot,
  parts: {
    positionSeconds: number;
    loaded: readonly LoadedRange[];
    played: readonly MediaRange[];
    captions: Pick<CaptionsState, "offers" | "chosen">;
  },
): MediaState {
  const { state, facts, error, cm, volume, muted, speed, isSeeking } = snapshot;
  if (facts === undefined && error === undefined)
    return { ...NO_MEDIA, networkState: networkState(snapshot), volume, muted };
  const { width = 0, height = 0, rotation = 0, pixelAspect: [horizontal, vertical] = [1, 1] } = facts?.video ?? {};
  const shape = [Math.round((width * horizontal) / vertical), height] as const;
  const isTurned = rotation === 90 || rotation === 270;
  const isCm = showsCm(state);
  const duration = facts?.durationSeconds ?? Number.NaN;
  return {
    readyState: facts === undefined ? 0 : READY_STATES[state],
    networkState: networkState(snapshot),
    paused: isAtRest(state) || state === "paused" || state === "opening" || state === "idle",
    ended: state === "ended",
    seeking: isSeeking && showsVideo(state),
    currentTime: parts.positionSeconds,
    duration,
    volume,
    muted,
    playbackRate: isCm ? 1 : speed,
    videoWidth: isTurned ? shape[1] : shape[0],
    videoHeight: isTurned ? shape[0] : shape[1],
    buffered: parts.loaded,
    seekable: showsVideo(state) ? [[0, duration]] : [],
    played: parts.played,
    error:
      error === undefined
        ? undefined
        : { code: error instanceof DeliveryError ? NETWORK_FAILED : NOT_SUPPORTED, message: error.message },
    textTracks: [
      ...parts.captions.offers.map((offer, place) => ({
        kind: "captions" as const,
        label: offer.label,
        language: "language" in offer ? offer.language : "",
        isShowing: place === parts.captions.chosen,
      })),
      ...chapterTrack(facts),
    ],
    cm: isCm && cm !== undefined ? cmOf(cm) : undefined,
  };
}

function chapterTrack(facts: PlayerSnapshot["facts"]): TrackState[] {
  if (facts === undefined || facts.chapters.length === 0) return [];
  const cues = facts.chapters.map((one) => ({ startTime: one.startSeconds, endTime: one.endSeconds, text: one.title }));
  return [{ kind: "chapters", label: "", language: "", isShowing: false, cues }];
}

/** With one more part that was played. */
export function withPlayed(ranges: readonly MediaRange[], from: number, to: number): readonly MediaRange[] {
  let [start, end] = [from, to];
  const apart = ranges.filter(([a, b]) => {
    const touches = a <= end && b >= start;
    if (touches) [start, end] = [Math.min(a, start), Math.max(b, end)];
    return !touches;
  });
  return [...apart, [start, end] as const].sort(([a], [b]) => a - b);
}

export class PlayerMedia {
  private readonly player: Player;
  /** The main's address, for `load`. */
  private readonly source: string;
  private readonly onSponsor: () => void;
  private played: readonly MediaRange[] = [];
  private lastSeconds = 0;
  private lastKey: number | undefined;

  /** @param onSponsor the page that has the controls has opened the sponsor's page */
  constructor(player: Player, source: string, onSponsor: () => void) {
    this.player = player;
    this.source = source;
    this.onSponsor = onSponsor;
  }

  state(): MediaState {
    const { player } = this;
    const snapshot = player.snapshot();
    const positionSeconds = player.position.snapshot();
    this.note(snapshot, positionSeconds);
    return mediaStateOf(snapshot, {
      positionSeconds,
      loaded: player.loaded.snapshot(),
      played: this.played,
      captions: player.captions.snapshot(),
    });
  }

  /** @param onChange whenever {@link state} may be another */
  subscribe(onChange: () => void): () => void {
    const { player } = this;
    const stores = [player, player.position, player.loaded, player.captions];
    const ends = stores.map((store) => store.subscribe(onChange));
    return () => {
      for (const end of ends) end();
    };
  }

  /** @returns false where a CM does not allow it */
  async run(command: MediaCommand): Promise<boolean> {
    const { player } = this;
    const { state, volume, muted } = player.snapshot();
    const isCm = showsCm(state);
    switch (command.kind) {
      case "play":
        await this.play();
        return true;
      case "pause":
        if (isCm) player.explainCm();
        else player.pause();
        return !isCm;
      case "stop":
        void player.stop();
        return true;
      case "load":
        await player.open([this.source]);
        return true;
      case "sponsor":
        if (isCm) this.onSponsor();
        return true;
      case "seek":
        player.seek(command.value);
        return !isCm;
      case "rate":
        player.setSpeed(Math.min(RATE_RANGE[1], Math.max(RATE_RANGE[0], command.value)));
        return !isCm;
      case "volume":
        player.setVolume(command.value, muted);
        return true;
      case "muted":
        player.setVolume(volume, command.value);
        return true;
      case "track":
        player.captions.choose(command.value);
        return true;
    }
  }

  /**
   * Resolves when CM or video plays.
   *
   * @throws DOMException AbortError: it was stopped before; NetworkError, NotSupportedError: it cannot be played
   */
  private async play(): Promise<void> {
    const { player } = this;
    await this.until((state) => state !== "idle" && state !== "opening");
    if (player.snapshot().state === "paused") player.resume();
    else if (isAtRest(player.snapshot().state)) void player.play();
    const state = await this.until((now) => isAtRest(now) || now === "paused" || now === "playing" || showsCm(now));
    if (state === "playing" || showsCm(state)) return;
    const { error } = player.snapshot();
    if (error === undefined) throw new DOMException("it was stopped or paused before it began", "AbortError");
    throw new DOMException(error.message, error instanceof DeliveryError ? "NetworkError" : "NotSupportedError");
  }

  private until(isReached: (state: PlayerState) => boolean): Promise<PlayerState> {
    const { player } = this;
    return new Promise((resolve) => {
      const look = () => {
        const { state } = player.snapshot();
        if (!isReached(state)) return;
        end();
        resolve(state);
      };
      const end = player.subscribe(look);
      look();
    });
  }

  private note({ items, current, state }: PlayerSnapshot, seconds: number): void {
    const key = items[current]?.key;
    if (key !== this.lastKey) this.played = [];
    const step = seconds - this.lastSeconds;
    if (key === this.lastKey && state === "playing" && step > 0 && step < STEP_MOST_SECONDS)
      this.played = withPlayed(this.played, this.lastSeconds, seconds);
    this.lastKey = key;
    this.lastSeconds = seconds;
  }
}
