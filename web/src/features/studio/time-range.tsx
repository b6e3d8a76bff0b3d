import { Slider } from "@base-ui/react/slider";
import { type ReactNode, useId } from "react";
import type { StripPicture } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { PosterPicture } from "./poster-strip.tsx";

const STEP_SECONDS = 0.1;

/** The last time that can be chosen of a video of this length. */
export const rangeEnd = (durationSeconds: number): number => Math.floor(durationSeconds / STEP_SECONDS) * STEP_SECONDS;

/** A span of a video: two handles on its pictures, and two numbers. */
export function TimeRange({
  from,
  to,
  end,
  pictures,
  handles,
  onChange,
}: {
  /** In seconds, as `to`; NaN while a number is typed. */
  from: number;
  to: number;
  /** Of the video: {@link rangeEnd}. */
  end: number;
  pictures: readonly StripPicture[];
  /** What the two handles are called. */
  handles: readonly [string, string];
  onChange: (change: { from?: number; to?: number }) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const number = (name: "from" | "to", value: number, least: number, most: number) => (
    <label className="seconds" htmlFor={`${id}-${name}`}>
      <span>{t(`studio.range.${name}`)}</span>
      <input
        id={`${id}-${name}`}
        type="number"
        min={rounded(least)}
        max={rounded(most)}
        step="any"
        required
        value={Number.isNaN(value) ? "" : rounded(value)}
        onChange={(event) => onChange({ [name]: event.target.valueAsNumber })}
      />
    </label>
  );
  return (
    <div className="time-range">
      <Slider.Root
        className="range-slider"
        value={[Number.isNaN(from) ? 0 : from, Number.isNaN(to) ? end : to]}
        min={0}
        max={end}
        step={STEP_SECONDS}
        largeStep={10}
        minStepsBetweenValues={1}
        onValueChange={(value) => {
          const [newFrom = 0, newTo = end] = value as readonly number[];
          onChange({ from: rounded(newFrom), to: rounded(newTo) });
        }}
      >
        <Slider.Control className="range-control">
          <Slider.Track className="range-track">
            {pictures.map(({ seconds, poster }) => (
              <span key={seconds} className="range-picture" style={{ insetInlineStart: `${(100 * seconds) / end}%` }}>
                <PosterPicture poster={poster} />
              </span>
            ))}
            <Slider.Indicator className="range-part" />
            {handles.map((label, index) => (
              <Slider.Thumb
                key={label}
                index={index}
                className="range-handle"
                getAriaLabel={() => label}
                getAriaValueText={(_, value) => formatTime(value)}
              />
            ))}
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <div className="range-numbers">
        {number("from", from, 0, Math.max(0, to - STEP_SECONDS))}
        {number("to", to, from + STEP_SECONDS, end)}
      </div>
    </div>
  );
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;
