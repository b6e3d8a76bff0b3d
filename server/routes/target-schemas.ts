/** What routes take and give of conditions on viewers and dates: those of CMs, of entries around videos, and of videos. */
import { z } from "@hono/zod-openapi";
import type { CmConditions } from "../cm/choose-cm.ts";
import { given } from "./schemas.ts";

export const words = z.array(z.string().trim().min(1).max(60)).max(50);
export const date = z.iso.datetime().nullable();
export const link = z
  .union([z.literal(""), z.url({ protocol: /^https$/ }).max(2000)])
  .openapi({ description: "Empty, or an https address" });
export const ageLimit = z.int().min(0).max(21).openapi({ description: "Goes with no video for younger viewers" });

const age = z.int().min(0).max(150).nullable();

/** Fields of a JSON object. */
export const targetConditions = {
  genres: words.openapi({ description: "Of the video; empty: any" }),
  genders: words,
  languages: words,
  ageMin: age,
  ageMax: age,
  from: date,
  until: date,
};

export const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));
export const dateOf = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

type ConditionsChange = { [K in keyof Omit<CmConditions, "fromAt" | "untilAt">]?: CmConditions[K] | undefined } & {
  from?: string | null | undefined;
  until?: string | null | undefined;
};

/** What is left out stays. */
export function changedConditions(before: CmConditions, { from, until, ...others }: ConditionsChange): CmConditions {
  return {
    ...before,
    ...given(others),
    ...(from !== undefined && { fromAt: timeOf(from) }),
    ...(until !== undefined && { untilAt: timeOf(until) }),
  };
}
