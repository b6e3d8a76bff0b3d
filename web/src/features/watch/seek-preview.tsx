import { type CSSProperties, type ReactNode, useEffect, useState } from "react";
import type { Player } from "../../player/page/player.ts";
import type { MainFacts } from "../../player/protocol/play-api.ts";
import { formatTime } from "../../shared/ui/text-format.ts";
import { chapterAt } from "./chapters-control.tsx";
import { shapeOf } from "./picture-shape.ts";

interface SeekPreviewProps {
  player: Player;
  facts: MainFacts;
  seconds: number;
}

/** Over the seek bar: the time pointed at, with a picture where one was seen. */
export function SeekPreview({ player, facts, seconds }: SeekPreviewProps): ReactNode {
  const [url, setUrl] = useState<string>();
  const asked = Math.round(seconds * 2) / 2;
  useEffect(() => {
    let isOver = false;
    let made: string | undefined;
    void player.thumbnail(asked).then((picture) => {
      if (isOver) return;
      made = picture && URL.createObjectURL(picture);
      setUrl(made);
    });
    return () => {
      isOver = true;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [player, asked]);
  const { rotation, mirrored } = facts.video;
  const chapter = chapterAt(facts.chapters, seconds);
  const share = facts.durationSeconds > 0 ? seconds / facts.durationSeconds : 0;
  return (
    <div className="seek-preview" style={{ "--share": String(share), ...shapeOf(facts) } as CSSProperties} aria-hidden>
      {url !== undefined && (
        <span className="seek-picture">
          <img className="video-canvas" data-rotation={rotation} data-mirrored={mirrored} src={url} alt="" />
        </span>
      )}
      {chapter !== undefined && (
        <span className="seek-chapter" dir="auto">
          {chapter.title}
        </span>
      )}
      <span>{formatTime(seconds)}</span>
    </div>
  );
}
