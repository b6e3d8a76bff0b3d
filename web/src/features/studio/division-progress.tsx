import type { ReactNode } from "react";
import type { StudioMethod } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import { formatBytes, formatTime } from "../../shared/ui/text-format.ts";
import type { DivisionProgress } from "./use-division.ts";

interface DivisionProgressProps {
  progress: DivisionProgress;
  method: StudioMethod;
  totalPictures: number;
  totalBytes: number;
  isCancelling: boolean;
  /** The division stops when the page is closed, and can be gone on with. */
  canGoOn: boolean;
  onCancel: () => void;
}

export function DivisionProgressView({
  progress,
  method,
  totalPictures,
  totalBytes,
  isCancelling,
  canGoOn,
  onCancel,
}: DivisionProgressProps): ReactNode {
  const { t } = useText();
  const { pictures, bytes, share, rate, secondsLeft } = progress;
  const isCopied = method === "samples";
  const done = isCopied
    ? t("studio.bytes", { done: formatBytes(bytes), total: formatBytes(totalBytes) })
    : t("studio.frames", { done: pictures, total: Math.max(pictures, totalPictures) });
  const speed = (perSecond: number): string =>
    isCopied
      ? t("studio.byteRate", { rate: formatBytes(perSecond) })
      : t("studio.rate", { fps: perSecond.toFixed(perSecond < 10 ? 1 : 0) });
  return (
    <div className="dividing">
      <h2>{t("studio.dividing")}</h2>
      <p className="percent" aria-hidden="true">
        {Math.floor(share * 100)}
        <small> %</small>
      </p>
      <ProgressBar share={share} label={t("studio.progress")} />
      <p className="progress-line">
        <span>{share === 0 ? t("studio.starting") : done}</span>
        <span>
          {rate !== undefined && speed(rate)}
          {rate !== undefined && secondsLeft !== undefined && " · "}
          {secondsLeft !== undefined && t("studio.left", { time: formatTime(Math.ceil(secondsLeft)) })}
        </span>
      </p>
      <p className="quiet">{t(canGoOn ? "studio.stay.goOn" : "studio.stay")}</p>
      <button type="button" className="button" disabled={isCancelling} onClick={onCancel}>
        {t(isCancelling ? "studio.cancelling" : "studio.cancel")}
      </button>
    </div>
  );
}
