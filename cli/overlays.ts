/** What `cmix divide` lays over hidden areas: a picture out of a file, or words. */
import { openFile } from "../codec/hosts/node/index.ts";
import { InputError, laidTreatments, type OverlayPicture, type Overlays, type RestrictedPart } from "../codec/index.ts";
import type { Values } from "./options.ts";
import { note } from "./output.ts";
import { isStill, readStill } from "./stills.ts";
import { UsageError } from "./usage-error.ts";

/** More is of no use in a part of a picture. */
const PICTURE_WITHIN = { width: 1280, height: 1280 };
const WORDS_MAX_CHARACTERS = 200;
const FONT_PIXELS = 48;
const LINE_PIXELS = 60;
/** Lines are so long that they come to about twice as wide as high; short words stay in one. */
const LINE_LEAST = 12;
const lineLength = (characters: number): number => Math.max(LINE_LEAST, Math.ceil(Math.sqrt(4.4 * characters)));

/**
 * Draws what `--restrict-picture` and `--restrict-text` name.
 *
 * @throws {@link UsageError} there are no words, or too many
 * @throws {@link InputError} the file is no PNG or JPEG, or damaged; no font here has the words
 */
export async function openOverlays(values: Values): Promise<Overlays> {
  const { "restrict-picture": path, "restrict-text": words } = values;
  return {
    ...(typeof path === "string" ? { picture: await pictureOf(path) } : {}),
    ...(typeof words === "string" ? { text: await drawWords(words) } : {}),
  };
}

/** @throws {@link UsageError} parts are to be covered by what was not given */
export function mustCover(parts: readonly RestrictedPart[], overlays: Overlays): void {
  const needed = laidTreatments(parts);
  const given = { picture: "--restrict-picture FILE", text: '--restrict-text "WORDS"' };
  for (const treatment of needed)
    if (overlays[treatment] === undefined)
      throw new UsageError(
        `parts are to be covered by a ${treatment}: give it by ${given[treatment]}, or cover all by --restrict black`,
      );
  for (const treatment of Object.keys(overlays) as (keyof Overlays)[])
    if (!needed.includes(treatment))
      note(`no part is covered by a ${treatment}: --restrict ${treatment} covers all of them by it`);
}

async function pictureOf(path: string): Promise<OverlayPicture> {
  const file = await openFile(path);
  const isPicture = await isStill(file).finally(() => file.close());
  if (!isPicture) throw new InputError(`${path}: a PNG or a JPEG expected`, { offsetBytes: 0 });
  return readStill(path, PICTURE_WITHIN);
}

/** Words in white, as small a picture as holds them. */
async function drawWords(told: string): Promise<OverlayPicture> {
  const words = told.replace(/[\p{Cc}\p{Cs}\s]+/gu, " ").trim();
  if (words === "" || words.length > WORDS_MAX_CHARACTERS)
    throw new UsageError(`--restrict-text: 1 to ${WORDS_MAX_CHARACTERS} characters expected, not ${words.length}`);
  const lines = folded(words);
  const width = Math.max(...lines.map((line) => lengthOf(line) + 2)) * FONT_PIXELS;
  const height = (lines.length + 1) * LINE_PIXELS;
  const texts = lines.map((line, i) => `<text x="${width / 2}" y="${(i + 1) * LINE_PIXELS}">${escaped(line)}</text>`);
  const style = `font-family="sans-serif" font-weight="bold" font-size="${FONT_PIXELS}" text-anchor="middle" fill="#fff"`;
  const size = `width="${width}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}><g ${style}>${texts.join("")}</g></svg>`;
  const { default: sharp } = await import("sharp");
  const drawn = sharp(Buffer.from(svg))
    .trim({ margin: FONT_PIXELS / 4 })
    .ensureAlpha();
  const { data, info } = await drawn.raw().toBuffer({ resolveWithObject: true });
  const rgba = new Uint8Array(data);
  if (rgba.every((value, i) => i % 4 !== 3 || value === 0))
    throw new InputError("--restrict-text: no font of this machine draws it: install one, or give a picture of it");
  return { width: info.width, height: info.height, rgba };
}

/** Chinese and Japanese characters take the room of two others. */
const lengthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) >= 0x2e80 ? 2 : 1), 0);

/** Lines of words; a word that is longer than a line is broken, as there may be no spaces. */
function folded(words: string): string[] {
  const most = lineLength(lengthOf(words));
  const pieces = words.split(" ").flatMap((word) => {
    const broken: string[] = [""];
    for (const { segment } of new Intl.Segmenter().segment(word)) {
      const last = broken.at(-1) as string;
      if (last !== "" && lengthOf(last + segment) > most) broken.push(segment);
      else broken[broken.length - 1] = last + segment;
    }
    return broken;
  });
  const lines: string[] = [];
  for (const piece of pieces) {
    const joined = `${lines.at(-1) ?? ""} ${piece}`;
    if (lines.length > 0 && lengthOf(joined) <= most) lines[lines.length - 1] = joined;
    else lines.push(piece);
  }
  return lines;
}

const escaped = (text: string): string => text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
