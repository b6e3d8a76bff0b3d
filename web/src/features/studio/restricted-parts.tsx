/** Parts that not everybody sees: when, which area, what stands in its place, and for whom not (restriction patent, claims 1 to 4). */
import { type ReactNode, useId } from "react";
import type { SourceFacts, StripPicture } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { hiddenSeconds, MARK_CORNERS, newPart, PART_WAYS, type PartDraft } from "../../shared/parts/part-draft.ts";
import { PartChoice, PartFields, PercentField } from "../../shared/parts/part-fields.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatShare, formatTime } from "../../shared/ui/text-format.ts";
import { CoverFields } from "./cover-fields.tsx";
import type { CoverDraft, Settings } from "./division-settings.ts";
import { type FindMarks, MarkSearch } from "./mark-search.tsx";
import { rangeEnd, TimeRange } from "./time-range.tsx";

const PARTS_MAX = 200;
const NEW_PART_SECONDS = 5;
/** Of parts that are hidden here, where what covers them can be given. */
const HIDING: readonly PartDraft["treatment"][] = ["black", "mosaic", "picture", "text"];

export function RestrictedParts({
  facts,
  pictures,
  settings: { parts, covers, method, protection, captions, withoutOriginal },
  onLook,
  findMarks,
  onChange,
  onCovers,
  onWithoutOriginal,
}: {
  facts: SourceFacts;
  pictures: readonly StripPicture[];
  settings: Settings;
  /** Shows the video at this time. */
  onLook: (seconds: number) => void;
  findMarks: FindMarks;
  onChange: (parts: readonly PartDraft[]) => void;
  onCovers: (covers: CoverDraft) => void;
  onWithoutOriginal: (withoutOriginal: boolean) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const end = rangeEnd(facts.durationSeconds);
  const change = (changed: PartDraft) => onChange(parts.map((one) => (one.id === changed.id ? changed : one)));
  const add = () => {
    const from = Math.min(parts.at(-1)?.to ?? 0, Math.max(0, end - NEW_PART_SECONDS)) || 0;
    onChange([...parts, newPart(from, Math.min(end, from + NEW_PART_SECONDS))]);
    onLook(from);
  };
  const hidden = hiddenSeconds(parts);
  const { codesAnew } = STUDIO_METHODS[method];
  const hides = parts.some(({ way }) => way === "hide");
  return (
    <fieldset className="restricted-parts" aria-describedby={`${id}-hint`}>
      <legend>{t("studio.parts")}</legend>
      <p className="quiet" id={`${id}-hint`}>
        {t("studio.parts.hint")}
      </p>
      {parts.length > 0 && (
        <ol>
          {parts.map((part, index) => (
            <li key={part.id} aria-label={t("studio.parts.part", { number: index + 1 })}>
              <Part
                part={part}
                number={index + 1}
                end={end}
                pictures={pictures}
                onLook={onLook}
                onChange={change}
                onRemove={() => onChange(parts.filter(({ id: other }) => other !== part.id))}
              />
            </li>
          ))}
        </ol>
      )}
      <CoverFields parts={parts} covers={covers} onChange={onCovers} />
      {hidden > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={withoutOriginal}
            onChange={(event) => onWithoutOriginal(event.target.checked)}
          />
          <span>{t("studio.parts.withoutOriginal")}</span>
        </label>
      )}
      {hidden > 0 && !withoutOriginal && (
        <p className="quiet" role="status">
          {t("studio.parts.adds", {
            hidden: formatTime(hidden),
            whole: formatTime(facts.durationSeconds),
            share: formatShare(hidden, facts.durationSeconds),
          })}
        </p>
      )}
      {hides && !codesAnew && <Hint>{t("studio.parts.kept")}</Hint>}
      {parts.some(({ way }) => way === "mark") && !codesAnew && <Hint warning>{t("studio.parts.marks")}</Hint>}
      {hides && protection !== "sealed" && !withoutOriginal && <Hint warning>{t("studio.parts.protection")}</Hint>}
      {parts.some(({ sound }) => sound === "mute") && captions !== undefined && captions.length > 0 && (
        <Hint warning>{t("studio.parts.captions")}</Hint>
      )}
      <div className="actions">
        <button type="button" className="button" disabled={parts.length >= PARTS_MAX} onClick={add}>
          {t("studio.parts.add")}
        </button>
      </div>
      {facts.isDecodable && <MarkSearch find={findMarks} parts={parts} onChange={onChange} />}
    </fieldset>
  );
}

function Part({
  part,
  number,
  end,
  pictures,
  onLook,
  onChange,
  onRemove,
}: {
  part: PartDraft;
  number: number;
  end: number;
  pictures: readonly StripPicture[];
  onLook: (seconds: number) => void;
  onChange: (part: PartDraft) => void;
  onRemove: () => void;
}): ReactNode {
  const { t } = useText();
  const set = (changed: Partial<PartDraft>) => onChange({ ...part, ...changed });
  return (
    <>
      <TimeRange
        from={part.from}
        to={part.to}
        end={end}
        pictures={pictures}
        handles={[t("studio.parts.from", { number }), t("studio.parts.to", { number })]}
        onChange={set}
      />
      <div className="part-choices">
        <PartChoice part={part} name="way" values={PART_WAYS} onChange={onChange} />
        {part.way === "mark" && <PartChoice part={part} name="corner" values={MARK_CORNERS} onChange={onChange} />}
        {part.way === "mark" && part.corner === "own" && <MarkPlaceFields part={part} onChange={onChange} />}
        <PartFields part={part} treatments={part.way === "hide" ? HIDING : undefined} onChange={onChange} />
      </div>
      {part.area !== "none" && part.treatment === "mosaic" && <Hint>{t("studio.parts.mosaic")}</Hint>}
      <div className="actions">
        <button type="button" className="button button-quiet" onClick={() => onLook(part.from)}>
          {t("studio.parts.look")}
        </button>
        <button
          type="button"
          className="button button-quiet"
          aria-label={t("studio.parts.removeOne", { number })}
          onClick={onRemove}
        >
          {t("studio.parts.remove")}
        </button>
      </div>
    </>
  );
}

/** Where a mark's top left corner is; the mark stays inside the picture. */
function MarkPlaceFields({ part, onChange }: { part: PartDraft; onChange: (part: PartDraft) => void }): ReactNode {
  const { markAt } = part;
  return (["x", "y"] as const).map((name) => (
    <PercentField
      key={name}
      name={name}
      least={0}
      most={100}
      value={markAt[name]}
      onChange={(value) => onChange({ ...part, markAt: { ...markAt, [name]: value } })}
    />
  ));
}
