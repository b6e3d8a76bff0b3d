import { type ReactNode, useSyncExternalStore } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { showsVideo } from "../../player/page/state.ts";
import type { ChapterFacts } from "../../player/protocol/play-api.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { MenuControl } from "./menu-control.tsx";

/** The chapter that is shown at a time; undefined before the first. */
export const chapterAt = (chapters: readonly ChapterFacts[], seconds: number): ChapterFacts | undefined =>
  chapters.findLast(({ startSeconds }) => startSeconds <= seconds);

/** The video's chapters, where it has some, and the way to each. */
export function ChaptersControl({ player, snapshot }: { player: Player; snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const chapters = snapshot.facts?.chapters ?? [];
  const positionSeconds = useSyncExternalStore(player.position.subscribe, player.position.snapshot);
  if (chapters.length === 0) return null;
  const isVideo = showsVideo(snapshot.state);
  const present = isVideo ? chapterAt(chapters, positionSeconds) : undefined;
  return (
    <MenuControl
      icon="chapters"
      label={t("watch.chapters")}
      entries={(take) =>
        chapters.map((chapter) => (
          <button
            key={chapter.startSeconds}
            type="button"
            role="menuitemradio"
            aria-checked={chapter === present}
            aria-disabled={!isVideo || undefined}
            dir="auto"
            onClick={take(() => player.seek(chapter.startSeconds))}
          >
            <span className="chapter-time">{formatTime(chapter.startSeconds)}</span> {chapter.title}
          </button>
        ))
      }
    />
  );
}
