import { type ReactNode, useEffect, useState } from "react";
import type { PlaylistItem } from "../../player/page/playlist.ts";
import { type LibraryVideo, listVideos } from "../../shared/api/library.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";

const VIDEOS_SHOWN = 3;

/** Behind the end: other videos of the library; nothing where it does not answer. @param seen not these */
export function NextVideos({ seen }: { seen: readonly PlaylistItem[] }): ReactNode {
  const { t } = useText();
  const [videos, setVideos] = useState<LibraryVideo[]>([]);
  const genre = seen.at(-1)?.facts.genre ?? "";
  useEffect(() => {
    const leaving = new AbortController();
    const ask = (wanted: string) => listVideos({ query: "", genre: wanted, age: "", page: 1 }, leaving.signal);
    const asked = genre === "" ? [ask("")] : [ask(genre), ask("")];
    void Promise.all(asked).then(
      (pages) => setVideos(pages.flatMap(({ videos: found }) => found)),
      () => {},
    );
    return () => leaving.abort();
  }, [genre]);
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
