import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import {
  addSurrounding,
  changeSurrounding,
  listSurroundings,
  removeSurrounding,
  SURROUNDING_KINDS,
  type Surrounding,
  type SurroundingChange,
  type SurroundingKind,
} from "../../shared/surroundings.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

/** What stands around videos: entered, targeted, switched on and off. @param mainId of one video; null: of all, the administrator's */
export function SurroundingsPart({ mainId }: { mainId: string | null }): ReactNode {
  const { t } = useText();
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
      {error !== undefined && <ErrorNotice message={error.message} onRetry={load} />}
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
    const form = new FormData(event.currentTarget);
    const image = form.get("image");
    onChange(changeOf(form), image instanceof File && image.size > 0 ? image : undefined);
  };
  const field = (name: string, label: string, value: string | number | null, type = "text") => (
    <label className="field">
      {label} <input name={name} type={type} defaultValue={value ?? ""} />
    </label>
  );
  return (
    <form className="card" onSubmit={save} aria-label={entry.title}>
      <p className="quiet">{t(`around.${entry.kind}`)}</p>
      {entry.imageUrl !== null && <img src={entry.imageUrl} alt="" height={90} />}
      {field("title", t("around.name"), entry.title)}
      <label className="field">
        {t("around.text")} <textarea name="text" rows={3} maxLength={500} defaultValue={entry.text} />
      </label>
      {field("link", t("cms.link"), entry.link)}
      <label className="field">
        {t("around.image")} <input name="image" type="file" accept="image/jpeg,image/png" />
      </label>
      {field("kinds", t("cms.kinds"), entry.kinds.join(", "))}
      {entry.mainId === null && field("genres", t("cms.genres"), conditions.genres.join(", "))}
      {field("genders", t("cms.genders"), conditions.genders.join(", "))}
      {field("languages", t("cms.languages"), conditions.languages.join(", "))}
      {field("ageLimit", t("cms.ageLimit"), entry.ageLimit, "number")}
      {field("ageMin", t("cms.ageMin"), conditions.ageMin, "number")}
      {field("ageMax", t("cms.ageMax"), conditions.ageMax, "number")}
      {field("from", t("cms.from"), conditions.from?.slice(0, 10) ?? "", "date")}
      {field("until", t("cms.until"), conditions.until?.slice(0, 10) ?? "", "date")}
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

/** What stands in the form; an empty field is no condition. */
function changeOf(form: FormData): SurroundingChange {
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
    text: text("text"),
    link: text("link"),
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
    },
  };
}
