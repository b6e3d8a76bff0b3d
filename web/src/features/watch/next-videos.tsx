import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { PlaylistItem } from "../../player/page/playlist.ts";
import { videosQuery } from "../../shared/api/library.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";

const VIDEOS_SHOWN = 3;

/** Behind the end: other videos of the library; nothing where it does not answer. @param seen not these */
export function NextVideos({ seen }: { seen: readonly PlaylistItem[] }): ReactNode {
  const { t } = useText();
  const genre = seen.at(-1)?.facts.genre ?? "";
  // Of the same genre first; with all of them, one question is enough.
  const videos = useQueries({
    queries: [...new Set([genre, ""])].map((wanted) => videosQuery({ query: "", genre: wanted, age: "", page: 1 })),
    combine: (pages) =>
      pages.every(({ data }) => data !== undefined) ? pages.flatMap(({ data }) => data?.videos ?? []) : [],
  });
  const others = [...new Map(videos.map((video) => [video.mainId, video])).values()].filter(
    ({ mainId, playsInBrowser }) => playsInBrowser && seen.every(({ facts }) => facts.mainId !== mainId),
  );
  if (others.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a click here is none on the picture around it
    <div className="next-videos" onClick={(event) => event.stopPropagation()}>
      <p>{t("watch.nextUp")}</p>
      <ul>
        {others.slice(0, VIDEOS_SHOWN).map(({ mainId, title, posterUrl }) => (
          <li key={mainId}>
            <Link href={watchPath(mainId)}>
              {posterUrl !== null && <img src={posterUrl} alt="" />}
              <span>{title}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
