import { type ReactNode, useId, useState } from "react";
import {
  CAPTION_LABEL_MAX,
  CAPTION_MAX_BYTES,
  CAPTION_TRACKS_MAX,
  type CaptionTrack,
  captionsOfFileName,
  languageName,
  readCaptionFile,
} from "../../../../codec/page.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { FileButton } from "../../shared/ui/file-button.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

/** Captions as the form holds them. */
export type CaptionDraft = CaptionTrack & { id: string };

/** Languages to choose from; a file's name or a source may bring others. */
const LANGUAGES =
  "ar bg bn ca cs da de el en en-GB en-US es es-419 et fa fi fil fr fr-CA he hi hr hu id it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv ta th tr uk ur vi yue zh-Hans zh-Hant".split(
    " ",
  );

/** The languages in which everyone may read along. */
export function CaptionFields({
  captions,
  leftOut,
  onChange,
}: {
  captions: readonly CaptionDraft[];
  /** What there is to say of captions inside the source that are not among them. */
  leftOut: readonly string[];
  onChange: (captions: readonly CaptionDraft[]) => void;
}): ReactNode {
  const { t, language } = useText();
  const id = useId();
  const [problems, setProblems] = useState(leftOut);

  const add = async (files: readonly File[]): Promise<void> => {
    const added: CaptionDraft[] = [];
    const refused: string[] = [];
    for (const file of files) {
      try {
        const bytes = new Uint8Array(await file.slice(0, CAPTION_MAX_BYTES + 1).arrayBuffer());
        const text = readCaptionFile(bytes, file.name);
        const { kind, language: told = language } = captionsOfFileName(file.name);
        added.push({ id: crypto.randomUUID(), language: told, label: languageName(told), kind, text });
      } catch (error) {
        refused.push((error as Error).message);
      }
    }
    const all = [...captions, ...added];
    if (all.length > CAPTION_TRACKS_MAX) refused.push(t("studio.captions.tooMany", { most: CAPTION_TRACKS_MAX }));
    setProblems([...new Set(refused)]);
    onChange(all.slice(0, CAPTION_TRACKS_MAX));
  };
  const change = (changed: CaptionDraft) => onChange(captions.map((one) => (one.id === changed.id ? changed : one)));
  return (
    <fieldset className="caption-fields" aria-describedby={`${id}-hint`}>
      <legend>{t("studio.captions")}</legend>
      <p className="quiet" id={`${id}-hint`}>
        {t("studio.captions.hint")}
      </p>
      {captions.length > 0 && (
        <ul>
          {captions.map((one) => (
            <li key={one.id}>
              <CaptionRow
                draft={one}
                onChange={change}
                onRemove={() => onChange(captions.filter((other) => other.id !== one.id))}
              />
            </li>
          ))}
        </ul>
      )}
      {problems.map((problem) => (
        <ErrorNotice key={problem} message={problem} />
      ))}
      <div className="actions">
        <FileButton accept=".vtt,.srt,text/vtt" onFiles={(files) => void add(files)}>
          {t("studio.captions.add")}
        </FileButton>
      </div>
    </fieldset>
  );
}

function CaptionRow({
  draft,
  onChange,
  onRemove,
}: {
  draft: CaptionDraft;
  onChange: (draft: CaptionDraft) => void;
  onRemove: () => void;
}): ReactNode {
  const { t, language } = useText();
  const { language: chosen, label, kind } = draft;
  const offered = LANGUAGES.includes(chosen) ? LANGUAGES : [chosen, ...LANGUAGES];
  // A label that nobody wrote goes with the language.
  const choose = (next: string) =>
    onChange({ ...draft, language: next, label: label === languageName(chosen) ? languageName(next) : label });
  return (
    <>
      <label className="field">
        <span>{t("studio.captions.language")}</span>
        <select value={chosen} onChange={(event) => choose(event.target.value)}>
          {offered.map((tag) => (
            <option key={tag} value={tag}>
              {languageName(tag, language)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t("studio.captions.label")}</span>
        <input
          value={label}
          required
          pattern=".*\S.*"
          maxLength={CAPTION_LABEL_MAX}
          onChange={(event) => onChange({ ...draft, label: event.target.value })}
        />
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={kind === "captions"}
          onChange={(event) => onChange({ ...draft, kind: event.target.checked ? "captions" : "subtitles" })}
        />
        <span>{t("studio.captions.forDeaf")}</span>
      </label>
      <button
        type="button"
        className="button button-quiet"
        aria-label={t("studio.captions.removeOne", { label })}
        onClick={onRemove}
      >
        {t("studio.captions.remove")}
      </button>
    </>
  );
}
