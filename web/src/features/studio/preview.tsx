import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { DivideSettings, SourceFacts } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { FileVideo } from "../../shared/ui/file-video.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { useUrlOf } from "../../shared/ui/use-url-of.ts";

type Poster = NonNullable<DivideSettings["poster"]>;
/** After the slider stood still for so long its picture is made. */
const STILL_MILLISECONDS = 150;

interface PreviewProps {
  file: File;
  facts: SourceFacts;
  pictureAt: (seconds: number) => Promise<Poster | undefined>;
}

/** The chosen file in the browser's own player; what only our decoders read, as single pictures. */
export function Preview({ file, facts, pictureAt }: PreviewProps): ReactNode {
  const { t } = useText();
  /** The picture's coding is one matter, its container another. */
  const [isRefused, setIsRefused] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file may be taken
  useEffect(() => setIsRefused(false), [file]);
  if (facts.isDecodable && !isRefused)
    return (
      <FileVideo
        className="preview"
        file={file}
        controls
        muted
        playsInline
        preload="auto"
        aria-label={t("studio.preview")}
        onError={() => setIsRefused(true)}
      />
    );
  const { poster, durationSeconds } = facts;
  if (poster === undefined) return <p className="preview preview-none">{t("studio.noPreview")}</p>;
  return <StillPreview poster={poster} durationSeconds={durationSeconds} pictureAt={pictureAt} />;
}

function StillPreview({
  poster,
  durationSeconds,
  pictureAt,
}: {
  poster: Poster;
  durationSeconds: number;
  pictureAt: PreviewProps["pictureAt"];
}): ReactNode {
  const { t } = useText();
  /** Undefined as long as nobody asked for a time. */
  const [seconds, setSeconds] = useState<number>();
  const [asked, setAsked] = useState<Poster>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the file's own way to its pictures is a new function each time
  useEffect(() => {
    if (seconds === undefined) return;
    let isOver = false;
    const timer = setTimeout(() => {
      pictureAt(seconds).then(
        (picture) => !isOver && picture !== undefined && setAsked(picture),
        () => {}, // the picture before stays
      );
    }, STILL_MILLISECONDS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [seconds]);
  const shown = asked ?? poster;
  const url = useUrlOf(useMemo(() => new Blob([shown.data.slice()], { type: shown.type }), [shown]));
  return (
    <div className="still-preview">
      <img className="preview" src={url} alt={t("studio.preview")} />
      <label className="still-time">
        <span>{t("studio.preview.time")}</span>
        <input
          type="range"
          min={0}
          max={durationSeconds}
          step="any"
          value={seconds ?? 0}
          onChange={(event) => setSeconds(event.target.valueAsNumber)}
        />
        <output>{formatTime(seconds ?? 0)}</output>
      </label>
    </div>
  );
}
