import { type ReactNode, useCallback, useEffect, useId, useState } from "react";
import { loadUploads, removeUpload, type UnfinishedUpload } from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { formatBytes, formatShare } from "../../shared/ui/text-format.ts";

/** Uploads of the account that did not come to their end: they count for its limits until they are removed. */
export function UnfinishedUploads(): ReactNode {
  const { t, reason } = useText();
  const id = useId();
  const [uploads, setUploads] = useState<UnfinishedUpload[]>([]);
  const [error, setError] = useState<Error>();
  const load = useCallback(() => {
    setError(undefined);
    loadUploads().then(setUploads).catch(setError);
  }, []);
  useEffect(load, [load]);

  if (uploads.length === 0 && error === undefined) return null;
  return (
    <section className="provider-part" aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{t("uploads.title")}</h2>
      <p>{t("uploads.about")}</p>
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={load} />}
      <UploadList
        uploads={uploads}
        now={Date.now()}
        onRemove={(uploadId) => void removeUpload(uploadId).then(load, setError)}
      />
    </section>
  );
}

/** @param now milliseconds since 1970, by which ages are told */
export function UploadList({
  uploads,
  now,
  onRemove,
}: {
  uploads: readonly UnfinishedUpload[];
  now: number;
  onRemove: (uploadId: string) => void;
}): ReactNode {
  const { t, language } = useText();
  const age = (at: string): string => {
    const hours = Math.round((now - Date.parse(at)) / (3600 * 1000));
    const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    return Math.abs(hours) < 48 ? format.format(-hours, "hour") : format.format(-Math.round(hours / 24), "day");
  };
  return (
    <ul className="own-videos">
      {uploads.map(({ uploadId, kind, bytes, offsetBytes, createdAt, removedAt }) => {
        const file = { kind: t(`uploads.kind.${kind}`), size: formatBytes(bytes) };
        return (
          <li key={uploadId} className="card own-video">
            <h3>{t("uploads.file", file)}</h3>
            <p className="quiet">
              {t("uploads.state", {
                share: formatShare(offsetBytes, bytes),
                begun: age(createdAt),
                removed: age(removedAt),
              })}
            </p>
            <button
              type="button"
              className="button"
              aria-label={t("uploads.removeFile", file)}
              onClick={() => onRemove(uploadId)}
            >
              {t("uploads.remove")}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
