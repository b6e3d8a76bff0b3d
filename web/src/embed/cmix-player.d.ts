/**
 * The element that the package's `cmix/player` and a service's `/embed.js` define: `<cmix-player main="ID" service="https://…">`.
 * Importing it defines the element; it needs a page, and shows a frame of the service, whose player plays in it.
 *
 * It has HTMLMediaElement's interface, so a page can give it controls of its own, such as media-chrome's
 * (`<media-controller><cmix-player slot="media" …>`); the frame then shows none. What differs: a commercial (CM) plays before the video and
 * behind it. While it does, `cm` and the attribute of that name are set, `seekable` is empty, `playbackRate` is 1, and seeks and
 * rates are refused.
 *
 * Events: those of HTMLMediaElement, and `cmchange` (a CM begins or ends), `cmtimeupdate`, `cmrefused` (something was asked that a CM
 * does not allow).
 */
export interface CmixPlayer extends HTMLElement {
  /** Attribute `main`: the id of a video in the service's library, 32 hexadecimal digits. */
  main: string;
  /** Attribute `service`: its origin; where it is left out, that of the script or page. */
  service: string;
  /** The main's address. Set to another, `main` and `service` follow. */
  src: string;
  readonly currentSrc: string;
  /** Attribute `poster`: shown before a play where the page gives the controls. */
  poster: string;
  autoplay: boolean;
  /** Attribute `muted`. */
  defaultMuted: boolean;
  /** Whether the frame shows its own: not with the attribute `nocontrols`, nor with `slot="media"`. */
  controls: boolean;
  /** Seconds. Set in a CM, it stays as it is. */
  currentTime: number;
  volume: number;
  muted: boolean;
  /** 0.5 to 2. Set in a CM, it stays as it is. */
  playbackRate: number;
  readonly defaultPlaybackRate: number;
  readonly preservesPitch: boolean;
  readonly preload: string;
  readonly loop: false;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly seeking: boolean;
  /** Seconds, without CMs; NaN before `loadedmetadata`. */
  readonly duration: number;
  readonly readyState: number;
  readonly networkState: number;
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly buffered: TimeRanges;
  /** Empty in a CM, and before a play. */
  readonly seekable: TimeRanges;
  readonly played: TimeRanges;
  readonly error: { readonly code: number; readonly message: string } | null;
  /** Captions, which the frame draws, and chapters. Events `addtrack`, `removetrack`, `change`. */
  readonly textTracks: EventTarget & Iterable<CmixPlayerTrack> & { readonly length: number };
  /** The commercial on screen; null else. */
  readonly cm: CmixPlayerCm | null;
  /** Asks for a play, or goes on after a pause. Resolves when CM or video plays. @throws AbortError, NotSupportedError, NetworkError */
  play(): Promise<void>;
  /** A CM is not paused. */
  pause(): void;
  /** Ends the video, behind which the last CM comes; in a CM it ends the play, and that CM comes first next time. */
  stop(): void;
  load(): void;
  fastSeek(seconds: number): void;
  canPlayType(type: string): CanPlayTypeResult;
  /** Opens the sponsor's page of the CM on screen in a tab of its own, and has it counted. To be called in a click's handler. */
  visitSponsor(): void;
}

export interface CmixPlayerCm {
  readonly number: number;
  readonly title: string;
  readonly sponsor: string;
  readonly link: string;
  /** Seconds. */
  readonly currentTime: number;
  readonly duration: number;
}

export interface CmixPlayerTrack extends EventTarget {
  readonly kind: "captions" | "chapters";
  readonly id: string;
  readonly label: string;
  readonly language: string;
  mode: TextTrackMode;
  /** Of chapters; null for captions. Event `cuechange`. */
  readonly cues: TextTrackCueList | null;
  readonly activeCues: TextTrackCueList | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "cmix-player": CmixPlayer;
  }
}
