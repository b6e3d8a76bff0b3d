import { type ReactNode, useMemo } from "react";
import type { DivisionRecord } from "../../division/page/division-records.ts";
import type { Transfer } from "../../division/page/studio-division.ts";
import { type DivisionOutput, type Teaser, trimmedShare } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { isWithdrawn } from "../../shared/api/library.ts";
import { wantsAccount } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { FileVideo } from "../../shared/ui/file-video.tsx";
import { Hint, ProgressBar } from "../../shared/ui/notices.tsx";
import { formatBytes, formatShare, formatTime } from "../../shared/ui/text-format.ts";
import { useUrlOf } from "../../shared/ui/use-url-of.ts";
import { SignInToUpload } from "../account/sign-in-to-upload.tsx";
import { Published } from "./published.tsx";

/** A source that gives less than this of its length was cut. */
const WHOLE_SHARE = 0.95;

interface DivisionResultProps {
  output: DivisionOutput;
  record: DivisionRecord;
  slave: Transfer;
  main: Transfer;
  onSendSlave: () => void;
  onPublish: () => void;
  onSaved: () => void;
  onWatch: () => void;
}

export function DivisionResult({
  output,
  record: { facts, settings, target },
  slave,
  main,
  onSendSlave,
  onPublish,
  onSaved,
  onWatch,
}: DivisionResultProps): ReactNode {
  const { t } = useText();
  const { pictures, seconds, mainBytes, extrasBytes, slaveBytes, keptBytes } = output;
  const { codesAnew } = STUDIO_METHODS[output.method];
  const sourceBytes = facts.bytes;
  const sourceSeconds =
    (facts.toldSeconds ?? facts.durationSeconds) * trimmedShare(settings.trim, facts.durationSeconds);
  /** The file that the main was written to, where the creator chose one. */
  const writtenTo = target?.name;
  const isPlayable = codesAnew || (facts.isDecodable && !facts.isPacked);
  const rows = [
    { name: t("studio.size.source"), bytes: sourceBytes },
    { name: t("studio.size.main"), bytes: mainBytes + extrasBytes },
    { name: t("studio.size.slave"), bytes: slaveBytes },
  ];
  return (
    <div className="result">
      <h2>{t("studio.done")}</h2>
      <p className="quiet">
        {codesAnew
          ? t("studio.doneIn", {
              frames: pictures,
              seconds: seconds.toFixed(1),
              fps: (pictures / seconds).toFixed(0),
            })
          : t("studio.doneAsItIs", {
              size: formatBytes(sourceBytes),
              seconds: seconds.toFixed(1),
              rate: formatBytes(Math.max(0, sourceBytes - keptBytes) / seconds),
            })}
      </p>
      <table className="sizes">
        <caption className="visually-hidden">{t("studio.size.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("studio.size.file")}</th>
            <th scope="col">{t("studio.size.bytes")}</th>
            <th scope="col">{t("studio.size.share")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, bytes }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{formatBytes(bytes)}</td>
              <td>{formatShare(bytes, sourceBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {codesAnew && output.durationSeconds < sourceSeconds * WHOLE_SHARE && (
        <Hint warning>
          {t("studio.short", { done: formatTime(output.durationSeconds), whole: formatTime(sourceSeconds) })}
        </Hint>
      )}
      <SlaveTransfer transfer={slave} isPlayable={isPlayable} codec={facts.video.codec} onSend={onSendSlave} />
      <div className="actions studio-save">
        {writtenTo === undefined && <SaveLink file={output.main} fileName={settings.mainName} onSaved={onSaved} />}
        <button type="button" className="button" disabled={slave.state !== "done"} onClick={onWatch}>
          {t("studio.watchNow")}
        </button>
      </div>
      <p className="quiet">
        {writtenTo !== undefined && `${t("studio.written", { name: writtenTo })} `}
        {t("studio.saveHint")}
      </p>
      {settings.thumbnails.teaser &&
        (output.teaser === undefined ? (
          <Hint>{t("studio.teaser.none")}</Hint>
        ) : (
          <TeaserPreview teaser={output.teaser} />
        ))}
      {slave.state === "done" && (
        <Publishing transfer={main} mainId={output.mainId} title={settings.title} onPublish={onPublish} />
      )}
    </div>
  );
}

function TeaserPreview({ teaser }: { teaser: Teaser }): ReactNode {
  const { t } = useText();
  const file = useMemo(() => new Blob([teaser.data], { type: teaser.type }), [teaser]);
  return (
    <figure className="studio-teaser">
      <FileVideo file={file} muted loop controls playsInline aria-label={t("studio.teaser")} />
      <figcaption className="quiet">{t("studio.teaser.shown", { size: formatBytes(file.size) })}</figcaption>
    </figure>
  );
}

function SaveLink({ file, fileName, onSaved }: { file: Blob; fileName: string; onSaved: () => void }): ReactNode {
  const { t } = useText();
  const url = useUrlOf(file);
  return (
    <a className="button button-main" href={url} download={fileName} onClick={onSaved}>
      {t("studio.save")}
    </a>
  );
}

function SlaveTransfer({
  transfer,
  isPlayable,
  codec,
  onSend,
}: {
  transfer: Transfer;
  /** By this browser. */
  isPlayable: boolean;
  codec: string;
  onSend: () => void;
}): ReactNode {
  const { t, reason } = useText();
  if (transfer.state === "failed") {
    if (wantsAccount(transfer.error)) return <SignInToUpload onReady={onSend} />;
    if (isWithdrawn(transfer.error))
      return (
        <div className="notice notice-warning" role="alert">
          <p>{t("studio.upload.withdrawn")}</p>
          <button type="button" className="button" onClick={onSend}>
            {t("studio.upload.asDraft")}
          </button>
        </div>
      );
    return (
      <div className="notice notice-error" role="alert">
        <p>{t("studio.upload.failed", { reason: reason(transfer.error) })}</p>
        <button type="button" className="button" onClick={onSend}>
          {t("studio.upload.retry")}
        </button>
      </div>
    );
  }
  const share = transfer.state === "sending" ? transfer.share : 0;
  return (
    <div className={`notice ${transfer.state === "done" ? "notice-good" : ""}`} role="status">
      {transfer.state === "done" ? (
        <p>{isPlayable ? t("studio.upload.done") : t("studio.upload.doneElsewhere", { codec })}</p>
      ) : (
        <>
          <p>
            {share === 0
              ? t("studio.upload.preparing")
              : t("studio.upload.sending", { percent: formatShare(share, 1) })}
          </p>
          <ProgressBar share={share === 0 ? undefined : share} label={t("studio.upload.sending", { percent: "" })} />
        </>
      )}
    </div>
  );
}

function Publishing({
  transfer,
  mainId,
  title,
  onPublish,
}: {
  transfer: Transfer;
  mainId: string;
  title: string;
  onPublish: () => void;
}): ReactNode {
  const { t, reason } = useText();
  if (transfer.state === "done") return <Published mainId={mainId} title={title} />;
  if (transfer.state === "sending")
    return (
      <div className="notice" role="status">
        <p>
          {transfer.share === 0
            ? t("studio.publish.preparing")
            : t("studio.publish.sending", { percent: formatShare(transfer.share, 1) })}
        </p>
        <ProgressBar
          share={transfer.share === 0 ? undefined : transfer.share}
          label={t("studio.publish.sending", { percent: "" })}
        />
      </div>
    );
  if (transfer.state === "failed" && wantsAccount(transfer.error)) return <SignInToUpload onReady={onPublish} />;
  return (
    <div className="studio-foot">
      {transfer.state === "failed" && (
        <p role="alert">{t("studio.publish.failed", { reason: reason(transfer.error) })}</p>
      )}
      <button type="button" className="button button-main button-large" onClick={onPublish}>
        {t("studio.publish")}
      </button>
    </div>
  );
}
