/** Which of the present video's sounds is heard: the viewer's language, where there is one, which this browser remembers. */
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";
import { Store } from "../../shared/store.ts";
import type { MainFacts, SoundFacts } from "../protocol/play-api.ts";

export interface SoundState {
  sounds: readonly SoundFacts[];
  /** Id of the one that is heard; undefined where none can be. */
  chosen: number | undefined;
}

const KEY = "cmix-sound";

export class SoundStore extends Store<SoundState> {
  /** Names the present video towards the worker. */
  private key: number | undefined;

  /**
   * @param tell tells the worker, which ends what is played
   * @param onChanged another sound is to be heard from here on
   */
  constructor(
    private readonly tell: (key: number, id: number | undefined) => Promise<void>,
    private readonly onChanged: () => void,
  ) {
    super({ sounds: [], chosen: undefined });
  }

  /** Another video is shown. */
  async setVideo(key: number, sounds: readonly SoundFacts[]): Promise<void> {
    this.key = key;
    this.set({ sounds, chosen: usualSound(sounds)?.id });
    await this.tell(key, this.current.chosen);
  }

  /** The viewer's choice, which the device remembers. @param id of a sound that can be heard */
  async choose(id: number): Promise<void> {
    const { key } = this;
    const { sounds, chosen } = this.current;
    if (key === undefined || id === chosen) return;
    const language = sounds.find((sound) => sound.id === id)?.language;
    if (language !== undefined) keepValues(KEY, { language });
    this.set({ sounds, chosen: id });
    await this.tell(key, id);
    if (key === this.key) this.onChanged();
  }

  /** Hertz of what is heard of a video; undefined where nothing is. */
  rateOf(facts: Pick<MainFacts, "sounds"> | undefined): number | undefined {
    const { sounds = [] } = facts ?? {};
    const isShown = sounds === this.current.sounds;
    const sound = isShown ? sounds.find(({ id }) => id === this.current.chosen) : usualSound(sounds);
    return sound?.sampleRate;
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
