import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from "react";
import { type AdminCm, addCm, type CmChange, changeCm, listCms, removeCm } from "../../shared/cms.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

const ACCEPT = "video/mp4,video/webm,image/jpeg,image/png,image/bmp";

/** CMs: entered, given conditions, switched on and off, removed. */
export function CmsPart(): ReactNode {
  const { t } = useText();
  const [cms, setCms] = useState<AdminCm[]>();
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<Error>();

  const load = useCallback(() => void listCms().then(setCms).catch(setError), []);
  useEffect(load, [load]);

  const run = (task: Promise<void>) => {
    setError(undefined);
    return task.then(load, setError);
  };
  const add = (file: File | undefined) => {
    if (file === undefined) return;
    setIsSending(true);
    void run(addCm(file)).finally(() => setIsSending(false));
  };

  return (
    <section className="log" aria-label={t("cms.title")}>
      <h2>{t("cms.title")}</h2>
      <label>
        {t(isSending ? "cms.adding" : "cms.add")}{" "}
        <input
          type="file"
          accept={ACCEPT}
          disabled={isSending}
          onChange={(event) => {
            add(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </label>
      {error !== undefined && <ErrorNotice message={error.message} onRetry={load} />}
      {cms?.map((cm) => (
        <CmCard
          key={cm.id}
          cm={cm}
          onChange={(values) => void run(changeCm(cm.id, values))}
          onRemove={() => void run(removeCm(cm.id))}
        />
      ))}
    </section>
  );
}

interface CmCardProps {
  cm: AdminCm;
  onChange(values: CmChange): void;
  onRemove(): void;
}

function CmCard({ cm, onChange, onRemove }: CmCardProps): ReactNode {
  const { t } = useText();
  const { conditions, events } = cm;
  const isImage = cm.type.startsWith("image/");
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onChange(changeOf(new FormData(event.currentTarget), isImage));
  };
  return (
    <form className="card" onSubmit={save} aria-label={cm.title || cm.id}>
      {isImage ? (
        <img src={cm.fileUrl} alt="" height={90} />
      ) : (
        <video src={cm.fileUrl} height={90} preload="metadata" controls muted />
      )}
      {cm.house && <p className="quiet">{t("cms.house")}</p>}
      <Field name="title" label={t("cms.name")} value={cm.title} />
      <Field name="sponsor" label={t("cms.sponsor")} value={cm.sponsor} />
      <Field name="link" label={t("cms.link")} value={cm.link} />
      <Field name="kinds" label={t("cms.kinds")} value={cm.kinds.join(", ")} />
      <Field name="genres" label={t("cms.genres")} value={conditions.genres.join(", ")} />
      <Field name="genders" label={t("cms.genders")} value={conditions.genders.join(", ")} />
      <Field name="languages" label={t("cms.languages")} value={conditions.languages.join(", ")} />
      <Field name="ageLimit" label={t("cms.ageLimit")} value={cm.ageLimit} type="number" />
      <Field name="ageMin" label={t("cms.ageMin")} value={conditions.ageMin} type="number" />
      <Field name="ageMax" label={t("cms.ageMax")} value={conditions.ageMax} type="number" />
      <Field name="from" label={t("cms.from")} value={conditions.from?.slice(0, 10) ?? ""} type="date" />
      <Field name="until" label={t("cms.until")} value={conditions.until?.slice(0, 10) ?? ""} type="date" />
      <Field name="perViewerDay" label={t("cms.cap")} value={conditions.perViewerDay} type="number" />
      {isImage && <Field name="seconds" label={t("cms.seconds")} value={cm.seconds} type="number" />}
      <p className="quiet">
        {t("cms.counts")}: {cm.deliveries}, {events.complete ?? 0}, {events.click ?? 0}
      </p>
      <div className="actions">
        <button type="submit" className="button">
          {t("cms.save")}
        </button>
        <button type="button" className="button" onClick={() => onChange({ active: !cm.active })}>
          {t(cm.active ? "cms.off" : "cms.on")}
        </button>
        <button type="button" className="button" onClick={onRemove}>
          {t("cms.remove")}
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  value: string | number | null;
  type?: "text" | "number" | "date";
}

function Field({ name, label, value, type = "text" }: FieldProps): ReactNode {
  return (
    <label className="field">
      {label} <input name={name} type={type} defaultValue={value ?? ""} />
    </label>
  );
}

/** What stands in the form; an empty field is no condition. */
function changeOf(form: FormData, isImage: boolean): CmChange {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const words = (name: string) =>
    text(name)
      .split(/[,、]/)
      .map((word) => word.trim())
      .filter((word) => word !== "");
  const number = (name: string) => (text(name) === "" ? null : Number(text(name)));
  const date = (name: string) => (text(name) === "" ? null : `${text(name)}T00:00:00.000Z`);
  return {
    title: text("title"),
    sponsor: text("sponsor"),
    // The house CM's link is a page of this service, which the form leaves alone.
    ...(text("link").startsWith("/") ? {} : { link: text("link") }),
    kinds: words("kinds"),
    ageLimit: number("ageLimit") ?? 0,
    conditions: {
      genres: words("genres"),
      genders: words("genders"),
      languages: words("languages"),
      ageMin: number("ageMin"),
      ageMax: number("ageMax"),
      from: date("from"),
      until: date("until"),
      perViewerDay: number("perViewerDay"),
    },
    ...(isImage ? { seconds: Number(text("seconds")) } : {}),
  };
}
