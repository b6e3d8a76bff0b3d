import { type ReactNode, useSyncExternalStore } from "react";
import type { Player } from "../../player/page/player.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { MenuControl } from "./menu-control.tsx";

/** Whether an interlaced video's fields are shown apart. */
export function FieldsControl({ player }: { player: Player }): ReactNode {
  const { t } = useText();
  const { facts } = useSyncExternalStore(player.subscribe, player.snapshot);
  const isOn = useSyncExternalStore(player.fields.subscribe, player.fields.snapshot);
  if (facts?.video.hasFields !== true) return null;
  const entry = (value: boolean, take: (act: () => void) => () => void) => (
    <button
      key={String(value)}
      type="button"
      role="menuitemradio"
      aria-checked={isOn === value}
      onClick={take(() => player.fields.choose(value))}
    >
      {t(value ? "watch.fields.on" : "watch.fields.off")}
    </button>
  );
  return (
    <MenuControl
      icon="fields"
      label={t("watch.fields")}
      entries={(take) => [true, false].map((value) => entry(value, take))}
    />
  );
}
