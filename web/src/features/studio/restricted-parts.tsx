/** Parts that not everybody sees: when, which area, what stands in its place, and for whom not (restriction patent, claims 1 to 4). */
import { type ReactNode, useId } from "react";
import { AREA_PRESETS, type Area } from "../../../../codec/page.ts";
import type { SourceFacts, StripPicture } from "../../division/protocol/divide-api.ts";
import { STUDIO_METHODS } from "../../division/protocol/studio-methods.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatShare, formatTime } from "../../shared/ui/text-format.ts";
import type { Settings } from "./division-settings.ts";
import { type FindMarks, MarkSearch } from "./mark-search.tsx";
import {
  type AreaChoice,
  hiddenSeconds,
  MARK_CORNERS,
  newPart,
  PART_WAYS,
  type PartDraft,
  VIEWER_KINDS,
} from "./part-draft.ts";
import { rangeEnd, TimeRange } from "./time-range.tsx";

const PARTS_MAX = 200;
const NEW_PART_SECONDS = 5;
const AREAS: readonly AreaChoice[] = [...(Object.keys(AREA_PRESETS) as (keyof typeof AREA_PRESETS)[]), "own", "none"];

export function RestrictedParts({
  facts,
  pictures,
  settings: { parts, method, protection, captions },
  onLook,
  findMarks,
  onChange,
}: {
  facts: SourceFacts;
  pictures: readonly StripPicture[];
  settings: Settings;
  /** Shows the video at this time. */
  onLook: (seconds: number) => void;
  findMarks: FindMarks;
  onChange: (parts: readonly PartDraft[]) => void;
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
      {hidden > 0 && (
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
      {hides && protection !== "sealed" && <Hint warning>{t("studio.parts.protection")}</Hint>}
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
  const choice = <Name extends "way" | "corner" | "area" | "treatment" | "sound" | "viewers">(
    name: Name,
    values: readonly PartDraft[Name][],
  ) => (
    <label className="field">
      <span>{t(`studio.parts.${name}`)}</span>
      <select value={part[name]} onChange={(event) => set(chosen(part, { [name]: event.target.value }))}>
        {values.map((value) => (
          <option key={value} value={value}>
            {t(`studio.parts.${name}.${value}` as Parameters<typeof t>[0])}
          </option>
        ))}
      </select>
    </label>
  );
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
        {choice("way", PART_WAYS)}
        {part.way === "mark" && choice("corner", MARK_CORNERS)}
        {part.way === "mark" && part.corner === "own" && <MarkPlaceFields part={part} onChange={onChange} />}
        {choice("area", AREAS)}
        {part.area === "own" && <OwnArea part={part} onChange={onChange} />}
        {part.area !== "none" && choice("treatment", ["black", "mosaic"])}
        {choice("sound", part.area === "none" ? ["mute"] : ["keep", "mute"])}
        {choice("viewers", VIEWER_KINDS)}
        {part.viewers === "age" && (
          <label className="field">
            <span>{t("studio.parts.years")}</span>
            <input
              type="number"
              min={1}
              max={120}
              required
              value={Number.isNaN(part.years) ? "" : part.years}
              onChange={(event) => set({ years: event.target.valueAsNumber })}
            />
          </label>
        )}
        {part.viewers === "group" && (
          <label className="field">
            <span>{t("studio.parts.group")}</span>
            <input
              value={part.group}
              required
              pattern="[A-Za-z0-9_\-]{1,32}"
              onChange={(event) => set({ group: event.target.value })}
            />
          </label>
        )}
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

/** A part hides something: without an area its sound is silent. */
const chosen = (part: PartDraft, change: Partial<PartDraft>): Partial<PartDraft> =>
  change.area === "none"
    ? { ...change, sound: "mute" }
    : change.area !== undefined && part.area === "none"
      ? { ...change, sound: "keep" }
      : change;

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

/** An area inside the picture. */
function OwnArea({ part, onChange }: { part: PartDraft; onChange: (part: PartDraft) => void }): ReactNode {
  const { own } = part;
  const most = { x: 99, y: 99, width: 100 - own.x / 10, height: 100 - own.y / 10 };
  return (["x", "y", "width", "height"] as const).map((name) => (
    <PercentField
      key={name}
      name={name}
      least={name === "x" || name === "y" ? 0 : 1}
      most={most[name]}
      value={own[name]}
      onChange={(value) => onChange({ ...part, own: { ...own, [name]: value } })}
    />
  ));
}

/** A share of the picture, shown in per cent. @param value in thousandths, as what `onChange` gets; NaN while it is typed */
function PercentField({
  name,
  least,
  most,
  value,
  onChange,
}: {
  name: keyof Area;
  least: number;
  most: number;
  value: number;
  onChange: (value: number) => void;
}): ReactNode {
  const { t } = useText();
  return (
    <label className="field">
      <span>{t(`studio.parts.${name}`)}</span>
      <input
        type="number"
        min={least}
        max={most}
        step={0.1}
        required
        value={Number.isNaN(value) ? "" : value / 10}
        onChange={(event) => onChange(Math.round(event.target.valueAsNumber * 10))}
      />
    </label>
  );
}
