/** What of a part is hidden, how, and from whom: fields of the Studio and of jobs on the service. */
import type { ReactNode } from "react";
import { AREA_PRESETS, type Area } from "../../../../codec/page.ts";
import { useText } from "../i18n/text.tsx";
import { type AreaChoice, type PartDraft, VIEWER_KINDS } from "./part-draft.ts";

const AREAS: readonly AreaChoice[] = [...(Object.keys(AREA_PRESETS) as (keyof typeof AREA_PRESETS)[]), "own", "none"];

interface Fields {
  part: PartDraft;
  onChange: (part: PartDraft) => void;
}

/** Where nothing can be given to cover parts with. */
const PLAIN: readonly PartDraft["treatment"][] = ["black", "mosaic"];

export function PartFields({
  part,
  treatments = PLAIN,
  onChange,
}: Fields & { treatments?: readonly PartDraft["treatment"][] | undefined }): ReactNode {
  const { t } = useText();
  return (
    <>
      <PartChoice part={part} name="area" values={AREAS} onChange={onChange} />
      {part.area === "own" && <OwnArea part={part} onChange={onChange} />}
      {part.area !== "none" && <PartChoice part={part} name="treatment" values={treatments} onChange={onChange} />}
      <PartChoice
        part={part}
        name="sound"
        values={part.area === "none" ? ["mute"] : ["keep", "mute"]}
        onChange={onChange}
      />
      <PartChoice part={part} name="viewers" values={VIEWER_KINDS} onChange={onChange} />
      {part.viewers === "age" && (
        <label className="field">
          <span>{t("studio.parts.years")}</span>
          <input
            type="number"
            min={1}
            max={120}
            required
            value={Number.isNaN(part.years) ? "" : part.years}
            onChange={(event) => onChange({ ...part, years: event.target.valueAsNumber })}
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
            onChange={(event) => onChange({ ...part, group: event.target.value })}
          />
        </label>
      )}
    </>
  );
}

export function PartChoice<Name extends "way" | "corner" | "area" | "treatment" | "sound" | "viewers">({
  part,
  name,
  values,
  onChange,
}: Fields & { name: Name; values: readonly PartDraft[Name][] }): ReactNode {
  const { t } = useText();
  return (
    <label className="field">
      <span>{t(`studio.parts.${name}`)}</span>
      <select
        value={part[name]}
        onChange={(event) => onChange({ ...part, ...chosen(part, { [name]: event.target.value }) })}
      >
        {values.map((value) => (
          <option key={value} value={value}>
            {t(`studio.parts.${name}.${value}` as Parameters<typeof t>[0])}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A part hides something: without an area its sound is silent. A mark brings nothing to cover an area with. */
const chosen = (part: PartDraft, change: Partial<PartDraft>): Partial<PartDraft> =>
  change.way === "mark" && !PLAIN.includes(part.treatment)
    ? { ...change, treatment: "black" }
    : change.area === "none"
      ? { ...change, sound: "mute" }
      : change.area !== undefined && part.area === "none"
        ? { ...change, sound: "keep" }
        : change;

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
export function PercentField({
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
