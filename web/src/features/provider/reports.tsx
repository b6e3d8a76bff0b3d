import { type FormEvent, type ReactNode, useEffect, useId, useState } from "react";
import {
  type GivenReportSettings,
  loadReportSettings,
  loadReports,
  type MadeReport,
  putReportSettings,
  type ReportSettings,
} from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";

const PERIODS = ["none", "weekly", "monthly"] as const;

/** When reports are made, how they are sent, and those that were made. */
export function Reports(): ReactNode {
  const { t, reason } = useText();
  const id = useId();
  const [settings, setSettings] = useState<GivenReportSettings>();
  const [reports, setReports] = useState<MadeReport[]>([]);
  const [error, setError] = useState<Error>();
  const [isSaved, setIsSaved] = useState(false);

  useEffect(() => {
    loadReportSettings().then(setSettings).catch(setError);
    loadReports().then(setReports).catch(setError);
  }, []);

  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const wanted: ReportSettings = {
      everyDeliveries: text("every") === "" ? null : Number(text("every")),
      period: PERIODS.find((period) => period === text("period")) ?? "none",
      byEmail: form.get("byEmail") !== null,
      webhookUrl: text("webhook") === "" ? null : text("webhook"),
    };
    setError(undefined);
    setIsSaved(false);
    putReportSettings(wanted)
      .then((given) => {
        setSettings(given);
        setIsSaved(true);
      })
      .catch(setError);
  };

  return (
    <section className="provider-part" aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{t("provider.reports")}</h2>
      {error !== undefined && <ErrorNotice message={reason(error)} />}
      {settings !== undefined && (
        <form className="data-form card" onSubmit={save}>
          <div className="field">
            <label htmlFor={`${id}every`}>{t("provider.every")}</label>
            <input
              id={`${id}every`}
              name="every"
              type="number"
              min={1}
              max={1_000_000_000}
              defaultValue={settings.everyDeliveries ?? ""}
            />
          </div>
          <div className="field">
            <label htmlFor={`${id}period`}>{t("provider.period")}</label>
            <select id={`${id}period`} name="period" defaultValue={settings.period}>
              {PERIODS.map((period) => (
                <option key={period} value={period}>
                  {t(`provider.period.${period}`)}
                </option>
              ))}
            </select>
          </div>
          <label className="check">
            <input name="byEmail" type="checkbox" defaultChecked={settings.byEmail} disabled={!settings.canMail} />{" "}
            {t(settings.canMail ? "provider.byEmail" : "provider.noMail")}
          </label>
          <div className="field">
            <label htmlFor={`${id}webhook`}>{t("provider.webhook")}</label>
            <input id={`${id}webhook`} name="webhook" type="url" defaultValue={settings.webhookUrl ?? ""} />
          </div>
          <button type="submit" className="button button-main">
            {t("provider.save")}
          </button>
          {isSaved && <Hint>{t("provider.saved")}</Hint>}
          {settings.webhookSecret !== null && <Hint>{t("provider.secret", { secret: settings.webhookSecret })}</Hint>}
        </form>
      )}
      <ul className="reports">
        {reports.map(({ id: reportId, reason, from, to, deliveries, sendings }) => (
          <li key={reportId}>
            <a href={`/api/reports/${reportId}?format=csv`} download>
              {from.slice(0, 10)} – {to.slice(0, 10)}
            </a>{" "}
            ({t(`provider.reason.${reason}`)}): {t("provider.deliveries")} {deliveries}
            {sendings.map(({ by, sentAt, error: failed }) =>
              sentAt !== null
                ? ` · ${by}: ${t("provider.sent")}`
                : failed !== null
                  ? ` · ${by}: ${t("provider.notSent", { error: failed })}`
                  : "",
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
