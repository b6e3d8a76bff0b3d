import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

interface ControlProps {
  icon: IconName;
  label: string;
  /** More than the name: shown to who points at it or comes to it by key. */
  hint?: string | undefined;
  /** A word beside the icon. */
  mark?: string | undefined;
  /** It can have the focus all the same, so that nobody's focus is lost when it goes off. */
  isOff?: boolean;
  /** Pressed while it is off. */
  onOff?: () => void;
  /** The way into the controls by key leads here. */
  isEntry?: boolean;
  /** Of a control that is on or off. */
  isPressed?: boolean | undefined;
  onClick(): void;
}

export function Control(props: ControlProps): ReactNode {
  const { icon, label, hint, mark, isOff = false, onOff, isEntry, isPressed, onClick } = props;
  return (
    <button
      type="button"
      className="control"
      aria-disabled={isOff || undefined}
      aria-label={label}
      aria-pressed={isPressed}
      data-entry={isEntry}
      data-name={icon}
      aria-description={hint}
      data-hint={hint}
      data-mark={mark}
      title={hint === undefined ? label : undefined}
      onClick={isOff ? onOff : onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
