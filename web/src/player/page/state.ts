/** What the player is doing, and what may come next. */

export type PlayerState =
  /** No file. */
  | "idle"
  /** Headers and indexes of files are being read. */
  | "opening"
  /** The files are known; Play may be pressed. */
  | "ready"
  /** A play is asked for, or the way goes to another video of it; the CM before the video is fetched. */
  | "preparing"
  /** The CM is on screen. */
  | "cm"
  /** The CM was watched; its secret is asked for. */
  | "releasing"
  | "buffering"
  | "playing"
  | "paused"
  /** The video is over or was stopped; the CM behind it is fetched: the last one, unless the service says `to-cm`. */
  | "closing"
  /** The CM behind the last video is on screen. */
  | "last-cm"
  /** Played to the end, or stopped: playing again takes a new play. */
  | "ended"
  | "error";

export type PlayerEvent =
  | "open"
  | "opened"
  /** The last file was taken off the playlist. */
  | "emptied"
  | "play"
  /** The play goes to the CM before a video. */
  | "to-cm"
  | "cm-shown"
  | "cm-watched"
  /** The play stands at its video, whose CM was seen before the page was loaded anew. */
  | "reopened"
  | "released"
  | "buffered"
  | "starved"
  | "pause"
  | "resume"
  | "seek"
  | "end"
  | "stop"
  /** The play has come to its end. */
  | "over"
  | "fail";

type Row = Partial<Record<PlayerEvent, PlayerState>>;

/** The playlist may be changed between plays. */
const LIST: Row = { opened: "ready", emptied: "idle" };

/** Every state takes `open` (other files) and, but for `idle`, `fail`. */
const TRANSITIONS: Record<PlayerState, Row> = {
  idle: {},
  opening: LIST,
  ready: { ...LIST, play: "preparing" },
  preparing: { "to-cm": "preparing", "cm-shown": "cm", reopened: "releasing", stop: "ready" },
  cm: { "to-cm": "preparing", "cm-watched": "releasing", stop: "ready" },
  releasing: { "to-cm": "preparing", released: "buffering", stop: "ready" },
  buffering: {
    "to-cm": "preparing",
    buffered: "playing",
    starved: "buffering",
    pause: "paused",
    seek: "buffering",
    end: "closing",
    stop: "closing",
  },
  playing: {
    "to-cm": "preparing",
    starved: "buffering",
    pause: "paused",
    seek: "buffering",
    end: "closing",
    stop: "closing",
  },
  paused: {
    "to-cm": "preparing",
    buffered: "paused",
    starved: "paused",
    resume: "buffering",
    seek: "paused",
    end: "closing",
    stop: "closing",
  },
  closing: { "to-cm": "preparing", "cm-shown": "last-cm", over: "ended", stop: "ended" },
  "last-cm": { "to-cm": "preparing", over: "ended", stop: "ended" },
  ended: { ...LIST, play: "preparing" },
  error: { ...LIST, play: "preparing" },
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

/** Whether there is no play: the playlist may be changed, and a play asked for. */
export function isAtRest(state: PlayerState): boolean {
  return state === "ready" || state === "ended" || state === "error";
}
