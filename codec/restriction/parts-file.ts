/**
 * A list of restricted parts as JSON, for people and programs to write:
 *
 *     {"version": 1, "parts": [{"startSeconds": 12.5, "endSeconds": 20, "areas": ["lower-third"], "treatment": "mosaic"}]}
 *
 * `areas` are names or {"x", "y", "width", "height"} in thousandths; what is left out is the whole picture, `black`, `keep`, `premium`.
 */
import { z } from "zod";
import { InputError } from "../errors.ts";
import { AREA_PRESETS, type AreaPreset, isArea, presetOf } from "./areas.ts";
import { PICTURE_TREATMENTS, type RestrictedPart, SOUND_TREATMENTS, type Viewers } from "./part.ts";
import { isViewers } from "./viewers.ts";

/** Parts that a file may list. */
export const PARTS_MAX = 10_000;
/** Areas of one part in a file. */
export const PART_AREAS_MAX = 64;
/** Of the JSON; checked before it is read. */
export const PARTS_FILE_MAX_CHARACTERS = 4 << 20;
/** A week: more than any video. */
const SECONDS_MAX = 7 * 24 * 3600;

const seconds = z.number().min(0).max(SECONDS_MAX);
const thousandths = z.int().min(0).max(1000);
const presets = Object.keys(AREA_PRESETS) as [AreaPreset, ...AreaPreset[]];
const area = z.union([
  z.enum(presets).transform((name) => ({ ...AREA_PRESETS[name].area })),
  z
    .strictObject({ x: thousandths, y: thousandths, width: thousandths, height: thousandths })
    .refine(isArea, "an area inside the picture expected"),
]);

const partFields = z
  .strictObject({
    startSeconds: seconds,
    endSeconds: seconds,
    areas: z.array(area).max(PART_AREAS_MAX).default([AREA_PRESETS.whole.area]),
    treatment: z.enum(PICTURE_TREATMENTS).default("black"),
    sound: z.enum(SOUND_TREATMENTS).default("keep"),
    viewers: z
      .string()
      .refine(isViewers, "premium, signed-in, age:YEARS or group:NAME expected")
      .default("premium") as unknown as z.ZodType<Viewers>,
  })
  .refine((part) => micro(part.endSeconds) > micro(part.startSeconds), {
    path: ["endSeconds"],
    message: "a time behind startSeconds expected",
  })
  .refine((part) => part.areas.length > 0 || part.sound !== "keep", {
    path: ["areas"],
    message: "an area, or a sound that is changed, expected",
  });

const file = z.strictObject({ version: z.literal(1), parts: z.array(partFields).max(PARTS_MAX) });

const micro = (count: number): number => Math.round(count * 1e6);

/**
 * Reads a list of parts; they are given in the order of their starts.
 *
 * @param name of the file, for errors
 * @throws {@link InputError} one line that names the place, such as `film.json: parts[2].areas[0].width: …`
 */
export function readPartsFile(text: string, name = "parts"): RestrictedPart[] {
  if (text.length > PARTS_FILE_MAX_CHARACTERS)
    throw new InputError(`${name}: ${text.length} characters, up to ${PARTS_FILE_MAX_CHARACTERS} expected`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${name}: no JSON: ${(cause as Error).message.replace(/\s+/g, " ")}`);
  }
  const result = file.safeParse(value);
  if (!result.success) throw new InputError(`${name}: ${placedIssue(result.error)}`);
  const parts = result.data.parts.map(({ startSeconds, endSeconds, ...rest }) => ({
    startMicroseconds: micro(startSeconds),
    endMicroseconds: micro(endSeconds),
    ...rest,
  }));
  return parts.sort((a, b) => a.startMicroseconds - b.startMicroseconds);
}

/** Of a union the choice that went furthest tells the most. */
function placedIssue({ issues: [issue] }: z.ZodError): string {
  let found = issue;
  const path = [...(issue?.path ?? [])];
  if (found?.code === "invalid_union" && found.errors.length > 0) {
    const inner = found.errors.map(([first]) => first).sort((a, b) => (b?.path.length ?? 0) - (a?.path.length ?? 0))[0];
    if (inner !== undefined) {
      path.push(...inner.path);
      found = inner;
    }
  }
  const place = path.reduce<string>(
    (whole, step) =>
      typeof step === "number" ? `${whole}[${step}]` : `${whole}${whole === "" ? "" : "."}${String(step)}`,
    "",
  );
  return `${place === "" ? "the whole" : place}: ${found?.message.replace(/\s+/g, " ") ?? "not understood"}`;
}

/** The JSON of a list of parts, a part a line. Reading it gives the same parts. */
export function writePartsFile(parts: readonly RestrictedPart[]): string {
  const lines = parts.map(({ startMicroseconds, endMicroseconds, areas, ...rest }) =>
    JSON.stringify({
      startSeconds: startMicroseconds / 1e6,
      endSeconds: endMicroseconds / 1e6,
      areas: areas.map((one) => presetOf(one) ?? one),
      ...rest,
    }),
  );
  return `{"version":1,"parts":[\n${lines.join(",\n")}\n]}\n`;
}
