/** What routes take and give of conditions on viewers and dates: those of CMs, and of entries around videos. */
import { z } from "@hono/zod-openapi";
import { date, words } from "../http/schemas.ts";

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
