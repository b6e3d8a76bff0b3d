/** Parts that not everybody sees, as the command line tells of them. */
import { type OpenFile, openFile } from "../codec/hosts/node/index.ts";
import {
  PARTS_FILE_MAX_CHARACTERS,
  PICTURE_TREATMENTS,
  type RestrictedPart,
  readPartsFile,
  reverseOf,
  reverseParts,
} from "../codec/index.ts";
import { choice, type Values } from "./options.ts";
import { createProgress, note } from "./output.ts";
import { searchMarks } from "./search-marks.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What `--marks`, `--restrict` and `--reverse` ask for; none where no file is named.
 *
 * @param path of the video, in which `--marks auto` looks for marks
 * @throws {@link UsageError} they do not go together
 * @throws {@link InputError} the file of parts holds something else, or the video does not decode here
 */
export async function openParts(
  values: Values,
  path: string,
  video: OpenFile,
  signal: AbortSignal,
): Promise<RestrictedPart[]> {
  const { marks = "none", restrict, reverse } = values;
  if (marks === "none") {
    if (restrict !== undefined || reverse === true)
      throw new UsageError("--restrict and --reverse need --marks auto or --marks FILE.json, which tell the parts");
    return [];
  }
  const treatment = restrict === undefined ? undefined : choice(values, "restrict", PICTURE_TREATMENTS, "black");
  const hidden = { treatment: treatment ?? ("black" as const), sound: "mute" as const };
  const told =
    marks === "auto"
      ? await partsOfMarks(path, video, signal, reverse === true ? hidden : undefined)
      : await partsOfFile(String(marks), reverse === true ? hidden : undefined);
  const parts = told.map((part) => ({ ...part, treatment: treatment ?? part.treatment }));
  if (parts.some(({ treatment: own, areas }) => areas.length > 0 && (own === "picture" || own === "text")))
    note("areas with a picture or a text come out black: there is none to lay over them here");
  return parts;
}

/** How that is hidden which the reverse rule does not allow. */
type Hidden = Pick<RestrictedPart, "treatment" | "sound">;

async function partsOfFile(path: string, hidden: Hidden | undefined): Promise<RestrictedPart[]> {
  const file = await openFile(path);
  const bytes = await file.read(0, Math.min(file.size, 4 * PARTS_FILE_MAX_CHARACTERS)).finally(() => file.close());
  const told = readPartsFile(new TextDecoder().decode(bytes), path);
  return hidden === undefined ? told : reverseOf(told, { ...hidden, viewers: told[0]?.viewers ?? "premium" });
}

async function partsOfMarks(
  path: string,
  video: OpenFile,
  signal: AbortSignal,
  hidden: Hidden | undefined,
): Promise<RestrictedPart[]> {
  const progress = createProgress("looked at");
  try {
    const { judged, parts, endMicroseconds } = await searchMarks(path, video, signal, {
      onPicture: (pictures) => progress.show(pictures),
    });
    const found =
      hidden === undefined ? parts : reverseParts(judged, endMicroseconds, { ...hidden, viewers: "premium" });
    progress.end();
    note(`${judged.filter(({ state }) => state === "counts").length} marks found, ${found.length} parts hidden`);
    return found;
  } finally {
    progress.end();
  }
}
