import { type FocusEvent, type ReactNode, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { type CaptionOffer, type CaptionsStore, listedPlaces } from "../../player/page/captions/captions-store.ts";
import { type Translate, useText } from "../../shared/i18n/text.tsx";
import { Control } from "./control.tsx";
import { Icon } from "./icons.tsx";

const LEAVING: ReadonlySet<string> = new Set(["Escape", "ArrowLeft", "ArrowRight"]);

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

/** A button and its menu; focus-moves.ts moves within. */
function CaptionsChoice({ captions, onOpenFile }: CaptionsControlProps): ReactNode {
  const { t, language } = useText();
  const { offers, chosen } = useSyncExternalStore(captions.subscribe, captions.snapshot);
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    place.current?.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
    const close = ({ target }: PointerEvent) => {
      if (target instanceof Node && place.current?.contains(target) !== true) setIsOpen(false);
    };
    addEventListener("pointerdown", close);
    return () => removeEventListener("pointerdown", close);
  }, [isOpen]);

  // A browser that gives a button no focus when it is clicked tells of none that has it.
  const left = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget !== null && place.current?.contains(relatedTarget) !== true) setIsOpen(false);
  };
  const take = (act: () => void) => () => {
    button.current?.focus();
    setIsOpen(false);
    act();
  };
  const choose = (wanted: number | undefined) => take(() => captions.choose(wanted));
  return (
    <div ref={place}>
      <button
        ref={button}
        type="button"
        className="control"
        aria-label={t("watch.captions")}
        title={t("watch.captions")}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        data-on={chosen !== undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="captions" />
      </button>
      {isOpen && (
        <div
          id={id}
          className="menu"
          role="menu"
          tabIndex={-1}
          aria-label={t("watch.captions")}
          onBlur={left}
          onKeyDown={({ key }) => {
            if (LEAVING.has(key)) setIsOpen(false); // focus-moves.ts gives the button the focus
          }}
        >
          <button type="button" role="menuitemradio" aria-checked={chosen === undefined} onClick={choose(undefined)}>
            {t("watch.captions.off")}
          </button>
          {listedPlaces(offers, language).map((wanted) => {
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
                  onClick={choose(wanted)}
                >
                  {nameOf(offer, t)}
                </button>
              )
            );
          })}
          {onOpenFile !== undefined && (
            <button type="button" role="menuitem" onClick={take(onOpenFile)}>
              {t("watch.captions.file")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

const nameOf = (offer: CaptionOffer, t: Translate): string =>
  "language" in offer && offer.kind === "captions" ? t("watch.captions.cc", { label: offer.label }) : offer.label;
