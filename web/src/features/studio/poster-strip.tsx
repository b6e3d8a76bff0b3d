import { type ReactNode, useEffect, useId, useMemo, useState } from "react";
import type { StripPicture } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { useUrlOf } from "../../shared/ui/use-url-of.ts";

/** The picture that is taken by itself, and others out of the video to choose from. */
export function PosterStrip({
  usual,
  pictures,
  pictureSeconds,
  onChange,
}: {
  usual: StripPicture["poster"];
  pictures: readonly StripPicture[];
  /** Undefined: the usual one. */
  pictureSeconds: number | undefined;
  onChange: (pictureSeconds: number | undefined) => void;
}): ReactNode {
  const { t } = useText();
  const id = useId();
  const choice = (poster: StripPicture["poster"], seconds: number | undefined, label: string) => (
    <label key={label} title={label}>
      <input
        type="radio"
        className="visually-hidden"
        name={id}
        aria-label={label}
        checked={pictureSeconds === seconds}
        onChange={() => onChange(seconds)}
      />
      <PosterPicture poster={poster} />
    </label>
  );
  return (
    <div className="poster-strip" role="radiogroup" aria-label={t("studio.poster")}>
      {choice(usual, undefined, t("studio.poster.usual"))}
      {pictures.map(({ seconds, poster }) =>
        choice(poster, seconds, t("studio.poster.at", { time: formatTime(seconds) })),
      )}
    </div>
  );
}

/** Pictures of a file, once there are some. @param strip asked once */
export function useStrip(strip: () => Promise<StripPicture[]>, isWanted: boolean): readonly StripPicture[] {
  const [pictures, setPictures] = useState<readonly StripPicture[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the file's own way to its pictures is a new function each time
  useEffect(() => {
    if (!isWanted) return;
    let isOver = false;
    strip().then(
      (found) => !isOver && setPictures(found),
      () => {}, // the usual one stays
    );
    return () => {
      isOver = true;
    };
  }, [isWanted]);
  return pictures;
}

export function PosterPicture({ poster }: { poster: StripPicture["poster"] }): ReactNode {
  const url = useUrlOf(useMemo(() => new Blob([poster.data.slice()], { type: poster.type }), [poster]));
  return <img src={url} alt="" />;
}
