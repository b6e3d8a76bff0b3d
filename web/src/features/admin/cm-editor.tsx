import { type FormEvent, type ReactNode, useId } from "react";
import type { AdminCm, CmChange } from "../../shared/api/cms.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { dayOf, formValues, targetValues } from "../../shared/ui/form-values.ts";
import { WebhookForm } from "../../shared/ui/webhook-form.tsx";

/** One CM: what it says, and its sponsor's conditions (Cmix patent [0176]). */
export function CmEditor({
  cm,
  onChange,
  onRemove,
}: {
  cm: AdminCm;
  onChange: (values: CmChange) => void;
  onRemove: () => void;
}): ReactNode {
  const { t } = useText();
  const { conditions, origin } = cm;
  const isImage = cm.type.startsWith("image/");
  const name = cm.title || cm.id;
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onChange(changeOf(event.currentTarget, isImage));
  };
  return (
    <div className="cm-editor card">
      <form onSubmit={save} aria-label={name}>
        <div className="cm-preview">
          {isImage ? (
            <img src={cm.fileUrl} alt="" />
          ) : (
            <video src={cm.fileUrl} preload="metadata" controls muted aria-label={name} />
          )}
          {origin !== null && (
            <p className="quiet">
              {t("cms.origin")}: {origin.url}
            </p>
          )}
        </div>
        <Group title={t("cms.about")}>
          <Field name="title" label={t("cms.name")} value={cm.title} maxLength={200} />
          <Field name="sponsor" label={t("cms.sponsor")} value={cm.sponsor} maxLength={200} />
          <Field name="link" label={t("cms.link")} value={cm.link} maxLength={2000} />
          <Field name="kinds" label={t("cms.kinds")} value={cm.kinds.join(", ")} />
        </Group>
        <Group title={t("cms.videos")}>
          <Field name="genres" label={t("cms.genres")} value={conditions.genres.join(", ")} />
          <Field name="ageLimit" type="number" min={0} max={21} label={t("cms.ageLimit")} value={cm.ageLimit} />
        </Group>
        <Group title={t("cms.viewers")}>
          <Field name="genders" label={t("cms.genders")} value={conditions.genders.join(", ")} />
          <Field name="languages" label={t("cms.languages")} value={conditions.languages.join(", ")} />
          <Field name="ageMin" type="number" min={0} max={150} label={t("cms.ageMin")} value={conditions.ageMin} />
          <Field name="ageMax" type="number" min={0} max={150} label={t("cms.ageMax")} value={conditions.ageMax} />
        </Group>
        <Group title={t("cms.times")}>
          <Field name="from" type="date" label={t("cms.from")} value={dayOf(conditions.from)} />
          <Field name="until" type="date" label={t("cms.until")} value={dayOf(conditions.until)} />
          <Field name="perViewerDay" type="number" min={1} label={t("cms.cap")} value={conditions.perViewerDay} />
          {isImage && (
            <Field name="seconds" type="number" min={3} max={60} required label={t("cms.seconds")} value={cm.seconds} />
          )}
        </Group>
        <div className="actions">
          <button type="submit" className="button button-main">
            {t("cms.save")}
          </button>
          <button type="button" className="button" onClick={onRemove}>
            {t("cms.remove")}
          </button>
        </div>
      </form>
      <WebhookForm of={`cms/${cm.id}`} />
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <fieldset className="group" aria-labelledby={id}>
      <legend id={id}>{title}</legend>
      <div className="field-grid">{children}</div>
    </fieldset>
  );
}

/** What stands in the form; an empty field is no condition. */
function changeOf(form: HTMLFormElement, isImage: boolean): CmChange {
  const values = formValues(form);
  const { text, number } = values;
  const { conditions, ...target } = targetValues(values);
  return {
    title: text("title"),
    sponsor: text("sponsor"),
    // The house CM's link is a page of this service, which the form leaves alone.
    ...(text("link").startsWith("/") ? {} : { link: text("link") }),
    ...target,
    conditions: { ...conditions, perViewerDay: number("perViewerDay") },
    ...(isImage ? { seconds: Number(text("seconds")) } : {}),
  };
}
