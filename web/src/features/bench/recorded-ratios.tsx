/** What bench/run.ts recorded against peers, in a table and as curves; the kernels are measured here. */
import { type ReactNode, useMemo, useState } from "react";
import type { RecordedRatio } from "../../../../bench/measure.ts";
import recorded from "../../../../bench/recorded.json" with { type: "json" };
import { useText } from "../../shared/i18n/text.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";
import { RateChart, type RateCurve } from "./rate-chart.tsx";

const ROWS = (recorded as RecordedRatio[]).filter(({ peer }) => peer !== "scalar");
/** Names of curves are `undivided CLIP`. */
const UNDIVIDED = "undivided ";
const CLIPS = [
  ...new Set(
    ROWS.filter(({ name, curves }) => curves && name.startsWith(UNDIVIDED)).map(({ name }) =>
      name.slice(UNDIVIDED.length),
    ),
  ),
];

export function RecordedRatios(): ReactNode {
  const { t } = useText();
  if (ROWS.length === 0) return null;
  return (
    <section className="card recorded">
      <h2>{t("bench.recorded")}</h2>
      <p className="quiet">{t("bench.recorded.lead")}</p>
      {CLIPS.length > 0 && <Curves />}
      <WideTable label={t("bench.recorded")} className="figures">
        <thead>
          <tr>
            <th scope="col">{t("bench.case")}</th>
            <th scope="col" className="words">
              {t("bench.peer")}
            </th>
            <th scope="col">{t("bench.ratio")}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ name, peer, ratio }) => (
            <tr key={`${name} / ${peer}`}>
              <th scope="row">{name}</th>
              <td className="words">{peer}</td>
              <td>{ratio.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </section>
  );
}

function Curves(): ReactNode {
  const { t } = useText();
  const [clip, setClip] = useState(CLIPS.includes("flower_540p") ? "flower_540p" : CLIPS[0]);
  const curves = useMemo(() => {
    const of = ROWS.filter(({ name }) => name === `${UNDIVIDED}${clip}`);
    const ours = of[0]?.curves?.ours ?? [];
    const theirs = of.map(({ peer, curves: both }): RateCurve => ({ label: peer, points: both?.theirs ?? [] }));
    return [{ label: `Cmix, ${t("bench.undivided")}`, points: ours }, ...theirs];
  }, [clip, t]);
  return (
    <>
      <label className="field">
        <span>{t("bench.clip")}</span>
        <select value={clip} onChange={(event) => setClip(event.target.value)}>
          {CLIPS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <RateChart label={t("bench.recorded")} curves={curves} />
    </>
  );
}
