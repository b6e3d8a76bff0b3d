/** What the page and divide.worker.ts say to each other. */

import type { MainHeader, ProtectionName } from "../../../../codec/index.ts";
import type { CaptionTrack, DrawnMark, RestrictedPart } from "../../../../codec/page.ts";
import type { StudioMethod } from "./studio-methods.ts";

/** Folder of all divisions in the OPFS; one folder a job in it. */
export const DIVISIONS_FOLDER = "cmix-divisions";

/** A method that may divide a file. */
export interface MethodOffer {
  method: StudioMethod;
  /** Why it does not take the file; undefined where it does. */
  refusal: string | undefined;
  /** The same as a code, for the page's own words; absent where there is none. */
  reason?: string | undefined;
}

export interface SourceFacts {
  /** Container, as its makers call it: `MP4`, `QuickTime File Format`, `WebM`. */
  container: string;
  bytes: number;
  /** Of what is there. */
  durationSeconds: number;
  /** What a cut file tells of its length; absent where the file is whole, as far as its container says. */
  toldSeconds?: number;
  video: {
    codec: string;
    /** As coded. */
    width: number;
    height: number;
    /** As shown: upright, in square pixels. */
    shownWidth: number;
    shownHeight: number;
    /** Pictures as a rule a second; a picture may be two fields. 0 where neither the file nor its pictures tell. */
    framesPerSecond: number;
    /** False where the pictures keep no even rhythm; they keep their own times. */
    isConstantRate: boolean;
    rotation: 0 | 90 | 180 | 270;
    mirrored: boolean;
    estimatedPictures: number;
  };
  sound: { codec: string; sampleRate: number; channels: number; playable: boolean } | undefined;
  /** The source has sound, and none that can go along with pictures that are coded anew. */
  hasUnknownSound: boolean;
  /** Kept as it is, its sound goes along, but the player does not play it. */
  hasUnplayedSound: boolean;
  /** This browser decodes the pictures as they are coded: the first was tried. */
  isDecodable: boolean;
  /** This browser has a decoder, but the first picture is missing or damaged. */
  lacksPicture?: boolean;
  /** The container packed or encrypted its pictures once more, which the player does not undo. */
  isPacked: boolean;
  /** The rate of pictures at which coding anew stays below the source, and whether they suffer by it; absent where it is refused. */
  belowSource?: { kilobits: number; isCoarse: boolean };
  /** The one that would keep the file as it is first. At least one takes the file. */
  offers: readonly MethodOffer[];
  /** A small picture of it, where one can be made. */
  poster?: NonNullable<MainHeader["poster"]>;
  /** Those inside it that can be read, and what there is to say of others; absent where there are none. */
  captions?: { tracks: CaptionTrack[]; leftOut: string[] };
}

/** A picture that may become the poster. */
export interface StripPicture {
  seconds: number;
  poster: NonNullable<MainHeader["poster"]>;
}

/** A part of a video, in seconds of its presentation. */
export interface TrimSeconds {
  fromSeconds: number;
  /** Absent: to the end. */
  toSeconds?: number | undefined;
}

/** How much of a video a part of it is, 0 to 1. */
export const trimmedShare = (trim: TrimSeconds | undefined, durationSeconds: number): number =>
  trim === undefined || durationSeconds <= 0
    ? 1
    : Math.max(0, Math.min(trim.toSeconds ?? durationSeconds, durationSeconds) - trim.fromSeconds) / durationSeconds;

/** What a service knows of marks. @throws DeliveryError where it cannot be asked: then nothing is decided */
export interface MarkSource {
  /** The public key of this id; undefined where nobody registered it, or it was revoked. */
  key(keyId: string): Promise<Uint8Array | undefined>;
  /** A signed record; undefined where there is none, or it was revoked. */
  record(recordId: string): Promise<Uint8Array | undefined>;
}

/** What marks in a video say. */
export interface FoundMarks {
  parts: RestrictedPart[];
  /** Marks that count. */
  marks: number;
  /** Texts of marks that do not, each once. */
  ignored: string[];
}

/** What the library shows of a video in the clear (Cmix patent [0066]). */
export interface Thumbnails {
  /** A picture, in the main's header. */
  poster: boolean;
  /** A short video without sound, beside the main. */
  teaser: boolean;
  /** Where both are taken; 0: the teaser from the beginning, the picture where the video is not black any more. */
  startSeconds: number;
  /** Where the picture is taken, if elsewhere. */
  pictureSeconds?: number;
}

/** MP4 or WebM. Bytes and no Blob: not every browser keeps a Blob in IndexedDB. */
export interface Teaser {
  type: string;
  data: Uint8Array<ArrayBuffer>;
}

