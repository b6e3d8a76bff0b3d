import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

interface ControlProps {
  icon: IconName;
  label: string;
  /** More than the name, for who points at it. */
  hint?: string | undefined;
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
  const { icon, label, hint, isOff = false, onOff, isEntry, isPressed, onClick } = props;
  return (
    <button
      type="button"
      className="control"
      aria-disabled={isOff || undefined}
      aria-label={label}
      aria-pressed={isPressed}
      data-entry={isEntry}
      title={hint ?? label}
      onClick={isOff ? onOff : onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
