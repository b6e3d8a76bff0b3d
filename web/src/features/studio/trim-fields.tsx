import { type ReactNode, useEffect, useState } from "react";
import type { SourceFacts, StripPicture, TrimSeconds } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Hint } from "../../shared/ui/notices.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { type TrimDraft, trimSeconds } from "./division-settings.ts";
import { useStudioReason } from "./studio-reasons.ts";
import { rangeEnd, TimeRange } from "./time-range.tsx";

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
  const end = rangeEnd(facts.durationSeconds);
  const set = (change: TrimDraft) => {
    const { from: newFrom, to: newTo } = { ...trim, ...change };
    onChange({
      ...(newFrom === undefined || newFrom === 0 ? {} : { from: newFrom }),
      ...(newTo === undefined || newTo >= end ? {} : { to: newTo }),
    });
  };
  return (
    <fieldset className="trim">
      <legend>{t("studio.trim")}</legend>
      <TimeRange
        from={trim.from ?? 0}
        to={trim.to ?? end}
        end={end}
        pictures={pictures}
        handles={[t("studio.trim.fromHandle"), t("studio.trim.toHandle")]}
        onChange={set}
      />
      {isKept && <TakenPart trim={trimSeconds(trim)} taken={taken} />}
    </fieldset>
  );
}

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
