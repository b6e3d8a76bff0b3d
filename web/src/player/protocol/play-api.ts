/** What the page and play.worker.ts say to each other. */

import type { MainHeader } from "../../../../codec/index.ts";
import type { CaptionLanguage } from "../../../../codec/page.ts";
import type { Loss } from "../../shared/net/connection.ts";
import type { ClockAnchor } from "./clock-anchor.ts";

export interface MainFacts {
  mainId: string;
  slaveId: string;
  slaveName: string;
  title: string;
  copyright: string;
  genre: string;
  ageLimit: number;
  /** Not everybody sees all of it. */
  hasHiddenParts: boolean;
  service: string;
  method: MainHeader["method"];
  protection: MainHeader["protection"];
  bytes: number;
  /** SHA-256 of its header, and of its segments' tags as its trailer says; hexadecimal. */
  headerHash: string;
  tagsHash: string | undefined;
  durationSeconds: number;
  poster: Blob | undefined;
  /** Those that the main has. */
  captions: CaptionLanguage[];
  /** In their order; each begins within the video. */
  chapters: ChapterFacts[];
  video: {
    width: number;
    height: number;
    rotation: 0 | 90 | 180 | 270;
    mirrored: boolean;
    pixelAspect: [number, number];
    framesPerSecond: number;
    /** Its frames may be of two fields of different moments. */
    hasFields: boolean;
  };
  /** In the file's order. */
  sounds: SoundFacts[];
}

/** A part of the video with a name. */
export interface ChapterFacts {
  startSeconds: number;
  /** Of the next one, or of the video. */
  endSeconds: number;
  title: string;
}

/** One of a main's sounds. */
export interface SoundFacts {
  id: number;
  /** By RFC 6381, or as its container names it. */
  codec: string;
  channels: number;
  sampleRate: number;
  /** BCP 47 or ISO 639-2; undefined where the source does not tell. */
  language: string | undefined;
  /** Whether it is decoded here. */
  playable: boolean;
}

/** `auto` takes WebGL2 where it is no emulation: without a GPU that is slower than painting pixels. */
export type Display = "auto" | "webgl2" | "2d";

/** What a canvas is painted by. */
export type UsedDisplay = Exclude<Display, "auto">;

/** What names a play towards the service; ids hexadecimal. */
export interface PlayTicket {
  playId: string;
  slaveId: string;
  segments: number;
  cmId: string;
  cmSha256: string;
  /** For units from the start on. */
  firstTicket: string | undefined;
}

/** Decoded sound, one array a channel. */
export interface SoundPiece {
  timeSeconds: number;
  sampleRate: number;
  channels: Float32Array<ArrayBuffer>[];
}

/** What a play tells the page. `run` counts starts and seeks; the page drops what belongs to an earlier one. */
export interface PlaybackEvents {
  /** A picture is on screen. */
  onPicture(run: number, timeSeconds: number): void;
  onSound(run: number, piece: SoundPiece): void;
  onReady(run: number): void;
  onStarved(run: number): void;
  onEnded(run: number): void;
  onError(run: number, error: unknown): void;
}

/** Media seconds, from and to. */
export type LoadedRange = readonly [startSeconds: number, endSeconds: number];

export interface PlayEvents extends Omit<PlaybackEvents, "onPicture"> {
  /** Now and then, what is on screen. @param shownPictures so far */
  onPicture(run: number, timeSeconds: number, shownPictures: number): void;
  /** The service allows no more units for now. */
  onHeldBack(seconds: number): void;
  /** Of which of the video the slave is here. */
  onLoaded(ranges: readonly LoadedRange[]): void;
}

export interface PlayWorkerApi {
  /** Tells from now on whether the service can be reached. */
  watchConnection(onChange: (loss: Loss | undefined) => void): Promise<void>;
  /** Asks at once what waits for its next try. */
  tryNow(): Promise<void>;
  /** Reads header and index of a main file: from a file, or from an address by ranges. @param key names it from now on */
  open(key: number, source: Blob | string): Promise<MainFacts>;
  /**
   * One of a main's captions, as WebVTT.
   *
   * @param number place in `MainFacts.captions`
   * @throws AbortError all reads of mains were stopped meanwhile; FormatError, InputError they are damaged, or too much for a page
   */
  captions(key: number, number: number): Promise<string>;
  /**
   * Which of a main's sounds is played, from the next start on; before that, its first playable one. What is played meanwhile ends.
   *
   * @param id of one of `MainFacts.sounds`; undefined: none
   */
  chooseSound(key: number, id: number | undefined): Promise<void>;
  /** Whether fields of different moments are shown apart (default), or frames as they are; from the next picture on. */
  setDeinterlacing(isOn: boolean): Promise<void>;
  forget(key: number): Promise<void>;
  /** Hands the visible canvas over for one of the opened mains, which is the one to be played from now on; tells how it is painted. */
  attachScreen(key: number, canvas: OffscreenCanvas, display: Display): Promise<UsedDisplay>;
  /** How large the canvas is seen, in pixels of the device. */
  setScreenSize(width: number, height: number): Promise<void>;
  /** Starts fetching the units of that main for the play, which stay encrypted. */
  prepare(ticket: PlayTicket, cm: Blob, events: PlayEvents): Promise<void>;
  /** From here on units can be opened. @param secret the play's, hexadecimal */
  release(secret: string): Promise<void>;
  /** Starts at `seconds`, or goes there; `run` counts these calls. */
  start(run: number, seconds: number): Promise<void>;
  /** A small picture of what was shown around a time of the present main, else of the slave's storyboard, for the seek bar. */
  thumbnail(seconds: number): Promise<Blob | undefined>;
  setClock(anchor: ClockAnchor): Promise<void>;
  /** Ends the play: nothing is fetched or decoded any more. */
  stop(): Promise<void>;
}
