import { type FormEvent, type ReactNode, useId } from "react";
import type { SourceFacts, StripPicture, TrimSeconds } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { CaptionFields } from "./caption-fields.tsx";
import type { Settings } from "./division-settings.ts";
import { LibraryFields } from "./library-fields.tsx";
import type { FindMarks } from "./mark-search.tsx";
import { MethodChoice } from "./method-choice.tsx";
import { useStrip } from "./poster-strip.tsx";
import { RestrictedParts } from "./restricted-parts.tsx";
import { ThumbnailFields } from "./thumbnail-fields.tsx";
import { TrimFields } from "./trim-fields.tsx";

const TITLE_MAX = 200;
const LEAST_TRIMMED_SECONDS = 0.5;

export function SettingsForm({
  facts,
  settings,
  strip,
  taken,
  onLook,
  findMarks,
  onChange,
  onSubmit,
  onSubmitTo,
}: {
  facts: SourceFacts;
  settings: Settings;
  /** Pictures out of the video. */
  strip: () => Promise<StripPicture[]>;
  /** What a part really is where the file is kept as it is. */
  taken: (trim: TrimSeconds) => Promise<TrimSeconds>;
  /** Shows the video at this time. */
  onLook: (seconds: number) => void;
  findMarks: FindMarks;
  onChange: (settings: Settings) => void;
  onSubmit: () => void;
  /** Asks for a place first. Absent where the engine cannot write to one. */
  onSubmitTo?: (() => void) | undefined;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const { codesAnew } = STUDIO_METHODS[settings.method];
  const pictures = useStrip(strip, facts.isDecodable);
  const set = (change: Partial<Settings>) => onChange({ ...settings, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className="settings" onSubmit={submit}>
      <label className="field" htmlFor={`${id}-title`}>
        <span>{t("studio.field.title")}</span>
        <input
          id={`${id}-title`}
          value={settings.title}
          required
          pattern=".*\S.*"
          maxLength={TITLE_MAX}
          onChange={(event) => set({ title: event.target.value })}
        />
      </label>
      <label className="field" htmlFor={`${id}-copyright`}>
        <span>{t("studio.field.copyright")}</span>
        <input
          id={`${id}-copyright`}
          value={settings.copyright}
          placeholder={t("studio.field.copyrightHint")}
          maxLength={TITLE_MAX}
          onChange={(event) => set({ copyright: event.target.value })}
        />
      </label>
      <LibraryFields genre={settings.genre ?? ""} ageLimit={settings.ageLimit ?? 0} onChange={set} />
      <MethodChoice facts={facts} method={settings.method} onChange={(method) => set({ method })} />
      {codesAnew && settings.staysBelowSource && facts.belowSource?.isCoarse && (
        <Hint warning>{t("studio.belowSource.coarse")}</Hint>
      )}
      {facts.durationSeconds >= LEAST_TRIMMED_SECONDS && (
        <TrimFields
          facts={facts}
          pictures={pictures}
          trim={settings.trim}
          isKept={!codesAnew}
          taken={taken}
          onChange={(trim) => set({ trim })}
        />
      )}
      <RestrictedParts
        facts={facts}
        pictures={pictures}
        settings={settings}
        onLook={onLook}
        findMarks={findMarks}
        onChange={(parts) => set({ parts })}
        onCovers={(covers) => set({ covers })}
        onWithoutOriginal={(withoutOriginal) => set({ withoutOriginal })}
      />
      {facts.isDecodable && (
        <ThumbnailFields
          thumbnails={settings.thumbnails}
          facts={facts}
          pictures={pictures}
          onChange={(thumbnails) => set({ thumbnails })}
        />
      )}
      <CaptionFields
        captions={settings.captions ?? []}
        leftOut={facts.captions?.leftOut ?? []}
        onChange={(captions) => set({ captions })}
      />
      <details className="more">
        <summary>{t("studio.settings")}</summary>
        {codesAnew && <CompressFields id={id} settings={settings} onChange={set} />}
        <label className="field" htmlFor={`${id}-protection`}>
          <span>{t("studio.protection")}</span>
          <select
            id={`${id}-protection`}
            value={settings.protection}
            onChange={(event) => set({ protection: event.target.value === "patent" ? "patent" : "sealed" })}
          >
            <option value="sealed">{t("studio.protection.sealed")}</option>
            <option value="patent">{t("studio.protection.patent")}</option>
          </select>
        </label>
        {settings.protection === "patent" && <Hint warning>{t("studio.protection.weak")}</Hint>}
      </details>
      <div className="actions studio-foot">
        <button type="submit" className="button button-main button-large">
          {t("studio.divide")}
        </button>
        {onSubmitTo !== undefined && (
          <button
            type="button"
            className="button button-large"
            aria-describedby={`${id}-target`}
            onClick={(event) => {
              if (event.currentTarget.form?.reportValidity()) onSubmitTo();
            }}
          >
            {t("studio.target")}
          </button>
        )}
      </div>
      {onSubmitTo !== undefined && (
        <p className="quiet" id={`${id}-target`}>
          {t("studio.target.hint")}
        </p>
      )}
    </form>
  );
}

function CompressFields({
  id,
  settings,
  onChange,
}: {
  id: string;
  settings: Settings;
  onChange: (change: Partial<Settings>) => void;
}): ReactNode {
  const { t } = useText();
  return (
    <>
      <label className="check" htmlFor={`${id}-below`}>
        <input
          id={`${id}-below`}
          type="checkbox"
          checked={settings.staysBelowSource}
          onChange={(event) => onChange({ staysBelowSource: event.target.checked })}
        />
        <span>{t("studio.belowSource")}</span>
      </label>
      <div className="field">
        <label htmlFor={`${id}-quality`}>
          {t("studio.quality")} <output htmlFor={`${id}-quality`}>{settings.quality}</output>
        </label>
        <input
          id={`${id}-quality`}
          type="range"
          min={1}
          max={31}
          value={settings.quality}
          disabled={settings.staysBelowSource}
          aria-describedby={`${id}-quality-hint`}
          onChange={(event) => onChange({ quality: Number(event.target.value) })}
        />
        <span className="quiet" id={`${id}-quality-hint`}>
          {t("studio.quality.hint")}
        </span>
      </div>
      <label className="field" htmlFor={`${id}-bitplane`}>
        <span>{t("studio.bitplane")}</span>
        <select
          id={`${id}-bitplane`}
          value={settings.bitplane}
          onChange={(event) => onChange({ bitplane: event.target.value === "binary" ? "binary" : "gray" })}
        >
          <option value="gray">{t("studio.bitplane.gray")}</option>
          <option value="binary">{t("studio.bitplane.binary")}</option>
        </select>
      </label>
    </>
  );
}
