import { type ReactNode, useId } from "react";
import type { SourceFacts, StripPicture, Thumbnails } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { PosterStrip } from "./poster-strip.tsx";

/** Which parts of the video everyone may see: on, and from its beginning, unless the creator wants it otherwise. */
export function ThumbnailFields({
  thumbnails,
  facts,
  pictures,
  onChange,
}: {
  thumbnails: Thumbnails;
  facts: SourceFacts;
  /** To choose the poster from. */
  pictures: readonly StripPicture[];
  onChange: (thumbnails: Thumbnails) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const last = Math.max(0, Math.floor(facts.durationSeconds));
  return (
    <fieldset className="thumbnails" aria-describedby={`${id}-hint`}>
      <legend>{t("studio.thumbnails")}</legend>
      {(["poster", "teaser"] as const).map((kind) => (
        <label key={kind} className="check">
          <input
            type="checkbox"
            checked={thumbnails[kind]}
            onChange={(event) => onChange({ ...thumbnails, [kind]: event.target.checked })}
          />
          <span>{t(`studio.thumbnails.${kind}`)}</span>
        </label>
      ))}
      {thumbnails.poster && facts.poster !== undefined && (
        <PosterStrip
          usual={facts.poster}
          pictures={pictures}
          pictureSeconds={thumbnails.pictureSeconds}
          onChange={(pictureSeconds) => {
            const { pictureSeconds: _before, ...rest } = thumbnails;
            onChange(pictureSeconds === undefined ? rest : { ...rest, pictureSeconds });
          }}
        />
      )}
      <label className="seconds">
        <span>{t("studio.thumbnails.start")}</span>
        <input
          type="number"
          min={0}
          max={last}
          step={1}
          required
          value={Number.isNaN(thumbnails.startSeconds) ? "" : thumbnails.startSeconds}
          disabled={!thumbnails.poster && !thumbnails.teaser}
          onChange={(event) => onChange({ ...thumbnails, startSeconds: event.target.valueAsNumber })}
        />
      </label>
      <p className="quiet" id={`${id}-hint`}>
        {t("studio.thumbnails.hint")}
      </p>
    </fieldset>
  );
}
