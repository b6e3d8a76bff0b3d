/** Small pictures of a whole video for a player's seek bar, in the slave's header (FORMAT.md 3): released with the slave, and not before. */
import { z } from "zod";

/** Pictures in a storyboard. */
export const STORYBOARD_PICTURES_MAX = 100;
/** Bytes of its image. */
export const STORYBOARD_MAX_BYTES = 200_000;
/** Pixels on a side of one of its pictures. */
const SIDE_MAX = 640;

/** Pictures of one size, row by row in one image; each as it is coded, before it is turned, mirrored or stretched. */
export const storyboardFields = z
  .object({
    type: z.enum(["image/jpeg", "image/webp"]),
    data: z.custom<Uint8Array>(
      (value) => value instanceof Uint8Array && value.length > 0 && value.length <= STORYBOARD_MAX_BYTES,
      `expected 1 to ${STORYBOARD_MAX_BYTES} bytes`,
    ),
    /** Of one picture, pixels. */
    width: z.int().min(1).max(SIDE_MAX),
    height: z.int().min(1).max(SIDE_MAX),
    /** Pictures in a row. */
    columns: z.int().min(1).max(STORYBOARD_PICTURES_MAX),
    pictures: z.int().min(1).max(STORYBOARD_PICTURES_MAX),
    /** Picture n stands for the time from n steps on. */
    stepMicroseconds: z.int().min(1),
  })
  .refine(({ columns, pictures }) => columns <= pictures, "a row longer than all pictures");

/** @see storyboardFields */
export type Storyboard = z.infer<typeof storyboardFields>;

/** At least so far from one picture to the next. */
const STEP_SECONDS = 5;
/** Of the source's bytes. */
const SHARE_MOST = 0.002;

/** Where a video's storyboard has its pictures. @returns the step in seconds; `pictures` 0 where the video is too short for one */
export function storyboardPlan(durationSeconds: number): { stepSeconds: number; pictures: number } {
  const stepSeconds = Math.max(STEP_SECONDS, durationSeconds / STORYBOARD_PICTURES_MAX);
  const pictures = Math.min(STORYBOARD_PICTURES_MAX, Math.ceil(durationSeconds / stepSeconds - 1e-6));
  return { stepSeconds, pictures: pictures > 1 ? pictures : 0 };
}

/** Bytes that a storyboard of a source may take. */
export const storyboardBytes = (sourceBytes: number): number =>
  Math.min(STORYBOARD_MAX_BYTES, Math.floor(sourceBytes * SHARE_MOST));
