import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { type LibrarySearch, videosQuery } from "../../shared/api/library.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { Pager } from "./pager.tsx";
import { VideoCard } from "./video-card.tsx";

/** Typing pauses this long before the service is asked. */
const SEARCH_DELAY_MILLISECONDS = 250;
/** Cards without content that keep the place of those that come. */
const PLACEHOLDERS = 6;

/** The published videos, searched and page by page. */
export function Library(): ReactNode {
  const { t, reason } = useText();
  const [search, setSearch] = useState<LibrarySearch>({ query: "", genre: "", age: "", page: 1 });
  const asked = useSettled(search, search.query === "" ? 0 : SEARCH_DELAY_MILLISECONDS);
  const {
    data: found,
    error,
    refetch,
  } = useQuery({
    ...videosQuery(asked),
    placeholderData: keepPreviousData,
  });
  const { query, genre, age } = search;
  /** Another search begins at its first page. */
  const change = (part: Partial<LibrarySearch>) => setSearch({ ...search, page: 1, ...part });
  const isFiltered = query !== "" || genre !== "" || age !== "";
  return (
    <section aria-labelledby="library-title">
      <div className="library-head">
        <h2 id="library-title">{t("home.library")}</h2>
        <p className="quiet" aria-live="polite">
          {found !== undefined && found.total > 0 && t("home.videos", { count: found.total })}
        </p>
        <div className="actions">
          <select
            value={genre}
            aria-label={t("home.genre")}
            onChange={(event) => change({ genre: event.target.value })}
          >
            <option value="">{t("home.allGenres")}</option>
            {found?.genres.map(({ genre: name, videos }) => (
              <option key={name} value={name}>{`${name} (${videos})`}</option>
            ))}
          </select>
          <input
            className="age"
            type="number"
            min={0}
            max={120}
            value={age}
            aria-label={t("home.age")}
            placeholder={t("home.age")}
            onChange={(event) => change({ age: /^\d{0,3}$/.test(event.target.value) ? event.target.value : age })}
          />
          <input
            type="search"
            value={query}
            maxLength={200}
            aria-label={t("home.search")}
            placeholder={t("home.search")}
            onChange={(event) => change({ query: event.target.value })}
          />
        </div>
      </div>
      {error !== null && <ErrorNotice message={reason(error)} onRetry={() => void refetch()} />}
      {error === null && found === undefined && (
        <div className="library" role="status" aria-label={t("home.loading")}>
          {Array.from({ length: PLACEHOLDERS }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
            <div key={i} className="placeholder" aria-hidden="true">
              <div className="poster" />
            </div>
          ))}
        </div>
      )}
      {error === null && found?.total === 0 && (
        <p className="quiet">{isFiltered ? t("home.noneFound", { query }) : t("home.empty")}</p>
      )}
      {found !== undefined && found.videos.length > 0 && (
        <>
          <ul className="library">
            {found.videos.map((video) => (
              <VideoCard key={video.mainId} video={video} />
            ))}
          </ul>
          <Pager page={found.page} pages={found.pages} onPage={(page) => setSearch({ ...search, page })} />
        </>
      )}
    </section>
  );
}

/** A value once it stands still for a while. */
function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
