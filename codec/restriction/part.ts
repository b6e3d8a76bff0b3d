/** Parts of a video that not everybody sees: what marks say, creators draw and divisions carry (restriction patent, claims 1-4). */

/** A place in the picture, in thousandths of its width and height from the top left corner. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What stands in the place of a hidden area (restriction patent, T06). */
export const PICTURE_TREATMENTS = ["black", "mosaic", "picture", "text"] as const;
/** One of {@link PICTURE_TREATMENTS}. */
export type PictureTreatment = (typeof PICTURE_TREATMENTS)[number];

/** What is heard while a part is hidden (restriction patent, T06, example 2). */
export const SOUND_TREATMENTS = ["keep", "mute", "voice", "tone"] as const;
/** One of {@link SOUND_TREATMENTS}. */
export type SoundTreatment = (typeof SOUND_TREATMENTS)[number];

/** Who sees a part as it is: members who paid, whoever is signed in, viewers of an age in years, or a group by its name. */
export type Viewers = "premium" | "signed-in" | `age:${number}` | `group:${string}`;

/** A span of time in which something is hidden from everybody but some viewers. */
export interface RestrictedPart {
  /** Of the first hidden picture. */
  startMicroseconds: number;
  /** Of the first picture that everybody sees again. */
  endMicroseconds: number;
  /** None where the sound alone is changed. */
  areas: Area[];
  treatment: PictureTreatment;
  sound: SoundTreatment;
  viewers: Viewers;
}
