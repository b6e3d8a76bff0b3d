import { type ReactNode, useCallback, useEffect, useState } from "react";
import { type Complaint, listComplaints, settleComplaint } from "../../shared/api/complaints.ts";
import { withdrawVideo } from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";
import { timeOf } from "../account/log-table.tsx";

/** Reports of one answer of the service; fewer are the last ones. */
const PART = 100;
const STATES = ["open", "settled"] as const;
const NOTE_MAX = 1000;

/** What viewers reported: the administrator settles it with a note, and withdraws the video where it has to go. */
export function ComplaintsPart(): ReactNode {
  const { t, reason } = useText();
  const [state, setState] = useState<(typeof STATES)[number]>("open");
  const [complaints, setComplaints] = useState<Complaint[]>();
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<Error>();

  const load = useCallback(
    (known: Complaint[]) => {
      setError(undefined);
      listComplaints(state, known.at(-1)?.number)
        .then((more) => {
          setComplaints([...known, ...more]);
          setHasMore(more.length === PART);
        })
        .catch(setError);
    },
    [state],
  );
  useEffect(() => load([]), [load]);

  const settle = (number: number, note: string) => {
    setError(undefined);
    settleComplaint(number, note)
      .then(() => setComplaints((now) => now?.filter((one) => one.number !== number)))
      .catch(setError);
  };
  const withdraw = ({ mainId, title }: Complaint) => {
    if (!confirm(t("complaints.withdrawSure", { title }))) return;
    setError(undefined);
    withdrawVideo(mainId).catch(setError);
  };

  return (
    <section className="log" aria-label={t("complaints.title")}>
      <h2>{t("complaints.title")}</h2>
      <label className="field">
        {t("complaints.state")}{" "}
        <select value={state} onChange={({ target }) => setState(target.value as (typeof STATES)[number])}>
          {STATES.map((name) => (
            <option key={name} value={name}>
              {t(`complaints.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={() => load([])} />}
      {complaints?.length === 0 && <p className="quiet">{t("complaints.none")}</p>}
      {complaints !== undefined && complaints.length > 0 && (
        <WideTable label={t("complaints.title")}>
          <thead>
            <tr>
              <th scope="col">{t("complaints.at")}</th>
              <th scope="col">{t("complaints.video")}</th>
              <th scope="col">{t("report.reason")}</th>
              <th scope="col">{t("complaints.by")}</th>
              <th scope="col">{t("complaints.note")}</th>
            </tr>
          </thead>
          <tbody>
            {complaints.map((one) => (
              <ComplaintRow key={one.number} complaint={one} onSettle={settle} onWithdraw={withdraw} />
            ))}
          </tbody>
        </WideTable>
      )}
      {hasMore && (
        <button type="button" className="button" onClick={() => load(complaints ?? [])}>
          {t("log.more")}
        </button>
      )}
    </section>
  );
}

function ComplaintRow({
  complaint,
  onSettle,
  onWithdraw,
}: {
  complaint: Complaint;
  onSettle(number: number, note: string): void;
  onWithdraw(complaint: Complaint): void;
}): ReactNode {
  const { t, language } = useText();
  const { number, at, mainId, title, reason, text, accountId, settled } = complaint;
  return (
    <tr>
      <td>{timeOf(at, language)}</td>
      <th scope="row">
        <Link href={watchPath(mainId)}>{title}</Link>
      </th>
      <td>
        {t(`report.reason.${reason}`)}
        {text !== "" && <p>{text}</p>}
      </td>
      <td>{accountId ?? t("complaints.visitor")}</td>
      <td>
        {settled === null ? (
          <form
            className="actions"
            onSubmit={(event) => {
              event.preventDefault();
              onSettle(number, String(new FormData(event.currentTarget).get("note")));
            }}
          >
            <input name="note" required maxLength={NOTE_MAX} aria-label={t("complaints.noteOf", { number })} />
            <button type="submit" className="button" aria-label={t("complaints.settleOf", { number })}>
              {t("complaints.settle")}
            </button>
            <button
              type="button"
              className="button"
              aria-label={t("complaints.withdrawOf", { title })}
              onClick={() => onWithdraw(complaint)}
            >
              {t("complaints.withdraw")}
            </button>
          </form>
        ) : (
          <>
            {settled.note} <span className="quiet">{settled.byAccountId}</span>
          </>
        )}
      </td>
    </tr>
  );
}
