import { type ReactNode, useEffect, useId, useState } from "react";
import { countsTableAddress, loadCounts, type Report, type ReportRow } from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { WideTable } from "../../shared/ui/wide-table.tsx";

/** Deliveries and downloads of a period, as a table and as CSV. */
export function Counts(): ReactNode {
  const { t, reason } = useText();
  const id = useId();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [counts, setCounts] = useState<Report>();
  const [error, setError] = useState<Error>();

  useEffect(() => {
    let isShown = true;
    setError(undefined);
    loadCounts(from, to)
      .then((found) => isShown && setCounts(found))
      .catch((cause: Error) => isShown && setError(cause));
    return () => {
      isShown = false;
    };
  }, [from, to]);

  const day = (name: "from" | "to", value: string, set: (value: string) => void) => (
    <label htmlFor={`${id}${name}`}>
      {t(`provider.${name}`)}{" "}
      <input id={`${id}${name}`} type="date" value={value} onChange={(event) => set(event.target.value)} />
    </label>
  );
  return (
    <section className="provider-part" aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{t("provider.counts")}</h2>
      <div className="actions">
        {day("from", from, setFrom)}
        {day("to", to, setTo)}
        <a className="button" href={countsTableAddress(from, to)} download>
          {t("provider.csv")}
        </a>
      </div>
      {error !== undefined && <ErrorNotice message={reason(error)} />}
      {counts !== undefined && (
        <WideTable label={t("provider.counts")}>
          <caption className="visually-hidden">{t("provider.counts")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("provider.video")}</th>
              <th scope="col">{t("provider.deliveries")}</th>
              <th scope="col">{t("provider.billable")}</th>
              <th scope="col">{t("provider.downloads")}</th>
              <th scope="col">{t("provider.played")}</th>
            </tr>
          </thead>
          <tbody>
            {counts.videos.map((row) => (
              <Row key={row.id} row={row} />
            ))}
            <Row row={{ ...counts, title: t("provider.total") }} />
            {counts.cms.map((row) => (
              <Row key={row.id} row={{ ...row, title: `${t("provider.cm")}: ${row.title}` }} />
            ))}
          </tbody>
        </WideTable>
      )}
    </section>
  );
}

function Row({
  row,
}: {
  row: Pick<ReportRow, "title" | "deliveries" | "billable" | "downloads" | "secondsPlayed">;
}): ReactNode {
  return (
    <tr>
      <th scope="row">{row.title}</th>
      <td>{row.deliveries}</td>
      <td>{row.billable}</td>
      <td>{row.downloads}</td>
      <td>{formatTime(row.secondsPlayed)}</td>
    </tr>
  );
}
