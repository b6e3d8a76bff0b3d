import { type ReactNode, useEffect, useState } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { fileNameFor, withoutExtension } from "../../shared/text-format.ts";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import type { DivideSettings, SourceFacts } from "../../workers/divide-api.ts";
import { DivisionProgressView } from "./division-progress.tsx";
import { DivisionResult } from "./division-result.tsx";
import { Settings, SettingsForm } from "./settings-form.tsx";
import { SourceFactsView } from "./source-facts.tsx";
import { useDivision } from "./use-division.ts";

const ACCEPTED = "video/mp4,video/quicktime,video/webm,.mp4,.m4v,.mov,.webm,.mkv";

export function StudioPage(): ReactNode {
  const { t } = useText();
  const { studio, choose, divide, cancel, sendSlave, publishMain } = useDivision();
  const file = studio.phase === "empty" ? undefined : studio.file;
  const [settings, setSettings] = useState<Settings>(Settings.initial);

  const chooseFile = (chosen: File) => {
    setSettings((now) => ({ ...now, title: withoutExtension(chosen.name) }));
    choose(chosen);
  };

  const picker = (
    <DropZone
      title={t("studio.drop")}
      or={t("studio.or")}
      choose={t(file === undefined ? "studio.choose" : "studio.other")}
      hint={t("studio.kinds")}
      accept={ACCEPTED}
      isCompact={file !== undefined && studio.phase !== "refused"}
      onFile={chooseFile}
    />
  );

  return (
    <div className="page">
      <h1>{t("studio.title")}</h1>
      <p className="lead">{t("studio.lead")}</p>
      {studio.phase === "empty" && picker}
      {studio.phase === "inspecting" && <p role="status">{t("studio.inspecting")}</p>}
      {studio.phase === "refused" && (
        <>
          <ErrorNotice message={studio.error.message} />
          {picker}
        </>
      )}
      {(studio.phase === "chosen" || studio.phase === "dividing" || studio.phase === "done") && (
        <div className="studio">
          <div className="studio-source">
            <Preview file={studio.file} />
            <SourceFactsView facts={studio.facts} method={possible(settings, studio.facts).method} />
          </div>
          <div className="studio-work card">
            {studio.phase === "chosen" && (
              <>
                {studio.error !== undefined && <ErrorNotice message={studio.error.message} />}
                {studio.wasCancelled && <Hint>{t("studio.cancelled")}</Hint>}
                <SettingsForm
                  facts={studio.facts}
                  settings={possible(settings, studio.facts)}
                  onChange={setSettings}
                  onSubmit={() => divide(divideSettings(possible(settings, studio.facts), studio.facts))}
                />
              </>
            )}
            {studio.phase === "dividing" && (
              <DivisionProgressView
                progress={studio.progress}
                method={studio.method}
                totalBytes={studio.facts.bytes}
                totalPictures={studio.facts.video.estimatedPictures}
                isCancelling={studio.isCancelling}
                onCancel={cancel}
              />
            )}
            {studio.phase === "done" && (
              <DivisionResult
                output={studio.output}
                sourceBytes={studio.facts.bytes}
                sourceSeconds={studio.facts.durationSeconds}
                fileName={fileNameFor(settings.title, "cmx")}
                slave={studio.slave}
                main={studio.main}
                onSendSlave={sendSlave}
                onPublish={publishMain}
              />
            )}
          </div>
          {studio.phase !== "dividing" && <div className="studio-other">{picker}</div>}
        </div>
      )}
    </div>
  );
}

/** The recommended method, or the chosen one, where it takes the file; else the other. */
function possible(settings: Settings, { refusals }: SourceFacts): Settings {
  if (refusals[settings.method] === undefined) return settings;
  return { ...settings, method: settings.method === "samples" ? "compress" : "samples" };
}

function divideSettings(
  { method, title, copyright, quality, staysBelowSource, bitplane, protection }: Settings,
  { belowSource }: SourceFacts,
): DivideSettings {
  return {
    method,
    title: title.trim(),
    copyright: copyright.trim(),
    quality,
    ...(staysBelowSource ? { bitrateKbits: belowSource.kilobits } : {}),
    bitplane,
    protection,
    service: location.origin,
    player: `${location.origin}/watch`,
    mainName: fileNameFor(title, "cmx"),
    slaveName: fileNameFor(title, "cms"),
  };
}

function Preview({ file }: { file: File }): ReactNode {
  const { t } = useText();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url === undefined ? null : (
    <video className="preview" src={url} controls muted playsInline preload="auto" aria-label={t("studio.preview")} />
  );
}
