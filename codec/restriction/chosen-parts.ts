/** The parts of a video by what its maker chose: told in a list or by marks, seen or hidden, each treated alike. */
import { type JudgedMark, restrictedParts, reverseParts } from "./judge-marks.ts";
import type { PictureTreatment, RestrictedPart } from "./part.ts";
import { reverseOf } from "./reverse-parts.ts";

/** What is chosen for all parts of a video. */
export interface PartChoice {
  /** How all of them are hidden; each as it says itself where it is left out. */
  treatment?: PictureTreatment | undefined;
  /** The parts are seen, and all else is hidden from the viewers of the first of them, and muted (restriction patent, R6). */
  reverse?: boolean;
}

const hiddenBy = ({ treatment = "black" }: PartChoice) => ({ treatment, sound: "mute" as const });
const treated = (parts: readonly RestrictedPart[], { treatment }: PartChoice): RestrictedPart[] =>
  parts.map((part) => ({ ...part, treatment: treatment ?? part.treatment }));

/** The parts that a list of them comes to. */
export function partsOfList(told: readonly RestrictedPart[], choice: PartChoice): RestrictedPart[] {
  if (choice.reverse !== true) return treated(told, choice);
  return treated(reverseOf(told, { ...hiddenBy(choice), viewers: told[0]?.viewers ?? "premium" }), choice);
}

/**
 * The parts that the marks in a video come to.
 *
 * @param marks            those that count, others are left out
 * @param videoMicroseconds when the video ends
 */
export function partsOfMarks(
  marks: readonly JudgedMark[],
  videoMicroseconds: number,
  choice: PartChoice,
): RestrictedPart[] {
  const parts =
    choice.reverse === true
      ? reverseParts(marks, videoMicroseconds, { ...hiddenBy(choice), viewers: "premium" })
      : restrictedParts(marks, videoMicroseconds);
  return treated(parts, choice);
}
