/** The hidden parts of a job, before it runs: the service's own place to restrict a video (restriction patent, example 1). */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { changeJob, type Job, type JobPart } from "../../shared/api/jobs.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { draftsOf, newPart, type PartDraft, restrictedPart } from "../../shared/parts/part-draft.ts";
import { PartFields } from "../../shared/parts/part-fields.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

const PARTS_MOST = 200;
const NEW_PART_SECONDS = 5;

export function JobParts({ job, onSaved }: { job: Job; onSaved: () => void }): ReactNode {
  const { t, reason } = useText();
  const [drafts, setDrafts] = useState<readonly PartDraft[]>(() => job.parts.flatMap((part) => draftsOf(told(part))));
  const saving = useMutation({
    mutationFn: () => changeJob(job.jobId, { parts: drafts.map((draft) => toPart(draft)) }),
    onSuccess: onSaved,
  });
  const change = (changed: readonly PartDraft[]) => {
    saving.reset();
    setDrafts(changed);
  };
  const set = (one: PartDraft) => change(drafts.map((draft) => (draft.id === one.id ? one : draft)));
  const add = () => {
    const from = drafts.at(-1)?.to ?? 0;
    change([...drafts, newPart(from, from + NEW_PART_SECONDS)]);
  };
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <details>
      <summary>{t("jobs.parts", { count: job.parts.length })}</summary>
      <form className="job-form" aria-label={t("studio.parts")} onSubmit={save}>
        {drafts.map((part, index) => (
          <fieldset key={part.id} className="job-part">
            <legend>{t("studio.parts.part", { number: index + 1 })}</legend>
            <div className="part-choices">
              {(["from", "to"] as const).map((name) => (
                <label key={name} className="field">
                  <span>{t(`jobs.parts.${name}`)}</span>
                  <input
                    type="number"
                    min={name === "to" && !Number.isNaN(part.from) ? part.from + 0.001 : 0}
                    step="any"
                    required
                    value={Number.isNaN(part[name]) ? "" : part[name]}
                    onChange={(event) => set({ ...part, [name]: event.target.valueAsNumber })}
                  />
                </label>
              ))}
              <PartFields part={part} onChange={set} />
            </div>
            <button
              type="button"
              className="button button-quiet"
              aria-label={t("studio.parts.removeOne", { number: index + 1 })}
              onClick={() => change(drafts.filter(({ id }) => id !== part.id))}
            >
              {t("studio.parts.remove")}
            </button>
          </fieldset>
        ))}
        <div className="actions">
          <button type="button" className="button" disabled={drafts.length >= PARTS_MOST} onClick={add}>
            {t("studio.parts.add")}
          </button>
          <button type="submit" className="button button-main" disabled={saving.isPending}>
            {t("jobs.parts.save")}
          </button>
        </div>
        {saving.isSuccess && <p role="status">{t("jobs.parts.saved")}</p>}
        {saving.error !== null && <ErrorNotice message={reason(saving.error)} />}
      </form>
    </details>
  );
}

/** As the Studio's form has it. */
const told = ({ startSeconds, endSeconds, viewers, ...part }: JobPart): Parameters<typeof draftsOf>[0] => ({
  ...part,
  startMicroseconds: Math.round(startSeconds * 1e6),
  endMicroseconds: Math.round(endSeconds * 1e6),
  viewers: viewers as Parameters<typeof draftsOf>[0]["viewers"],
});

function toPart(draft: PartDraft): JobPart {
  const { startMicroseconds, endMicroseconds, ...part } = restrictedPart(draft);
  return { ...part, startSeconds: startMicroseconds / 1e6, endSeconds: endMicroseconds / 1e6 };
}
