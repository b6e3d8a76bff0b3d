import type { ReactNode } from "react";
import { useText } from "../i18n/text.tsx";

/** What went wrong in one line, what to do in another, and the way to do it. */
export function ErrorNotice({
  message,
  help,
  onRetry,
  children,
}: {
  message: string;
  help?: string | undefined;
  onRetry?: (() => void) | undefined;
  /** Another way out. */
  children?: ReactNode;
}): ReactNode {
  const { t } = useText();
  return (
    <div className="notice notice-error" role="alert">
      <p className="notice-title">{help ?? message}</p>
      {help !== undefined && <p className="quiet">{message}</p>}
      {onRetry !== undefined && (
        <button type="button" className="button" data-takes-focus onClick={onRetry}>
          {t("error.again")}
        </button>
      )}
      {children}
    </div>
  );
}

/** Something worth knowing that stops nothing. */
export function Hint({ children, warning = false }: { children: ReactNode; warning?: boolean }): ReactNode {
  return (
    <p className={warning ? "notice notice-warning" : "notice"} role="status">
      {children}
    </p>
  );
}

/** @param share 0 to 1; undefined while nothing is known */
export function ProgressBar({ share, label }: { share: number | undefined; label: string }): ReactNode {
  const percent = share === undefined ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <progress
      className="progress"
      aria-label={label}
      max={100}
      {...(percent === undefined ? {} : { value: percent })}
    />
  );
}
