import { type ReactNode, useSyncExternalStore } from "react";
import { type CaptionOffer, type CaptionsStore, listedPlaces } from "../../player/page/captions/captions-store.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { type Translate, useText } from "../../shared/i18n/text.tsx";
import { CAPTION_COLOURS, CAPTION_SIZES, type CaptionLook, captionLook, changeCaptionLook } from "./caption-look.ts";
import { Control } from "./control.tsx";
import { MenuControl } from "./menu-control.tsx";

interface CaptionsControlProps {
  captions: CaptionsStore;
  /** Where the viewer may open a file. */
  onOpenFile?: (() => void) | undefined;
}

/** Opens a file while a video has no captions; else off, each of them, and a file. */
export function CaptionsControl({ captions, onOpenFile }: CaptionsControlProps): ReactNode {
  const { t } = useText();
  const { offers, chosen } = useSyncExternalStore(captions.subscribe, captions.snapshot);
  const offer = chosen === undefined ? undefined : offers[chosen];
  if (offers.length > 0)
    return (
      <>
        <CaptionsChoice captions={captions} onOpenFile={onOpenFile} />
        <span className="visually-hidden" role="status">
          {offer === undefined ? t("watch.captions.isOff") : t("watch.captions.isOn", { label: nameOf(offer, t) })}
        </span>
      </>
    );
  return onOpenFile && <Control icon="captions" label={t("watch.captions.open")} onClick={onOpenFile} />;
}

function CaptionsChoice({ captions, onOpenFile }: CaptionsControlProps): ReactNode {
  const { t, language } = useText();
  const look = useSyncExternalStore(captionLook.subscribe, captionLook.snapshot);
  const { offers, chosen } = useSyncExternalStore(captions.subscribe, captions.snapshot);
  const entryOf = (wanted: number, take: (act: () => void) => () => void) => {
    const offer = offers[wanted];
    return (
      offer !== undefined && (
        <button
          key={wanted}
          type="button"
          role="menuitemradio"
          aria-checked={chosen === wanted}
          lang={"language" in offer ? offer.language : undefined}
          dir="auto"
          onClick={take(() => captions.choose(wanted))}
        >
          {nameOf(offer, t)}
        </button>
      )
    );
  };
  const lookEntries = <Name extends keyof CaptionLook>(
    name: Name,
    values: Record<CaptionLook[Name], unknown>,
    take: (act: () => void) => () => void,
  ) => (
    // biome-ignore lint/a11y/useSemanticElements: a group of a menu's entries
    <div role="group" aria-label={t(`watch.captions.${name}`)}>
      {(Object.keys(values) as CaptionLook[Name][]).map((value) => (
        <button
          key={value}
          type="button"
          role="menuitemradio"
          aria-checked={look[name] === value}
          onClick={take(() => changeCaptionLook({ [name]: value }))}
        >
          {t(`watch.captions.${value}` as TextKey)}
        </button>
      ))}
    </div>
  );
  return (
    <MenuControl
      icon="captions"
      label={t("watch.captions")}
      isOn={chosen !== undefined}
      entries={(take) => (
        <>
          <button
            type="button"
            role="menuitemradio"
            aria-checked={chosen === undefined}
            onClick={take(() => captions.choose(undefined))}
          >
            {t("watch.captions.off")}
          </button>
          {listedPlaces(offers, language).map((wanted) => entryOf(wanted, take))}
          {lookEntries("size", CAPTION_SIZES, take)}
          {lookEntries("colour", CAPTION_COLOURS, take)}
          {onOpenFile !== undefined && (
            <button type="button" role="menuitem" onClick={take(onOpenFile)}>
              {t("watch.captions.file")}
            </button>
          )}
        </>
      )}
    />
  );
}

const nameOf = (offer: CaptionOffer, t: Translate): string =>
  "language" in offer && offer.kind === "captions" ? t("watch.captions.cc", { label: offer.label }) : offer.label;
