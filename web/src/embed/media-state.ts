/** What the player's frame and the element of another site's page say to each other; both sides of one message channel. */

/** Media seconds, from and to. */
export type MediaRange = readonly [startSeconds: number, endSeconds: number];

/** The commercial on screen. */
export interface CmState {
  /** CM k stands before video k, the last one behind all. */
  readonly number: number;
  readonly title: string;
  readonly sponsor: string;
  /** The sponsor's page; empty where there is none. */
  readonly link: string;
  /** Seconds. */
  readonly currentTime: number;
  readonly duration: number;
}

export interface CueState {
  readonly startTime: number;
  readonly endTime: number;
  readonly text: string;
}

export interface TrackState {
  /** Captions stand before chapters. */
  readonly kind: "captions" | "chapters";
  readonly label: string;
  /** BCP 47; empty for a file of the viewer's. */
  readonly language: string;
  readonly isShowing: boolean;
  /** Of chapters. */
  readonly cues?: readonly CueState[];
}

/** HTMLMediaElement's state at one moment, in its own words. Times are media seconds. */
export interface MediaState {
  readonly readyState: number;
  readonly networkState: number;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly seeking: boolean;
  readonly currentTime: number;
  /** NaN while no video is open. */
  readonly duration: number;
  readonly volume: number;
  readonly muted: boolean;
  readonly playbackRate: number;
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly buffered: readonly MediaRange[];
  /** Empty while a CM plays. */
  readonly seekable: readonly MediaRange[];
  readonly played: readonly MediaRange[];
  /** `code` as in MediaError. */
  readonly error: { readonly code: number; readonly message: string } | undefined;
  readonly textTracks: readonly TrackState[];
  readonly cm: CmState | undefined;
}

export const NO_MEDIA: MediaState = {
  readyState: 0,
  networkState: 0,
  paused: true,
  ended: false,
  seeking: false,
  currentTime: 0,
  duration: Number.NaN,
  volume: 1,
  muted: false,
  playbackRate: 1,
  videoWidth: 0,
  videoHeight: 0,
  buffered: [],
  seekable: [],
  played: [],
  error: undefined,
  textTracks: [],
  cm: undefined,
};

/** Slowest and fastest; a rate beyond them becomes the nearer one. */
export const RATE_RANGE = [0.5, 2] as const;

/** What the element asks of the frame. */
export type MediaCommand =
  | { readonly kind: "play" | "pause" | "stop" | "load" | "sponsor" }
  | { readonly kind: "seek" | "rate" | "volume"; readonly value: number }
  | { readonly kind: "muted"; readonly value: boolean }
  /** @param value place in `textTracks`, of captions; undefined: none is shown */
  | { readonly kind: "track"; readonly value: number | undefined };

/** To the frame. It answers each, by its number. */
export interface CommandMessage {
  readonly number: number;
  readonly command: MediaCommand;
}

/** To the element. */
export type FrameMessage =
  /** `answered`: the last command that the state is after. */
  | { readonly state: MediaState; readonly answered: number }
  /** What became of a `play`. */
  | { readonly reply: number; readonly error: { readonly name: string; readonly message: string } | undefined }
  /** Something was asked that a CM does not allow. */
  | { readonly refused: "cm" };

/** The frame's first word, to whatever page it is in; a page with the element answers with a port of the same name. */
export const HELLO = "cmix-player";
