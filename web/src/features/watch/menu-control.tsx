import { type FocusEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icons.tsx";

const LEAVING: ReadonlySet<string> = new Set(["Escape", "ArrowLeft", "ArrowRight"]);

interface MenuControlProps {
  icon: IconName;
  label: string;
  isOn?: boolean;
  /** The menu's entries. @param take wraps what one of them does, so that the menu closes */
  entries(take: (act: () => void) => () => void): ReactNode;
}

/** A button and its menu; focus-moves.ts moves within. */
export function MenuControl({ icon, label, isOn, entries }: MenuControlProps): ReactNode {
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
  return (
    <div ref={place}>
      <button
        ref={button}
        type="button"
        className="control"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        data-on={isOn}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name={icon} />
      </button>
      {isOpen && (
        <div
          id={id}
          className="menu"
          role="menu"
          tabIndex={-1}
          aria-label={label}
          onBlur={left}
          onKeyDown={({ key }) => {
            if (LEAVING.has(key)) setIsOpen(false); // focus-moves.ts gives the button the focus
          }}
        >
          {entries(take)}
        </div>
      )}
    </div>
  );
}
