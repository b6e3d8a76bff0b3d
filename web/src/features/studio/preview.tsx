import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { DivideSettings, SourceFacts } from "../../division/protocol/divide-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { areasOf, type PartDraft } from "../../shared/parts/part-draft.ts";
import { FileVideo } from "../../shared/ui/file-video.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { useUrlOf } from "../../shared/ui/use-url-of.ts";

type Poster = NonNullable<DivideSettings["poster"]>;
/** After the slider stood still for so long its picture is made. */
const STILL_MILLISECONDS = 150;

interface PreviewProps {
  file: File;
  facts: SourceFacts;
  /** Drawn where they hide something. */
  parts: readonly PartDraft[];
  /** The time to show; the same again with another object. */
  look: { seconds: number } | undefined;
  pictureAt: (seconds: number) => Promise<Poster | undefined>;
}

/** The chosen file in the browser's own player; what only our decoders read, as single pictures. */
export function Preview({ file, facts, parts, look, pictureAt }: PreviewProps): ReactNode {
  const { t } = useText();
  /** The picture's coding is one matter, its container another. */
  const [isRefused, setIsRefused] = useState(false);
  const [seconds, setSeconds] = useState(0);
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (look !== undefined) stage.current?.scrollIntoView({ block: "nearest" });
  }, [look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file may be taken
  useEffect(() => setIsRefused(false), [file]);
  if (facts.isDecodable && !isRefused)
    return (
      <div className="preview-stage" ref={stage}>
        <FileVideo
          className="preview"
          file={file}
          look={look}
          controls
          muted
          playsInline
          preload="auto"
          aria-label={t("studio.preview")}
          onError={() => setIsRefused(true)}
          onTimeUpdate={(event) => setSeconds(event.currentTarget.currentTime)}
        />
        <HiddenAreas parts={parts} seconds={seconds} video={facts.video} />
      </div>
    );
  const { poster } = facts;
  if (poster === undefined) return <p className="preview preview-none">{t("studio.noPreview")}</p>;
  return <StillPreview poster={poster} facts={facts} parts={parts} look={look} pictureAt={pictureAt} />;
}

/** What is hidden at this time, over a picture that keeps its shape in its element. */
function HiddenAreas({
  parts,
  seconds,
  video: { shownWidth, shownHeight },
}: {
  parts: readonly PartDraft[];
  seconds: number;
  video: SourceFacts["video"];
}): ReactNode {
  const areas = parts.filter(({ from, to }) => from <= seconds && seconds < to);
  if (areas.length === 0) return null;
  return (
    <svg className="hidden-areas" viewBox={`0 0 ${shownWidth} ${shownHeight}`} aria-hidden="true">
      {areas.flatMap((part) =>
        areasOf(part).map((area) => (
          <rect
            key={part.id}
            x={(area.x * shownWidth) / 1000}
            y={(area.y * shownHeight) / 1000}
            width={(area.width * shownWidth) / 1000}
            height={(area.height * shownHeight) / 1000}
          />
        )),
      )}
    </svg>
  );
}

function StillPreview({
  poster,
  facts: { durationSeconds, video },
  parts,
  look,
  pictureAt,
}: Omit<PreviewProps, "file"> & { poster: Poster }): ReactNode {
  const { t } = useText();
  /** Undefined as long as nobody asked for a time. */
  const [seconds, setSeconds] = useState<number>();
  const [asked, setAsked] = useState<Poster>();
  useEffect(() => {
    if (look !== undefined) setSeconds(look.seconds);
  }, [look]);
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
      <div className="preview-stage">
        <img className="preview" src={url} alt={t("studio.preview")} />
        <HiddenAreas parts={parts} seconds={seconds ?? 0} video={video} />
      </div>
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
