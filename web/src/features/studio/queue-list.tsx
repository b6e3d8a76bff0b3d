import type { ReactNode } from "react";
import type { Studio } from "../../division/page/studio-division.ts";
import type { QueuedFile } from "../../division/page/studio-queue.ts";
import { type Translate, useText } from "../../shared/i18n/text.tsx";
import { ProgressBar } from "../../shared/ui/notices.tsx";
import { formatShare } from "../../shared/ui/text-format.ts";
import { useStudio } from "./use-queue.ts";

/** All files in hand, where there are several: how far each is, and what can be done with it. */
export function QueueList({
  files,
  shownId,
  onShow,
  onRemove,
  onDivide,
  onDivideAll,
}: {
  files: readonly QueuedFile[];
  shownId: string | undefined;
  onShow: (id: string) => void;
  onRemove: (id: string) => void;
  /** Divides one that is ready, with the details that it has. */
  onDivide: (file: QueuedFile) => void;
  onDivideAll: () => void;
}): ReactNode {
  const { t } = useText();
  return (
    <section className="card queue" aria-label={t("studio.queue")}>
      <h2>{t("studio.queue")}</h2>
      <ul>
        {files.map((file) => (
          <QueueRow
            key={file.id}
            file={file}
            isShown={file.id === shownId}
            onShow={() => onShow(file.id)}
            onRemove={() => onRemove(file.id)}
            onDivide={() => onDivide(file)}
          />
        ))}
      </ul>
      <div className="actions">
        <button type="button" className="button" onClick={onDivideAll}>
          {t("studio.queue.all")}
        </button>
      </div>
    </section>
  );
}

function QueueRow({
  file: { name, division },
  isShown,
  onShow,
  onRemove,
  onDivide,
}: {
  file: QueuedFile;
  isShown: boolean;
  onShow: () => void;
  onRemove: () => void;
  onDivide: () => void;
}): ReactNode {
  const { t } = useText();
  const studio = useStudio(division);
  const { phase } = studio;
  const isUnderWay = phase === "waiting" || phase === "dividing";
  const failed = phase === "chosen" && studio.error !== undefined;
  const unsent = phase === "done" && studio.slave.state === "failed";
  const action = (text: string, label: string, act: () => void, disabled = false) => (
    <button type="button" className="button" aria-label={label} disabled={disabled} onClick={act}>
      {text}
    </button>
  );
  return (
    <li>
      <button type="button" className="queue-name" aria-current={isShown || undefined} onClick={onShow}>
        {name}
      </button>
      <span className="quiet queue-state">{stateText(studio, t)}</span>
      <span className="queue-actions">
        {failed && action(t("studio.queue.retry"), t("studio.queue.retryOne", { name }), onDivide)}
        {unsent && action(t("studio.queue.retry"), t("studio.queue.retryOne", { name }), () => division.sendSlave())}
        {isUnderWay
          ? action(
              t("studio.cancel"),
              t("studio.queue.cancelOne", { name }),
              () => division.cancel(),
              phase === "dividing" && studio.isCancelling,
            )
          : action(t("studio.queue.remove"), t("studio.queue.removeOne", { name }), onRemove)}
      </span>
      {phase === "dividing" && (
        <ProgressBar
          share={studio.progress.stage === "dividing" ? studio.progress.share : undefined}
          label={t("studio.queue.progressOne", { name })}
        />
      )}
    </li>
  );
}

function stateText(studio: Studio, t: Translate): string {
  switch (studio.phase) {
    case "empty":
    case "inspecting":
      return t("studio.inspecting");
    case "refused":
      return t("studio.queue.refused");
    case "chosen":
      return t(studio.error === undefined ? "studio.queue.ready" : "studio.queue.failed");
    case "waiting":
      return t("studio.queue.waiting");
    case "dividing": {
      const { stage, share } = studio.progress;
      return stage === "dividing"
        ? t("studio.queue.dividing", { percent: formatShare(share, 1) })
        : t(`studio.stage.${stage}`);
    }
    case "done":
      if (studio.main.state === "done") return t("studio.queue.published");
      if (studio.slave.state === "sending") return t("studio.queue.sending");
      return t(studio.slave.state === "done" ? "studio.queue.divided" : "studio.queue.unsent");
  }
}
