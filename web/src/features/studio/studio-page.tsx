import { type ReactNode, useState } from "react";
import type { Source } from "../../division/page/studio-division.ts";
import type { DivideSettings, SourceFacts } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { canPickTarget, pickTarget } from "../../shared/files/file-access.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { fileNameFor, withoutExtension } from "../../shared/ui/text-format.ts";
import { DivisionProgressView } from "./division-progress.tsx";
import { DivisionResult } from "./division-result.tsx";
import { Preview } from "./preview.tsx";
import { Settings, SettingsForm } from "./settings-form.tsx";
import { SourceFactsView } from "./source-facts.tsx";
import { UnfinishedDivisions } from "./unfinished-divisions.tsx";
import { useDivision } from "./use-division.ts";

const ACCEPTED = ".mp4,.m4v,.mov,.webm,.mkv,.ivf,.264,.h264,.ts,.m2ts,.mpg,.mpeg,.m1v,.m2v,.vob";

export function StudioPage(): ReactNode {
  const { t, reason } = useText();
  const { division, studio } = useDivision();
  const source = studio.phase === "empty" ? undefined : studio.source;
  const [settings, setSettings] = useState<Settings>(Settings.initial);

  const chooseSource = (chosen: Source) => {
    const { thumbnails, captions } = Settings.initial; // those of one video mean nothing in another
    setSettings((now) => ({ ...now, title: withoutExtension(chosen.file.name), thumbnails, captions }));
    division.choose(chosen);
  };

  const divideInto = async (wanted: DivideSettings) => {
    const target = await pickTarget(wanted.mainName);
    if (target !== undefined) division.divide({ ...wanted, mainName: target.name }, target);
  };

  const picker = (
    <DropZone
      title={t("studio.drop")}
      or={t("studio.or")}
      choose={t(studio.phase === "empty" ? "studio.choose" : "studio.other")}
      hint={t("studio.kinds")}
      accept={ACCEPTED}
      isCompact={studio.phase !== "empty" && studio.phase !== "refused"}
      wantsHandle
      onFile={(file, handle) => chooseSource({ file, handle })}
    />
  );
  const facts =
    studio.phase === "chosen"
      ? studio.facts
      : studio.phase === "dividing" || studio.phase === "done"
        ? studio.record.facts
        : undefined;
  const method =
    studio.phase === "dividing" || studio.phase === "done"
      ? studio.record.settings.method
      : facts && possible(settings, facts).method;

  return (
    <div className="page">
      <h1>{t("studio.title")}</h1>
      <p className="lead">{t("studio.lead")}</p>
      {(studio.phase === "empty" || studio.phase === "refused" || studio.phase === "chosen") && (
        <UnfinishedDivisions division={division} phase={studio.phase} accept={ACCEPTED} />
      )}
      {studio.phase === "empty" && picker}
      {studio.phase === "inspecting" && <p role="status">{t("studio.inspecting")}</p>}
      {studio.phase === "refused" && (
        <>
          <ErrorNotice message={reason(studio.error)} />
          {picker}
        </>
      )}
      {facts !== undefined && method !== undefined && (
        <div className="studio">
          <div className="studio-source">
            {source !== undefined && (
              <Preview
                file={source.file}
                facts={facts}
                pictureAt={(seconds) => division.pictureAt(source.file, seconds)}
              />
            )}
            <SourceFactsView facts={facts} method={method} />
          </div>
          <div className="studio-work card">
            {studio.phase === "chosen" && (
              <>
                {studio.error !== undefined && <ErrorNotice message={reason(studio.error)} />}
                {studio.wasCancelled && <Hint>{t("studio.cancelled")}</Hint>}
                <SettingsForm
                  facts={studio.facts}
                  settings={possible(settings, studio.facts)}
                  onChange={setSettings}
                  onSubmit={() => division.divide(divideSettings(possible(settings, studio.facts), studio.facts))}
                  onSubmitTo={
                    canPickTarget()
                      ? () => void divideInto(divideSettings(possible(settings, studio.facts), studio.facts))
                      : undefined
                  }
                />
              </>
            )}
            {studio.phase === "dividing" && (
              <DivisionProgressView
                progress={studio.progress}
                method={method}
                totalBytes={facts.bytes}
                totalPictures={facts.video.estimatedPictures}
                isCancelling={studio.isCancelling}
                onCancel={() => division.cancel()}
              />
            )}
            {studio.phase === "done" && (
              <DivisionResult
                output={studio.output}
                wantsTeaser={studio.record.settings.thumbnails.teaser}
                sourceBytes={facts.bytes}
                sourceSeconds={facts.durationSeconds}
                fileName={studio.record.settings.mainName}
                writtenTo={studio.record.target?.name}
                slave={studio.slave}
                main={studio.main}
                onSendSlave={() => division.sendSlave()}
                onPublish={() => division.publishMain()}
                onSaved={() => division.saved()}
              />
            )}
          </div>
          {studio.phase !== "dividing" && <div className="studio-other">{picker}</div>}
        </div>
      )}
    </div>
  );
}

/** The chosen way, coded anew or not, where a method of that way takes the file, else the other; and the source's captions until others are wanted. */
function possible(settings: Settings, { offers, captions }: SourceFacts): Settings {
  const taking = offers.filter(({ refusal }) => refusal === undefined).map(({ method }) => method);
  const { codesAnew } = STUDIO_METHODS[settings.method];
  return {
    ...settings,
    method: taking.find((method) => STUDIO_METHODS[method].codesAnew === codesAnew) ?? taking[0] ?? settings.method,
    captions: settings.captions ?? captions?.tracks.map((track, i) => ({ ...track, id: `source ${i}` })),
  };
}

function divideSettings(
  { method, title, copyright, quality, staysBelowSource, bitplane, protection, thumbnails, captions = [] }: Settings,
  { belowSource }: SourceFacts,
): DivideSettings {
  return {
    method,
    title: title.trim(),
    copyright: copyright.trim(),
    quality,
    ...(STUDIO_METHODS[method].codesAnew && staysBelowSource && belowSource
      ? { bitrateKbits: belowSource.kilobits }
      : {}),
    bitplane,
    protection,
    thumbnails,
    captions: captions.map(({ id: _id, label, ...track }) => ({ ...track, label: label.trim() })),
    service: location.origin,
    player: `${location.origin}/watch`,
    mainName: fileNameFor(title, "cmx"),
    slaveName: fileNameFor(title, "cms"),
  };
}
