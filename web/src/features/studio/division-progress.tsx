import type { ReactNode } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/text-format.ts";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import type { DivisionProgress } from "./use-division.ts";

interface DivisionProgressProps {
  progress: DivisionProgress;
  totalPictures: number;
  isCancelling: boolean;
  onCancel: () => void;
}

export function DivisionProgressView({
  progress,
  totalPictures,
  isCancelling,
  onCancel,
}: DivisionProgressProps): ReactNode {
  const { t } = useText();
  const { pictures, share, framesPerSecond, secondsLeft } = progress;
  const total = Math.max(pictures, totalPictures);
  return (
    <div className="dividing">
      <h2>{t("studio.dividing")}</h2>
      <p className="percent" aria-hidden="true">
        {Math.floor(share * 100)}
        <small> %</small>
      </p>
      <ProgressBar share={share} label={t("studio.progress")} />
      <p className="progress-line">
        <span>{pictures === 0 ? t("studio.starting") : t("studio.frames", { done: pictures, total })}</span>
        <span>
          {framesPerSecond !== undefined &&
            t("studio.rate", { fps: framesPerSecond.toFixed(framesPerSecond < 10 ? 1 : 0) })}
          {framesPerSecond !== undefined && secondsLeft !== undefined && " · "}
          {secondsLeft !== undefined && t("studio.left", { time: formatTime(Math.ceil(secondsLeft)) })}
        </span>
      </p>
      <button type="button" className="button" disabled={isCancelling} onClick={onCancel}>
        {t(isCancelling ? "studio.cancelling" : "studio.cancel")}
      </button>
    </div>
  );
}
