import { type ReactNode, useCallback, useEffect, useState } from "react";
import type { DivisionEntry } from "../../shared/api/session.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { formatBytes } from "../../shared/ui/text-format.ts";
import { WideTable } from "../../shared/ui/wide-table.tsx";

/** Entries of one answer of the service; fewer are the last ones. */
const PART = 100;

export interface Column<T> {
  name: TextKey;
  show(entry: T): ReactNode;
}

/** A log of the service, newest first, part by part. */
export function LogTable<T extends { number: number }>({
  load: loadPart,
  caption,
  columns,
}: {
  /** @param before number of the last entry that is there; @returns the entries behind it */
  load: (before?: number) => Promise<T[]>;
  caption: TextKey;
  columns: readonly Column<T>[];
}): ReactNode {
  const { t, reason } = useText();
  const [entries, setEntries] = useState<T[]>();
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<Error>();
  const load = useCallback(
    (known: T[]) => {
      setError(undefined);
      loadPart(known.at(-1)?.number)
        .then((more) => {
          setEntries([...known, ...more]);
          setHasMore(more.length === PART);
        })
        .catch(setError);
    },
    [loadPart],
  );
  useEffect(() => load([]), [load]);
  return (
    <section aria-label={t(caption)} className="log">
      <h2>{t(caption)}</h2>
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={() => load(entries ?? [])} />}
      {entries?.length === 0 && <p className="quiet">{t("log.empty")}</p>}
      {entries !== undefined && entries.length > 0 && (
        <WideTable label={t(caption)}>
          <thead>
            <tr>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {t(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.number}>
                {columns.map(({ name, show }) => (
                  <td key={name}>{show(entry)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
      {hasMore && (
        <button type="button" className="button" onClick={() => load(entries ?? [])}>
          {t("log.more")}
        </button>
      )}
    </section>
  );
}

export const timeOf = (iso: string, language: string): ReactNode => (
  <time dateTime={iso}>{new Date(iso).toLocaleString(language)}</time>
);

/** Who divided what, when and how. @param load of the log of one account, or of all */
export function DivisionLog({ load }: { load: (before?: number) => Promise<DivisionEntry[]> }): ReactNode {
  const { t, language } = useText();
  const columns: Column<DivisionEntry>[] = [
    { name: "log.at", show: ({ at }) => timeOf(at, language) },
    { name: "log.account", show: ({ accountId }) => accountId },
    { name: "log.file", show: ({ file }) => t(file === "main" ? "studio.size.main" : "studio.size.slave") },
    { name: "log.ids", show: ({ mainId, slaveId }) => `${mainId} / ${slaveId}` },
    { name: "log.method", show: ({ method, protection }) => `${method}, ${protection}` },
    {
      name: "log.parameters",
      show: ({ parameters }) =>
        Object.entries(parameters)
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
    },
    { name: "studio.size.bytes", show: ({ bytes }) => formatBytes(bytes) },
  ];
  return <LogTable load={load} caption="log.divisions" columns={columns} />;
}
