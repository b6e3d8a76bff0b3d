import { type ReactNode, useSyncExternalStore } from "react";
import type { Player } from "../../player/page/player.ts";
import type { SoundFacts } from "../../player/protocol/play-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { MenuControl } from "./menu-control.tsx";
import { codecName, soundNames } from "./sound-names.ts";

/** The video's sounds, where there are several; those that cannot be heard here are named all the same. */
export function SoundControl({ player }: { player: Player }): ReactNode {
  const { t, language } = useText();
  const { sounds, chosen } = useSyncExternalStore(player.sounds.subscribe, player.sounds.snapshot);
  if (sounds.length < 2) return null;
  const names = soundNames(sounds, language, t);
  const entryOf = ({ id, codec, playable }: SoundFacts, number: number, take: (act: () => void) => () => void) => (
    <button
      key={id}
      type="button"
      role="menuitemradio"
      aria-checked={chosen === id}
      aria-disabled={!playable || undefined}
      dir="auto"
      onClick={playable ? take(() => void player.sounds.choose(id)) : undefined}
    >
      {playable ? names[number] : t("watch.sound.cannot", { label: `${names[number]}, ${codecName(codec)}` })}
    </button>
  );
  return (
    <>
      <MenuControl
        icon="sounds"
        label={t("watch.sound")}
        entries={(take) => sounds.map((sound, number) => entryOf(sound, number, take))}
      />
      <span className="visually-hidden" role="status">
        {t("watch.sound.is", { label: names[sounds.findIndex(({ id }) => id === chosen)] ?? "–" })}
      </span>
    </>
  );
}
