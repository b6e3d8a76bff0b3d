import type { ReactNode } from "react";
import type { DivisionProgress } from "../../division/page/studio-division.ts";
import { STUDIO_METHODS, type StudioMethod } from "../../division/protocol/studio-methods.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import { formatBytes, formatTime } from "../../shared/ui/text-format.ts";

interface DivisionProgressProps {
  progress: DivisionProgress;
  method: StudioMethod;
  totalPictures: number;
  totalBytes: number;
  isCancelling: boolean;
  onCancel: () => void;
}

export function DivisionProgressView({
  progress,
  method,
  totalPictures,
  totalBytes,
  isCancelling,
  onCancel,
}: DivisionProgressProps): ReactNode {
  const { t } = useText();
  const { stage, pictures, bytes, share, rate, secondsLeft } = progress;
  const isDividing = stage === "dividing";
  const { codesAnew } = STUDIO_METHODS[method];
  const done = codesAnew
    ? t("studio.frames", { done: pictures, total: Math.max(pictures, totalPictures) })
    : t("studio.bytes", { done: formatBytes(bytes), total: formatBytes(totalBytes) });
  const speed = (perSecond: number): string =>
    codesAnew
      ? t("studio.rate", { fps: perSecond.toFixed(perSecond < 10 ? 1 : 0) })
      : t("studio.byteRate", { rate: formatBytes(perSecond) });
  return (
    <div className="dividing">
      <h2>{t("studio.dividing")}</h2>
      <p className="percent" aria-hidden="true" data-stage={stage}>
        {isDividing ? (
          <>
            {Math.floor(share * 100)}
            <small> %</small>
          </>
        ) : (
          t(`studio.stage.${stage}`)
        )}
      </p>
      <ProgressBar share={isDividing ? share : undefined} label={t("studio.progress")} />
      <p className="visually-hidden" role="status">
        {t(`studio.stage.${stage}`)}
      </p>
      <p className="progress-line">
        <span>{isDividing && done}</span>
        <span>
          {rate !== undefined && speed(rate)}
          {rate !== undefined && secondsLeft !== undefined && " · "}
          {secondsLeft !== undefined && t("studio.left", { time: formatTime(Math.ceil(secondsLeft)) })}
        </span>
      </p>
      <p className="quiet">{t("studio.stay")}</p>
      <div className="actions studio-foot">
        <button type="button" className="button" disabled={isCancelling} onClick={onCancel}>
          {t(isCancelling ? "studio.cancelling" : "studio.cancel")}
        </button>
      </div>
    </div>
  );
}
