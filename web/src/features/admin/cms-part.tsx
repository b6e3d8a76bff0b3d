import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from "react";
import { type AdminCm, addCm, addCmFrom, changeCm, listCms, removeCm } from "../../shared/api/cms.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Field } from "../../shared/ui/field.tsx";
import { formValues } from "../../shared/ui/form-values.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { CmEditor } from "./cm-editor.tsx";
import { CmTable } from "./cm-table.tsx";

const ACCEPT = "video/mp4,video/webm,image/jpeg,image/png,image/bmp";

/** CMs: entered as a file or by address, found, and one of them edited at a time. */
export function CmsPart(): ReactNode {
  const { t, reason } = useText();
  const [cms, setCms] = useState<AdminCm[]>();
  const [editedId, setEditedId] = useState<string>();
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<Error>();

  const load = useCallback(() => listCms().then(setCms, setError), []);
  useEffect(() => void load(), [load]);

  const run = async (task: Promise<unknown>): Promise<void> => {
    setError(undefined);
    await task.then(load, setError);
  };
  const add = (adding: Promise<AdminCm>): Promise<void> => {
    setIsSending(true);
    return run(adding.then(({ id }) => setEditedId(id))).finally(() => setIsSending(false));
  };
  const addAddress = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const adding = addCmFrom(formValues(form).text("url"));
    adding.then(
      () => form.reset(),
      () => {},
    ); // what was typed stays after a refusal
    void add(adding);
  };

  const edited = cms?.find(({ id }) => id === editedId);
  return (
    <section className="log" aria-label={t("cms.title")}>
      <h2>{t("cms.title")}</h2>
      <div className="cm-add card">
        <label className="field">
          {t("cms.add")}{" "}
          <input
            type="file"
            accept={ACCEPT}
            disabled={isSending}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) void add(addCm(file));
              event.target.value = "";
            }}
          />
        </label>
        <form onSubmit={addAddress}>
          <Field name="url" type="url" label={t("cms.addFrom")} value="" required maxLength={2000} />
          <button type="submit" className="button" disabled={isSending}>
            {t("cms.fetch")}
          </button>
        </form>
        {isSending && <p role="status">{t("cms.adding")}</p>}
      </div>
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={() => void load()} />}
      {cms !== undefined && (
        <CmTable
          cms={cms}
          editedId={editedId}
          onEdit={(id) => setEditedId(id === editedId ? undefined : id)}
          onSwitch={({ id, active }) => void run(changeCm(id, { active: !active }))}
        />
      )}
      {edited !== undefined && (
        <CmEditor
          key={edited.id}
          cm={edited}
          onChange={(values) => void run(changeCm(edited.id, values))}
          onRemove={() => void run(removeCm(edited.id))}
        />
      )}
    </section>
  );
}
