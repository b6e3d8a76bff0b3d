/** What the menu of sounds calls them. */
import { languageName } from "../../../../codec/page.ts";
import type { SoundFacts } from "../../player/protocol/play-api.ts";
import type { Translate } from "../../shared/i18n/text.tsx";

/** Each by its language, or by its number where the file names none; alike ones told apart by what else they are. */
export function soundNames(sounds: readonly SoundFacts[], pageLanguage: string, t: Translate): string[] {
  const plain = sounds.map(({ language }, number) =>
    language === undefined ? t("watch.sound.number", { number: number + 1 }) : nameOf(language, pageLanguage),
  );
  return sounds.map(({ codec, channels }, number) => {
    const name = plain[number] as string;
    if (plain.filter((other) => other === name).length < 2) return name;
    return `${number + 1}: ${name}, ${codecName(codec)}, ${CHANNELS[channels] ?? t("watch.sound.channels", { count: channels })}`;
  });
}

const CHANNELS: Readonly<Record<number, string>> = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };

const CODECS: readonly (readonly [RegExp, string])[] = [
  [/^mp4a/, "AAC"],
  [/^mp([123])$/, "MP$1"],
  [/^ac-(\d)$/, "AC-$1"],
  [/^ec-3$/, "E-AC-3"],
  [/dts/i, "DTS"],
  [/truehd|mlpa/i, "TrueHD"],
  [/^(lpcm|a_pcm|s16|sowt|twos|in24)/i, "LPCM"],
  [/^opus$/, "Opus"],
  [/^vorbis$/, "Vorbis"],
  [/^flac$/i, "FLAC"],
  [/^alac$/, "ALAC"],
];

/** As its makers write it; the name in the file where that is not known. */
export function codecName(codec: string): string {
  const known = CODECS.find(([pattern]) => pattern.test(codec));
  const match = known?.[0].exec(codec);
  return known === undefined || match === undefined || match === null ? codec : known[1].replace("$1", match[1] ?? "");
}

/** In the page's language; as the file writes it, where that names none. */
function nameOf(language: string, pageLanguage: string): string {
  try {
    return languageName(language, pageLanguage);
  } catch {
    return language;
  }
}
