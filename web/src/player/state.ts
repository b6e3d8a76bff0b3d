/** What the player is doing, and what may come next. */

export type PlayerState =
  /** No file. */
  | "idle"
  /** A file's header and index are being read. */
  | "opening"
  /** The file is known; Play may be pressed. */
  | "ready"
  /** A play is asked for and the CM fetched. */
  | "preparing"
  /** The CM is on screen. */
  | "cm"
  /** The CM was watched; its secret is asked for. */
  | "releasing"
  | "buffering"
  | "playing"
  | "paused"
  /** The video is over or was stopped; the CM behind it is fetched. */
  | "closing"
  /** That CM is on screen. */
  | "last-cm"
  /** Played to the end, or stopped: playing again takes a new play. */
  | "ended"
  | "error";

export type PlayerEvent =
  | "open"
  | "opened"
  | "play"
  | "cm-loaded"
  | "cm-watched"
  | "released"
  | "buffered"
  | "starved"
  | "pause"
  | "resume"
  | "seek"
  | "end"
  | "stop"
  | "fail";

type Row = Partial<Record<PlayerEvent, PlayerState>>;

/** Every state takes `open` (another file) and, but for `idle`, `fail`. */
const TRANSITIONS: Record<PlayerState, Row> = {
  idle: {},
  opening: { opened: "ready" },
  ready: { play: "preparing" },
  preparing: { "cm-loaded": "cm", stop: "ready" },
  cm: { "cm-watched": "releasing", stop: "ready" },
  releasing: { released: "buffering", stop: "ready" },
  buffering: {
    buffered: "playing",
    starved: "buffering",
    pause: "paused",
    seek: "buffering",
    end: "closing",
    stop: "closing",
  },
  playing: { starved: "buffering", pause: "paused", seek: "buffering", end: "closing", stop: "closing" },
  paused: { buffered: "paused", starved: "paused", resume: "buffering", seek: "paused", stop: "closing" },
  closing: { "cm-loaded": "last-cm", "cm-watched": "ended", stop: "ended" },
  "last-cm": { "cm-watched": "ended", stop: "ended" },
  ended: { play: "preparing" },
  error: { play: "preparing" },
};

/** @returns the state after `event`; undefined where `event` means nothing in `state` (a late message of something that is over) */
export function nextState(state: PlayerState, event: PlayerEvent): PlayerState | undefined {
  if (event === "open") return "opening";
  if (event === "fail") return state === "idle" ? undefined : "error";
  return TRANSITIONS[state][event];
}

/** Whether the video itself, not the CM, is on screen. */
export function showsVideo(state: PlayerState): boolean {
  return state === "buffering" || state === "playing" || state === "paused";
}

export function showsCm(state: PlayerState): boolean {
  return state === "cm" || state === "last-cm";
}

/** Whether the viewer waits for something. */
export function isWaiting(state: PlayerState): boolean {
  return (
    state === "opening" ||
    state === "preparing" ||
    state === "releasing" ||
    state === "buffering" ||
    state === "closing"
  );
}
