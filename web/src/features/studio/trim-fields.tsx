import { Slider } from "@base-ui/react/slider";
import { type ReactNode, useEffect, useId, useState } from "react";
import type { SourceFacts, StripPicture, TrimSeconds } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { type TrimDraft, trimSeconds } from "./division-settings.ts";
import { PosterPicture } from "./poster-strip.tsx";
import { useStudioReason } from "./studio-reasons.ts";

const STEP_SECONDS = 0.1;
/** After the handles stood still for so long the place that is really taken is looked for. */
const STILL_MILLISECONDS = 400;

/** Where the video begins and ends: two handles on its pictures, and two numbers. */
export function TrimFields({
  facts,
  pictures,
  trim,
  isKept,
  taken,
  onChange,
}: {
  facts: SourceFacts;
  pictures: readonly StripPicture[];
  trim: TrimDraft;
  /** Its coded pictures are: then it begins and ends at key pictures. */
  isKept: boolean;
  taken: (trim: TrimSeconds) => Promise<TrimSeconds>;
  onChange: (trim: TrimDraft) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const end = Math.floor(facts.durationSeconds / STEP_SECONDS) * STEP_SECONDS;
  const from = trim.from ?? 0;
  const to = trim.to ?? end;
  const set = (change: TrimDraft) => {
    const { from: newFrom, to: newTo } = { ...trim, ...change };
    onChange({
      ...(newFrom === undefined || newFrom === 0 ? {} : { from: newFrom }),
      ...(newTo === undefined || newTo >= end ? {} : { to: newTo }),
    });
  };
  const number = (name: "from" | "to", value: number, least: number, most: number) => (
    <label className="seconds" htmlFor={`${id}-${name}`}>
      <span>{t(`studio.trim.${name}`)}</span>
      <input
        id={`${id}-${name}`}
        type="number"
        min={rounded(least)}
        max={rounded(most)}
        step="any"
        required
        value={Number.isNaN(value) ? "" : rounded(value)}
        onChange={(event) => set({ [name]: event.target.valueAsNumber })}
      />
    </label>
  );
  return (
    <fieldset className="trim">
      <legend>{t("studio.trim")}</legend>
      <Slider.Root
        className="trim-slider"
        value={[Number.isNaN(from) ? 0 : from, Number.isNaN(to) ? end : to]}
        min={0}
        max={end}
        step={STEP_SECONDS}
        largeStep={10}
        minStepsBetweenValues={1}
        onValueChange={(value) => {
          const [newFrom = 0, newTo = end] = value as readonly number[];
          set({ from: rounded(newFrom), to: rounded(newTo) });
        }}
      >
        <Slider.Control className="trim-control">
          <Slider.Track className="trim-track">
            {pictures.map(({ seconds, poster }) => (
              <span key={seconds} className="trim-picture" style={{ insetInlineStart: `${(100 * seconds) / end}%` }}>
                <PosterPicture poster={poster} />
              </span>
            ))}
            <Slider.Indicator className="trim-part" />
            {(["from", "to"] as const).map((name, index) => (
              <Slider.Thumb
                key={name}
                index={index}
                className="trim-handle"
                getAriaLabel={() => t(`studio.trim.${name}Handle`)}
                getAriaValueText={(_, value) => formatTime(value)}
              />
            ))}
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <div className="trim-numbers">
        {number("from", from, 0, Math.max(0, to - STEP_SECONDS))}
        {number("to", to, from + STEP_SECONDS, end)}
      </div>
      {isKept && <TakenPart trim={trimSeconds(trim)} taken={taken} />}
    </fieldset>
  );
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;

/** What of a file that is kept is really taken. */
function TakenPart({
  trim,
  taken,
}: {
  trim: TrimSeconds | undefined;
  taken: (trim: TrimSeconds) => Promise<TrimSeconds>;
}): ReactNode {
  const { t } = useText();
  const reason = useStudioReason();
  const [found, setFound] = useState<TrimSeconds | Error>();
  const { fromSeconds, toSeconds } = trim ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: the file's own way to it is a new function each time
  useEffect(() => {
    setFound(undefined);
    if (fromSeconds === undefined) return;
    let isOver = false;
    const waiting = setTimeout(() => {
      taken({ fromSeconds, toSeconds })
        .then((part) => !isOver && setFound(part))
        .catch((error: Error) => !isOver && setFound(error));
    }, STILL_MILLISECONDS);
    return () => {
      isOver = true;
      clearTimeout(waiting);
    };
  }, [fromSeconds, toSeconds]);
  if (trim === undefined) return null;
  if (found instanceof Error) return <Hint warning>{reason(found)}</Hint>;
  return (
    <p className="quiet" role="status">
      {found === undefined
        ? t("studio.trim.looking")
        : found.toSeconds === undefined
          ? t("studio.trim.takenToEnd", { from: preciseTime(found.fromSeconds) })
          : t("studio.trim.taken", { from: preciseTime(found.fromSeconds), to: preciseTime(found.toSeconds) })}
    </p>
  );
}

/** With tenths, as 1:02.5. */
const preciseTime = (seconds: number): string => {
  const tenths = Math.round(seconds * 10);
  return `${formatTime(Math.floor(tenths / 10))}.${tenths % 10}`;
};