/** What covers the parts whose treatment says so. Bytes and no Blob, as of a teaser. */
export interface Covers {
  /** A picture's file. */
  picture?: Uint8Array<ArrayBuffer>;
  text?: string;
}

export interface DivideSettings {
  method: StudioMethod;
  title: string;
  copyright: string;
  /** As the library sorts by it; empty for none. */
  genre?: string;
  /** The youngest age in years that may watch it; 0 for everyone. */
  ageLimit?: number;
  /** The part that is divided; absent: all of it. Exact where pictures are coded anew, else between key pictures. */
  trim?: TrimSeconds;
  /** In times of the whole video, whatever is cut off. */
  restrictions?: RestrictedPart[];
  /** Absent where no part needs any. */
  covers?: Covers;
  /** Of these, nothing is kept but what everybody sees. */
  withoutOriginal?: boolean;
  /** Drawn into the picture, in the same times. */
  marks?: DrawnMark[];
  /** Where pictures are coded anew. */
  quality: number;
  /** Where pictures are coded anew: aims at this rate of pictures instead of `quality`, in kbit/s. */
  bitrateKbits?: number;
  /** Where pictures are coded anew. */
  bitplane: "gray" | "binary";
  protection: ProtectionName;
  service: string;
  player: string;
  mainName: string;
  slaveName: string;
  thumbnails: Thumbnails;
  /** In the order in which they are offered. */
  captions?: CaptionTrack[];
  /** Made before the division begins: whoever goes on with it needs the same bytes. */
  poster?: NonNullable<MainHeader["poster"]>;
}

/** Where a division's output is, or goes. */
export interface DivisionPlace {
  /** Names the folder of the browser's own file system that the output is in. */
  id: string;
  /** Where the main goes, if not into that folder. */
  target?: FileSystemFileHandle | undefined;
}

/** `reading` the file's index, `dividing` it, `finishing` the two files, making the `teaser`. */
export type DivisionStage = "reading" | "dividing" | "finishing" | "teaser";

export interface DivisionStep {
  stage: DivisionStage;
  pictures: number;
  bytes: number;
  /** 0 to 1. */
  share: number;
}

export interface DivisionOutput {
  method: StudioMethod;
  mainId: string;
  slaveId: string;
  main: Blob;
  slave: Blob;
  mainBytes: number;
  slaveBytes: number;
  /** Poster and captions, which are in the main file but not counted as parts of it. */
  extrasBytes: number;
  /** Undefined where none is wanted, or this browser cannot make one. */
  teaser: Teaser | undefined;
  segments: number;
  pictures: number;
  durationSeconds: number;
  /** Bytes of the main that were there from before an interruption. */
  keptBytes: number;
  /** Seconds of work, since then. */
  seconds: number;
}

export interface DivideWorkerApi {
  /** @throws InputError no video in it; UnsupportedError no method takes it */
  inspect(file: Blob): Promise<SourceFacts>;
  /** Another small picture of a file than that of `inspect`; undefined where none can be made. @throws as `inspect` */
  /** Pictures of it to choose the poster from; none where none can be made. */
  strip(file: Blob): Promise<StripPicture[]>;
  poster(file: Blob, startSeconds: number, restrictions?: readonly RestrictedPart[]): Promise<MainHeader["poster"]>;
  /**
   * What a part really is where the file is kept as it is: it begins and ends at key pictures.
   *
   * @throws UnsupportedError the file is not trimmed as it is
   */
  trimTaken(file: Blob, trim: TrimSeconds): Promise<TrimSeconds>;
  /**
   * Divides with the method of `settings`.
   *
   * @param goOn keeps the finished segments of the same division, interrupted before, where the method can; anything else is overwritten
   * @throws AbortError after `cancel`; then nothing is left
   */
  divide(
    place: DivisionPlace,
    goOn: boolean,
    file: Blob,
    settings: DivideSettings,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput>;
  /**
   * Looks at all pictures for marks.
   *
   * @param source   told of signed marks and of those that carry an id
   * @param unsigned whether marks count that no rights holder whom the source knows has signed
   * @param onShare  how much is done, 0 to 1
   * @throws AbortError after `cancel`; UnsupportedError its pictures do not decode here; DeliveryError as the source's
   */
  findMarks(file: Blob, source: MarkSource, unsigned: boolean, onShare: (share: number) => void): Promise<FoundMarks>;
  /** Names the program that cuts, by its content. */
  program(): Promise<string>;
  cancel(): Promise<void>;
}
