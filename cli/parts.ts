/** Parts that not everybody sees, as the command line tells of them. */
import { openFile } from "../codec/hosts/node/index.ts";
import {
  PARTS_FILE_MAX_CHARACTERS,
  PICTURE_TREATMENTS,
  type RestrictedPart,
  readPartsFile,
  reverseOf,
} from "../codec/index.ts";
import { choice, type Values } from "./options.ts";
import { note } from "./output.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What `--marks`, `--restrict` and `--reverse` ask for; none where no file is named.
 *
 * @throws {@link UsageError} they do not go together
 * @throws {@link InputError} the file holds something else
 */
export async function openParts(values: Values): Promise<RestrictedPart[]> {
  const { marks = "none", restrict, reverse } = values;
  if (marks === "none") {
    if (restrict !== undefined || reverse === true)
      throw new UsageError("--restrict and --reverse need --marks FILE.json, which tells the parts");
    return [];
  }
  const path = String(marks);
  const treatment = restrict === undefined ? undefined : choice(values, "restrict", PICTURE_TREATMENTS, "black");
  const file = await openFile(path);
  const bytes = await file.read(0, Math.min(file.size, 4 * PARTS_FILE_MAX_CHARACTERS)).finally(() => file.close());
  const told = readPartsFile(new TextDecoder().decode(bytes), path);
  const parts =
    reverse === true
      ? reverseOf(told, { treatment: treatment ?? "black", sound: "mute", viewers: told[0]?.viewers ?? "premium" })
      : told.map((part) => ({ ...part, treatment: treatment ?? part.treatment }));
  if (parts.some(({ treatment: own, areas }) => areas.length > 0 && (own === "picture" || own === "text")))
    note("areas with a picture or a text come out black: there is none to lay over them here");
  return parts;
}
