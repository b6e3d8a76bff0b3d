/** Parts that not everybody sees, as the command line tells of them. */
import { type OpenFile, openFile } from "../codec/hosts/node/index.ts";
import {
  type Overlays,
  PARTS_FILE_MAX_CHARACTERS,
  type PartChoice,
  PICTURE_TREATMENTS,
  partsOfList,
  partsOfMarks,
  type RestrictedPart,
  readPartsFile,
} from "../codec/index.ts";
import { choice as oneOf, type Values } from "./options.ts";
import { createProgress, note } from "./output.ts";
import { mustCover, openOverlays } from "./overlays.ts";
import { searchMarks } from "./search-marks.ts";
import { UsageError } from "./usage-error.ts";

/** Options that say how parts are hidden. */
const NEEDY = ["restrict", "restrict-picture", "restrict-text", "reverse", "without-original"];

/**
 * What `--marks`, `--restrict` with its pictures and words, and `--reverse` ask for; none where no file is named.
 *
 * @param path of the video, in which `--marks auto` looks for marks
 * @throws {@link UsageError} they do not go together
 * @throws {@link InputError} the file of parts or the picture holds something else, or the video does not decode here
 */
export async function openParts(
  values: Values,
  path: string,
  video: OpenFile,
  signal: AbortSignal,
): Promise<{ parts: RestrictedPart[]; overlays: Overlays }> {
  const { marks = "none", restrict, reverse } = values;
  if (marks === "none") {
    const needy = NEEDY.find((name) => values[name] !== undefined && values[name] !== false);
    if (needy !== undefined)
      throw new UsageError(`--${needy} needs --marks auto or --marks FILE.json, which tell the parts`);
    return { parts: [], overlays: {} };
  }
  const overlays = await openOverlays(values);
  const choice: PartChoice = {
    treatment: restrict === undefined ? undefined : oneOf(values, "restrict", PICTURE_TREATMENTS, "black"),
    reverse: reverse === true,
  };
  const parts =
    marks === "auto"
      ? await foundParts(path, video, signal, choice)
      : partsOfList(await listedParts(String(marks)), choice);
  mustCover(parts, overlays);
  return { parts, overlays };
}

async function listedParts(path: string): Promise<RestrictedPart[]> {
  const file = await openFile(path);
  const bytes = await file.read(0, Math.min(file.size, 4 * PARTS_FILE_MAX_CHARACTERS)).finally(() => file.close());
  return readPartsFile(new TextDecoder().decode(bytes), path);
}

async function foundParts(
  path: string,
  video: OpenFile,
  signal: AbortSignal,
  choice: PartChoice,
): Promise<RestrictedPart[]> {
  const progress = createProgress("looked at");
  try {
    const { judged, endMicroseconds } = await searchMarks(path, video, signal, {
      onPicture: (pictures) => progress.show(pictures),
    });
    const found = partsOfMarks(judged, endMicroseconds, choice);
    progress.end();
    note(`${judged.filter(({ state }) => state === "counts").length} marks found, ${found.length} parts hidden`);
    return found;
  } finally {
    progress.end();
  }
}
