/** Which of the present video's sounds is heard: the viewer's language, where there is one, which this browser remembers. */
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";
import { Store } from "../../shared/store.ts";
import type { SoundFacts } from "../protocol/play-api.ts";

export interface SoundState {
  sounds: readonly SoundFacts[];
  /** Id of the one that is heard; undefined where none can be. */
  chosen: number | undefined;
}

const KEY = "cmix-sound";

export class SoundStore extends Store<SoundState> {
  constructor() {
    super({ sounds: [], chosen: undefined });
  }

  /** Another video is shown. */
  setVideo(sounds: readonly SoundFacts[]): void {
    this.set({ sounds, chosen: usualSound(sounds)?.id });
  }

  /** The viewer's choice. @param id of a sound that can be heard */
  choose(id: number): void {
    const { sounds } = this.current;
    const language = sounds.find((sound) => sound.id === id)?.language;
    if (language !== undefined) keepValues(KEY, { language });
    this.set({ sounds, chosen: id });
  }
}

/** The first that can be heard in the language that was chosen last, else the first that can be heard. */
export function usualSound(sounds: readonly SoundFacts[]): SoundFacts | undefined {
  const { language } = keptValues(KEY);
  const heard = sounds.filter(({ playable }) => playable);
  const isWanted = (sound: SoundFacts) =>
    typeof language === "string" && sound.language !== undefined && primary(sound.language) === primary(language);
  return heard.find(isWanted) ?? heard[0];
}

/** `eng`, `en` and `en-GB` are one language. */
function primary(language: string): string {
  try {
    return new Intl.Locale(language).language;
  } catch {
    return language.toLowerCase();
  }
}
