/** Kernels and codec measured in the visitor's browser; row D3. */
import { type ReactNode, useMemo } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { WideTable } from "../../shared/ui/wide-table.tsx";
import "./bench.css";
import { RateChart } from "./rate-chart.tsx";
import { RecordedRatios } from "./recorded-ratios.tsx";
import { type Bench, useBench } from "./use-bench.ts";

export function BenchPage(): ReactNode {
  const { t, reason } = useText();
  const { bench, start } = useBench();
  const running = bench.phase === "running";
  return (
    <div className="page bench" data-phase={bench.phase}>
      <h1>{t("bench.title")}</h1>
      <p className="lead">{t("bench.lead")}</p>
      <div className="actions">
        <button type="button" className="button button-main" disabled={running} onClick={start}>
          {t(running ? "bench.running" : bench.phase === "done" ? "bench.again" : "bench.start")}
        </button>
      </div>
      {bench.error !== undefined && <ErrorNotice message={reason(bench.error)} onRetry={start} />}
      {bench.points.length > 0 && <Codec bench={bench} />}
      {bench.kernels.length > 0 && <Kernels bench={bench} />}
      <RecordedRatios />
    </div>
  );
}

function Codec({ bench: { scene, points } }: { bench: Bench }): ReactNode {
  const { t } = useText();
  const curves = useMemo(
    () => [
      {
        label: t("bench.divided"),
        points: points.map((point) => ({ kbits: point.dividedKbits, decibels: point.dividedDecibels })),
      },
      {
        label: t("bench.undivided"),
        points: points.map((point) => ({ kbits: point.undividedKbits, decibels: point.undividedDecibels })),
      },
    ],
    [points, t],
  );
  const heads = ["quality", "divide", "combine", "kbits", "decibels", "slaveShare"] as const;
  return (
    <section className="card">
      <h2>{t("bench.codec")}</h2>
      {scene !== undefined && <p className="quiet">{t("bench.codec.lead", { ...scene })}</p>}
      <RateChart label={t("bench.codec.chart")} curves={curves} />
      <WideTable label={t("bench.codec")} className="figures">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`bench.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.quality} className="codec-row">
              <th scope="row">{point.quality}</th>
              <td>{point.divide.toFixed(0)}</td>
              <td>{point.combine.toFixed(0)}</td>
              <td>{point.dividedKbits.toFixed(0)}</td>
              <td>{point.dividedDecibels.toFixed(2)}</td>
              <td>{(point.slaveShare * 100).toFixed(1)} %</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </section>
  );
}

function Kernels({ bench: { kernels } }: { bench: Bench }): ReactNode {
  const { t } = useText();
  const most = Math.max(...kernels.map(({ simd, scalar }) => simd / scalar));
  return (
    <section className="card">
      <h2>{t("bench.kernels")}</h2>
      <p className="quiet">{t("bench.kernels.lead")}</p>
      <WideTable label={t("bench.kernels")} className="figures">
        <thead>
          <tr>
            <th scope="col">{t("bench.kernel")}</th>
            <th scope="col">{t("bench.scalar")}</th>
            <th scope="col">{t("bench.simd")}</th>
            <th scope="col" className="gain">
              {t("bench.gain")}
            </th>
          </tr>
        </thead>
        <tbody>
          {kernels.map(({ name, scalar, simd }) => (
            <tr key={name} className="kernel-row">
              <th scope="row">{name}</th>
              <td>{(scalar / 1e6).toPrecision(3)}</td>
              <td>{(simd / 1e6).toPrecision(3)}</td>
              <td className="gain">
                <meter min={0} max={most} value={simd / scalar} aria-label={t("bench.gain")} />
                {(simd / scalar).toFixed(1)}
              </td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </section>
  );
}
