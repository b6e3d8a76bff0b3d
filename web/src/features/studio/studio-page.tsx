import { type ReactNode, useState } from "react";
import type { QueuedFile } from "../../division/page/studio-queue.ts";
import { pickTarget } from "../../shared/files/file-access.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { openInWatch } from "../../shared/routing/handoff.ts";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { withoutExtension } from "../../shared/ui/text-format.ts";
import { AccountHint } from "./account-hint.tsx";
import { divideSettings, possible, Settings } from "./division-settings.ts";
import { useLeaveGuard } from "./leave-guard.tsx";
import { QueueList } from "./queue-list.tsx";
import { StudioFile } from "./studio-file.tsx";
import { StudioSteps } from "./studio-steps.tsx";
import { UnfinishedDivisions } from "./unfinished-divisions.tsx";
import { useQueue } from "./use-queue.ts";

const ACCEPTED = ".mp4,.m4v,.mov,.webm,.mkv,.ivf,.264,.h264,.ts,.m2ts,.mts,.m2t,.mpg,.mpeg,.m1v,.m2v,.vob,.dat";

export function StudioPage(): ReactNode {
  const { t } = useText();
  const { queue, files, shownId } = useQueue();
  /** What was changed of each file's settings, by its id. */
  const [drafts, setDrafts] = useState<Readonly<Record<string, Settings>>>({});
  const { question, leave } = useLeaveGuard(() => queue.isBusy);
  const shown = files.find(({ id }) => id === shownId);

  const settingsOf = ({ id, name }: QueuedFile): Settings =>
    drafts[id] ?? { ...Settings.initial, title: withoutExtension(name) };
  const divide = async (file: QueuedFile, asksForTarget = false) => {
    const studio = file.division.snapshot();
    if (studio.phase !== "chosen") return;
    const wanted = divideSettings(possible(settingsOf(file), studio.facts), studio.facts);
    if (!asksForTarget) return file.division.divide(wanted);
    const target = await pickTarget(wanted.mainName);
    if (target !== undefined) file.division.divide({ ...wanted, mainName: target.name }, target);
  };

  const picker = (isFirst: boolean) => (
    <DropZone
      title={t("studio.drop")}
      or={t("studio.or")}
      choose={t(isFirst ? "studio.choose" : "studio.other")}
      hint={t("studio.kinds")}
      accept={ACCEPTED}
      isCompact={!isFirst}
      wantsHandle
      onFiles={(chosen, handles) => queue.add(chosen.map((file, i) => ({ file, handle: handles[i] })))}
    />
  );
  return (
    <div className="page">
      <h1>{t("studio.title")}</h1>
      {shown === undefined ? (
        <>
          <p className="lead">{t("studio.lead")}</p>
          <StudioSteps phase="empty" />
          <AccountHint />
          <UnfinishedDivisions queue={queue} accept={ACCEPTED} />
          {picker(true)}
        </>
      ) : (
        <>
          {files.length > 1 && (
            <QueueList
              files={files}
              shownId={shownId}
              onShow={(id) => queue.show(id)}
              onRemove={(id) => queue.remove(id)}
              onDivide={(file) => void divide(file)}
              onDivideAll={() => {
                for (const file of files) void divide(file);
              }}
            />
          )}
          <StudioFile
            key={shown.id}
            file={shown}
            settings={settingsOf(shown)}
            onSettings={(settings) => setDrafts((now) => ({ ...now, [shown.id]: settings }))}
            onDivide={(asksForTarget) => void divide(shown, asksForTarget)}
            onRemove={() => queue.remove(shown.id)}
            onWatch={(main) => leave(() => openInWatch(main))}
          >
            <UnfinishedDivisions queue={queue} accept={ACCEPTED} />
            {picker(false)}
          </StudioFile>
        </>
      )}
      {question}
    </div>
  );
}
