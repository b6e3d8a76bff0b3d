import { type ReactNode, useEffect, useState } from "react";
import { type LibraryPage, type LibrarySearch, type LibraryVideo, listVideos } from "../../shared/api/library.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { openInWatch } from "../../shared/routing/handoff.ts";
import { Link } from "../../shared/routing/router.tsx";
import { FileButton } from "../../shared/ui/file-button.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { formatBytes, formatTime } from "../../shared/ui/text-format.ts";
import { shelf } from "../../shelf/page/shelf.ts";
import { KeepPart } from "../shelf/keep-part.tsx";
import { ShelfPart } from "../shelf/shelf-part.tsx";
import { Pager } from "./pager.tsx";
import { isPicked, togglePicked, usePicked } from "./picked.ts";
import { PlaylistBar } from "./playlist-bar.tsx";

/** For the file dialogue. */
const MAIN_FILES = ".cmx,application/octet-stream";

/** Typing pauses this long before the service is asked. */
const SEARCH_DELAY_MILLISECONDS = 250;

export function HomePage(): ReactNode {
  const { t } = useText();
  return (
    <div className="page">
      <section className="hero">
        <h1>{t("home.title")}</h1>
        <p className="lead">{t("home.lead")}</p>
        <div className="actions">
          <Link href="/studio" className="button button-main">
            {t("home.toStudio")}
          </Link>
          <FileButton accept={MAIN_FILES} onFiles={openInWatch}>
            {t("home.toWatch")}
          </FileButton>
        </div>
      </section>
      <ShelfPart />
      <Library />
      <PlaylistBar />
    </div>
  );
}

function Library(): ReactNode {
  const { t, reason } = useText();
  const [search, setSearch] = useState<LibrarySearch>({ query: "", genre: "", age: "", page: 1 });
  const [found, setFound] = useState<LibraryPage>();
  const [error, setError] = useState<Error>();
  const [attempt, setAttempt] = useState(0);
  const { query, genre, age } = search;
  /** Another search begins at its first page. */
  const change = (part: Partial<LibrarySearch>) => setSearch({ ...search, page: 1, ...part });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks again
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(
      () => {
        listVideos(search, asking.signal)
          .then((page) => {
            setFound(page);
            setError(undefined);
          })
          .catch((cause: Error) => {
            if (!asking.signal.aborted) setError(cause);
          });
      },
      search.query === "" ? 0 : SEARCH_DELAY_MILLISECONDS,
    );
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [search, attempt]);

  const isFiltered = query !== "" || genre !== "" || age !== "";
  return (
    <section aria-labelledby="library-title">
      <div className="library-head">
        <h2 id="library-title">{t("home.library")}</h2>
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
      {error !== undefined && <ErrorNotice message={reason(error)} onRetry={() => setAttempt(attempt + 1)} />}
      {error === undefined && found === undefined && <p className="quiet">{t("home.loading")}</p>}
      {error === undefined && found?.total === 0 && (
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

function VideoCard({ video }: { video: LibraryVideo }): ReactNode {
  const { t } = useText();
  const { mainId, title, mainUrl, mainBytes, copyright, genre, ageLimit, playsInBrowser } = video;
  const [isWatched, setIsWatched] = useState(false);
  const isListed = isPicked(usePicked(), mainId);
  const facts = [
    copyright,
    genre,
    ageLimit === 0 ? "" : t("home.from", { age: ageLimit }),
    mainBytes === null ? "" : formatBytes(mainBytes),
  ];
  return (
    <li
      className="card video-card"
      onMouseEnter={() => setIsWatched(true)}
      onMouseLeave={() => setIsWatched(false)}
      onFocus={() => setIsWatched(true)}
      onBlur={() => setIsWatched(false)}
    >
      <Poster video={video} isWatched={isWatched} />
      <div className="video-text">
        <h3>{title}</h3>
        <p className="quiet">{facts.filter((part) => part !== "").join(" · ")}</p>
        {video.description !== "" && <p className="description">{video.description}</p>}
        {mainUrl === null ? (
          <p className="quiet">{t("home.notHosted")}</p>
        ) : (
          <>
            {!playsInBrowser && <p className="quiet">{t("home.elsewhere")}</p>}
            <div className="actions">
              {playsInBrowser && (
                <Link
                  href={`/watch?main=${mainId}`}
                  className="button button-main"
                  aria-label={t("home.watchTitle", { title })}
                >
                  {t("home.watch")}
                </Link>
              )}
              {playsInBrowser && (
                <button
                  type="button"
                  className="button"
                  aria-pressed={isListed}
                  aria-label={t("home.list.addTitle", { title })}
                  title={t("watch.list.add")}
                  onClick={() => togglePicked(video)}
                >
                  {isListed ? "✓" : "+"}
                </button>
              )}
              <a href={mainUrl} download className="button" aria-label={t("home.downloadTitle", { title })}>
                {t("home.download")}
              </a>
            </div>
            {playsInBrowser && <KeepPart mainId={mainId} title={title} onKeep={() => shelf.keepListed(mainId)} />}
          </>
        )}
      </div>
    </li>
  );
}

/** The teaser runs, without sound, while the card is pointed at or has the focus; never for who wants less motion. */
function Poster({ video, isWatched }: { video: LibraryVideo; isWatched: boolean }): ReactNode {
  const { posterUrl, teaserUrl, durationSeconds } = video;
  const runs = isWatched && teaserUrl !== null && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  return (
    <div className="poster">
      {posterUrl === null ? null : <img src={posterUrl} alt="" loading="lazy" />}
      {runs && <video className="teaser" src={teaserUrl} muted autoPlay loop playsInline />}
      <span className="length">{formatTime(durationSeconds)}</span>
    </div>
  );
}
