import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from "react";
import {
  addSurrounding,
  changeSurrounding,
  listSurroundings,
  removeSurrounding,
  SURROUNDING_KINDS,
  type Surrounding,
  type SurroundingChange,
  type SurroundingKind,
} from "../../shared/api/surroundings.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { dayOf, formValues, targetValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

/** What stands around videos: entered, targeted, switched on and off. @param mainId of one video; null: of all, the administrator's */
export function SurroundingsPart({ mainId }: { mainId: string | null }): ReactNode {
  const { t, reason } = useText();
  const [entries, setEntries] = useState<Surrounding[]>([]);
  const [error, setError] = useState<Error>();

  const load = useCallback(
    () =>
      void listSurroundings()
        .then((all) => setEntries(all.filter((one) => mainId === null || one.mainId === mainId)))
        .catch(setError),
    [mainId],
  );
  useEffect(load, [load]);

  const run = (task: Promise<void>) => {
    setError(undefined);
    void task.then(load, setError);
  };
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [kind, title] = [String(form.get("kind")) as SurroundingKind, String(form.get("title")).trim()];
    event.currentTarget.reset();
    run(addSurrounding({ kind, title, mainId }));
  };

  return (
    <section className="log" aria-label={t("around.title")}>
      <h2>{t("around.title")}</h2>
      <p className="quiet">{t(mainId === null ? "around.leadAll" : "around.leadOne")}</p>
      <form className="actions" onSubmit={add}>
        <select name="kind" aria-label={t("around.kind")}>
          {SURROUNDING_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`around.${kind}`)}
            </option>
          ))}
        </select>
        <input name="title" required maxLength={100} placeholder={t("around.name")} aria-label={t("around.name")} />
        <button type="submit" className="button">
          {t("around.add")}
        </button>
      </form>
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={load} />}
      {entries.map((one) => (
        <EntryForm
          key={one.id}
          entry={one}
          onChange={(values, image) => run(changeSurrounding(one.id, values, image))}
          onRemove={() => run(removeSurrounding(one.id))}
        />
      ))}
    </section>
  );
}

interface EntryFormProps {
  entry: Surrounding;
  onChange(values: SurroundingChange, image?: Blob): void;
  onRemove(): void;
}

function EntryForm({ entry, onChange, onRemove }: EntryFormProps): ReactNode {
  const { t } = useText();
  const { conditions } = entry;
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const image = new FormData(event.currentTarget).get("image");
    onChange(changeOf(event.currentTarget), image instanceof File && image.size > 0 ? image : undefined);
  };
  return (
    <form className="card" onSubmit={save} aria-label={entry.title}>
      <p className="quiet">{t(`around.${entry.kind}`)}</p>
      {entry.imageUrl !== null && <img src={entry.imageUrl} alt="" height={90} />}
      <Field name="title" label={t("around.name")} value={entry.title} />
      <label className="field">
        {t("around.text")} <textarea name="text" rows={3} maxLength={500} defaultValue={entry.text} />
      </label>
      <Field name="link" label={t("cms.link")} value={entry.link} />
      <label className="field">
        {t("around.image")} <input name="image" type="file" accept="image/jpeg,image/png" />
      </label>
      <Field name="kinds" label={t("cms.kinds")} value={entry.kinds.join(", ")} />
      {entry.mainId === null && <Field name="genres" label={t("cms.genres")} value={conditions.genres.join(", ")} />}
      <Field name="genders" label={t("cms.genders")} value={conditions.genders.join(", ")} />
      <Field name="languages" label={t("cms.languages")} value={conditions.languages.join(", ")} />
      <Field name="ageLimit" type="number" label={t("cms.ageLimit")} value={entry.ageLimit} />
      <Field name="ageMin" type="number" label={t("cms.ageMin")} value={conditions.ageMin} />
      <Field name="ageMax" type="number" label={t("cms.ageMax")} value={conditions.ageMax} />
      <Field name="from" type="date" label={t("cms.from")} value={dayOf(conditions.from)} />
      <Field name="until" type="date" label={t("cms.until")} value={dayOf(conditions.until)} />
      <div className="actions">
        <button type="submit" className="button">
          {t("cms.save")}
        </button>
        <button type="button" className="button" onClick={() => onChange({ active: !entry.active })}>
          {t(entry.active ? "cms.off" : "cms.on")}
        </button>
        <button type="button" className="button" onClick={onRemove}>
          {t("cms.remove")}
        </button>
      </div>
    </form>
  );
}

function changeOf(form: HTMLFormElement): SurroundingChange {
  const values = formValues(form);
  const { text } = values;
  return { title: text("title"), text: text("text"), link: text("link"), ...targetValues(values) };
}
