/** Rate-distortion curves: bit rate across on a logarithmic scale, PSNR upwards. */
import { type ReactNode, useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { RatePoint } from "../../../../bench/measure.ts";
import { useText } from "../../shared/i18n/text.tsx";

const HEIGHT = 300;
/** Names of colours of base.css, and the dash of the line. */
const LINES = [
  { colour: "--accent", dash: [] },
  { colour: "--warm", dash: [6, 4] },
  { colour: "--bad", dash: [2, 3] },
];

export interface RateCurve {
  label: string;
  points: RatePoint[];
}

/** @param curves at most three */
export function RateChart({ label, curves }: { label: string; curves: RateCurve[] }): ReactNode {
  const { t } = useText();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const colour = (name: string) => getComputedStyle(element).getPropertyValue(name);
    const axis = { stroke: colour("color"), grid: { stroke: "rgb(128 128 128 / 25%)" }, ticks: { show: false } };
    const plot = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        scales: { x: { time: false, distr: 3 }, y: { auto: true } },
        axes: [
          { ...axis, label: t("bench.kbits") },
          { ...axis, label: t("bench.decibels") },
        ],
        series: [
          {},
          ...curves.map((curve, i) => ({
            ...{ label: curve.label, width: 2, spanGaps: true, points: { show: true, size: 7 } },
            stroke: colour(LINES[i]?.colour ?? "color"),
            dash: LINES[i]?.dash ?? [],
          })),
        ],
        legend: { live: false },
        cursor: { show: false },
      },
      dataOf(curves),
      element,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [curves, t]);
  return <div ref={host} className="rate-chart" role="img" aria-label={label} />;
}

/** One column of rates for all curves, each with gaps where the others have their points. */
function dataOf(curves: RateCurve[]): UPlot.AlignedData {
  const rows = curves
    .flatMap(({ points }, curve) => points.map((point) => ({ ...point, curve })))
    .sort((a, b) => a.kbits - b.kbits);
  return [
    rows.map(({ kbits }) => kbits),
    ...curves.map((_, i) => rows.map(({ decibels, curve }) => (curve === i ? decibels : null))),
  ];
}
