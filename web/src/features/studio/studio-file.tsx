import { type ReactNode, useState } from "react";
import type { QueuedFile } from "../../division/page/studio-queue.ts";
import { trimmedShare } from "../../division/protocol/divide-api.ts";
import { canPickTarget } from "../../shared/files/file-access.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { AccountHint } from "./account-hint.tsx";
import { DivisionProgressView } from "./division-progress.tsx";
import { DivisionResult } from "./division-result.tsx";
import { possible, type Settings } from "./division-settings.ts";
import { Preview } from "./preview.tsx";
import { SettingsForm } from "./settings-form.tsx";
import { SourceFactsView } from "./source-facts.tsx";
import { useStudioReason } from "./studio-reasons.ts";
import { StudioSteps } from "./studio-steps.tsx";
import { useStudio } from "./use-queue.ts";

/** One file, from its details to its publication. */
export function StudioFile({
  file: { name, division },
  settings,
  onSettings,
  onDivide,
  onRemove,
  onWatch,
  children,
}: {
  file: QueuedFile;
  settings: Settings;
  onSettings: (settings: Settings) => void;
  onDivide: (asksForTarget: boolean) => void;
  onRemove: () => void;
  onWatch: (main: Blob) => void;
  /** Ways to other files. */
  children: ReactNode;
}): ReactNode {
  const { t } = useText();
  const reason = useStudioReason();
  const studio = useStudio(division);
  const [look, setLook] = useState<{ seconds: number }>();
  if (studio.phase === "empty" || studio.phase === "inspecting")
    return (
      <>
        <StudioSteps phase={studio.phase} />
        <p role="status">{t("studio.inspecting")}</p>
      </>
    );
  if (studio.phase === "refused")
    return (
      <>
        <StudioSteps phase={studio.phase} />
        <ErrorNotice help={t("studio.refused", { name })} message={reason(studio.error)}>
          <button type="button" className="button" onClick={onRemove}>
            {t("studio.refused.remove")}
          </button>
        </ErrorNotice>
        <div className="studio-other">{children}</div>
      </>
    );
  const facts = studio.phase === "chosen" || studio.phase === "waiting" ? studio.facts : studio.record.facts;
  const chosen = possible(settings, facts);
  const divided = studio.phase === "dividing" || studio.phase === "done" ? studio.record.settings : undefined;
  const method = divided?.method ?? chosen.method;
  const { source } = studio;
  return (
    <>
      <StudioSteps phase={studio.phase} />
      {studio.phase !== "done" && <AccountHint />}
      <div className="studio">
        <div className="studio-source">
          {source !== undefined && (
            <Preview
              file={source.file}
              facts={facts}
              parts={studio.phase === "chosen" ? chosen.parts : []}
              look={look}
              pictureAt={(seconds) => division.pictureAt(source.file, seconds)}
            />
          )}
          <SourceFactsView facts={facts} method={method} />
        </div>
        <div className="studio-work card">
          {studio.phase === "chosen" && (
            <>
              {studio.error !== undefined && (
                <ErrorNotice help={t("studio.failed", { name })} message={reason(studio.error)} />
              )}
              {studio.wasCancelled && <Hint>{t("studio.cancelled")}</Hint>}
              <SettingsForm
                facts={facts}
                settings={chosen}
                strip={() => division.strip(studio.source.file)}
                taken={(trim) => division.trimTaken(studio.source.file, trim)}
                onLook={(seconds) => setLook({ seconds })}
                findMarks={(...how) => division.findMarks(studio.source.file, ...how)}
                onChange={onSettings}
                onSubmit={() => onDivide(false)}
                onSubmitTo={canPickTarget() ? () => onDivide(true) : undefined}
              />
            </>
          )}
          {studio.phase === "waiting" && (
            <div className="dividing" role="status">
              <h2>{t("studio.queue.waiting")}</h2>
              <p className="quiet">{t("studio.waiting")}</p>
              <button type="button" className="button" onClick={() => division.cancel()}>
                {t("studio.cancel")}
              </button>
            </div>
          )}
          {studio.phase === "dividing" && (
            <DivisionProgressView
              progress={studio.progress}
              method={method}
              totalBytes={Math.round(facts.bytes * trimmedShare(divided?.trim, facts.durationSeconds))}
              totalPictures={Math.round(
                facts.video.estimatedPictures * trimmedShare(divided?.trim, facts.durationSeconds),
              )}
              isCancelling={studio.isCancelling}
              onCancel={() => division.cancel()}
            />
          )}
          {studio.phase === "done" && (
            <DivisionResult
              output={studio.output}
              record={studio.record}
              slave={studio.slave}
              main={studio.main}
              onSendSlave={() => division.sendSlave()}
              onPublish={() => division.publishMain()}
              onSaved={() => division.saved()}
              onWatch={() => onWatch(studio.output.main)}
            />
          )}
        </div>
        <div className="studio-other">{children}</div>
      </div>
    </>
  );
}
