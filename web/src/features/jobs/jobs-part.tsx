/** Videos that the service divides itself: sent from here, or looked after. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { cancelJob, type Job, listJobs, makeJob, removeJob, sendSource, startJob } from "../../shared/api/jobs.ts";
import { listReservations } from "../../shared/api/reservations.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice, ProgressBar } from "../../shared/ui/notices.tsx";
import { formatShare } from "../../shared/ui/text-format.ts";
import { JobParts } from "./job-parts.tsx";

const KEY = ["jobs"];
const LOOK_AGAIN_MILLISECONDS = 1500;
const MOVES: readonly Job["jobState"][] = ["empty", "queued", "running"];
const OPEN: readonly Job["jobState"][] = ["empty", "held", "queued", "failed"];
const OVER: readonly Job["jobState"][] = ["done", "failed", "cancelled"];

/** @param sends whether videos are sent from here too */
export function JobsPart({ sends }: { sends: boolean }): ReactNode {
  const { t, reason } = useText();
  const id = useId();
  const client = useQueryClient();
  const { data: jobs = [], error } = useQuery({
    queryKey: KEY,
    queryFn: listJobs,
    refetchInterval: ({ state }) =>
      state.data?.some(({ jobState }) => MOVES.includes(jobState)) ? LOOK_AGAIN_MILLISECONDS : false,
  });
  const onSettled = () => client.invalidateQueries({ queryKey: KEY });
  const starting = useMutation({ mutationFn: startJob, onSettled });
  const cancelling = useMutation({ mutationFn: cancelJob, onSettled });
  const removing = useMutation({ mutationFn: removeJob, onSettled });
  const failed = error ?? starting.error ?? cancelling.error ?? removing.error;
  return (
    <section className="provider-part" aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{t("jobs.title")}</h2>
      {sends && <p className="quiet">{t("jobs.lead")}</p>}
      {sends && <SendForm onMade={onSettled} />}
      {failed !== null && <ErrorNotice message={reason(failed)} />}
      {jobs.length === 0 && !sends && <p className="quiet">{t("jobs.none")}</p>}
      {jobs.map((job) => {
        const { jobId, jobState } = job;
        return (
          <article key={jobId} className="card job" aria-label={t("jobs.job", { title: job.title })}>
            <h3>{job.title}</h3>
            <JobState job={job} />
            {OPEN.includes(jobState) && <JobParts job={job} onSaved={onSettled} />}
            <div className="actions">
              {(jobState === "held" || (jobState === "failed" && job.sourceBytes !== null)) && (
                <button type="button" className="button button-main" onClick={() => starting.mutate(jobId)}>
                  {t(jobState === "held" ? "jobs.start" : "jobs.retry")}
                </button>
              )}
              {!OVER.includes(jobState) && (
                <button type="button" className="button" onClick={() => cancelling.mutate(jobId)}>
                  {t("jobs.cancel")}
                </button>
              )}
              {job.mainId !== null && (
                <Link href={`/watch?main=${job.mainId}`} className="button">
                  {t("jobs.watch")}
                </Link>
              )}
              {OVER.includes(jobState) && (
                <button type="button" className="button button-quiet" onClick={() => removing.mutate(jobId)}>
                  {t("jobs.remove")}
                </button>
              )}
            </div>
          </article>
        );
      })}
    </section>
  );
}

function JobState({ job: { jobState, stage, progress, error, requeuedBecause } }: { job: Job }): ReactNode {
  const { t } = useText();
  const isRunning = jobState === "running";
  const label = isRunning && stage !== null ? t(`jobs.stage.${stage}`) : t(`jobs.state.${jobState}`);
  return (
    <>
      <p role="status">{label}</p>
      {isRunning && <ProgressBar share={progress} label={label} />}
      {requeuedBecause !== null && (isRunning || jobState === "queued") && (
        <p className="quiet">{t(`jobs.again.${requeuedBecause}`)}</p>
      )}
      {error !== null && <ErrorNotice help={t(`jobs.error.${error.code}`)} message={error.message} />}
    </>
  );
}

function SendForm({ onMade }: { onMade: () => void }): ReactNode {
  const { t, reason } = useText();
  const [sent, setSent] = useState<{ title: string; share: string }>();
  const { data: reservations = [] } = useQuery({ queryKey: ["reservations"], queryFn: listReservations });
  const sending = useMutation({
    mutationFn: async (form: HTMLFormElement) => {
      const { text } = formValues(form);
      const isChecked = (name: string) => new FormData(form).has(name);
      const file = new FormData(form).get("file") as File;
      const title = text("title");
      const { jobId } = await makeJob({
        title,
        marks: isChecked("marks") ? "auto" : "none",
        withoutOriginal: isChecked("withoutOriginal"),
        reservationId: text("reservation") || null,
        startsItself: !isChecked("waits"),
      });
      onMade();
      const show = (bytes: number, all: number) => setSent({ title, share: formatShare(bytes, all) });
      await sendSource(jobId, file, show).catch(async (error: unknown) => {
        await cancelJob(jobId).catch(() => {}); // what went wrong before is told
        throw error;
      });
      form.reset();
    },
    onSettled: () => {
      setSent(undefined);
      onMade();
    },
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    sending.mutate(event.currentTarget);
  };
  const check = (name: "marks" | "withoutOriginal" | "waits") => (
    <label className="check">
      <input type="checkbox" name={name} /> <span>{t(`jobs.${name}`)}</span>
    </label>
  );
  return (
    <form className="job-form" aria-label={t("jobs.title")} onSubmit={send}>
      <Field name="title" label={t("jobs.name")} value="" required maxLength={200} />
      <label className="field">
        {t("jobs.file")} <input type="file" name="file" accept="video/*,.y4m,.mkv,.ts,.m2ts,.vob" required />
      </label>
      <label className="field">
        {t("jobs.reservation")}{" "}
        <select name="reservation">
          <option value="">{t("jobs.reservation.none")}</option>
          {reservations
            .filter(({ ready, mainId }) => ready && mainId === null)
            .map(({ reservationId, title }) => (
              <option key={reservationId} value={reservationId}>
                {title}
              </option>
            ))}
        </select>
      </label>
      {check("marks")}
      {check("withoutOriginal")}
      {check("waits")}
      <div className="actions">
        <button type="submit" className="button button-main" disabled={sending.isPending}>
          {t("jobs.send")}
        </button>
      </div>
      {sent !== undefined && <p role="status">{t("jobs.sending", sent)}</p>}
      {sending.error !== null && <ErrorNotice message={reason(sending.error)} />}
    </form>
  );
}
