import { type ReactNode, useEffect, useState } from "react";
import { Link } from "../../app/router.tsx";
import { useText } from "../../shared/i18n/text.tsx";
import { type LibraryVideo, listVideos } from "../../shared/service.ts";
import { formatBytes, formatTime } from "../../shared/text-format.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";

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
          <Link href="/watch" className="button">
            {t("home.toWatch")}
          </Link>
        </div>
      </section>
      <Library />
    </div>
  );
}

function Library(): ReactNode {
  const { t } = useText();
  const [query, setQuery] = useState("");
  const [videos, setVideos] = useState<LibraryVideo[]>();
  const [error, setError] = useState<Error>();
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks again
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(
      () => {
        listVideos({ query, genre: "", age: "", page: 1 }, asking.signal)
          .then((found) => {
            setVideos(found.videos);
            setError(undefined);
          })
          .catch((cause: Error) => {
            if (!asking.signal.aborted) setError(cause);
          });
      },
      query === "" ? 0 : SEARCH_DELAY_MILLISECONDS,
    );
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [query, attempt]);

  return (
    <section aria-labelledby="library-title">
      <div className="library-head">
        <h2 id="library-title">{t("home.library")}</h2>
        <input
          type="search"
          value={query}
          aria-label={t("home.search")}
          placeholder={t("home.search")}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      {error !== undefined && <ErrorNotice message={error.message} onRetry={() => setAttempt(attempt + 1)} />}
      {error === undefined && videos === undefined && <p className="quiet">{t("home.loading")}</p>}
      {error === undefined && videos?.length === 0 && (
        <p className="quiet">{query === "" ? t("home.empty") : t("home.noneFound", { query })}</p>
      )}
      {videos !== undefined && videos.length > 0 && (
        <ul className="library">
          {videos.map((video) => (
            <VideoCard key={video.mainId} video={video} />
          ))}
        </ul>
      )}
    </section>
  );
}

function VideoCard({ video }: { video: LibraryVideo }): ReactNode {
  const { t } = useText();
  const { mainId, title, mainUrl, mainBytes, posterUrl, copyright, durationSeconds } = video;
  return (
    <li className="card video-card">
      <div className="poster">
        {posterUrl === null ? null : <img src={posterUrl} alt="" loading="lazy" />}
        <span className="length">{formatTime(durationSeconds)}</span>
      </div>
      <div className="video-text">
        <h3>{title}</h3>
        <p className="quiet">
          {[copyright, mainBytes === null ? "" : formatBytes(mainBytes)].filter((part) => part !== "").join(" · ")}
        </p>
        {mainUrl === null ? (
          <p className="quiet">{t("home.notHosted")}</p>
        ) : (
          <div className="actions">
            <Link
              href={`/watch?main=${mainId}`}
              className="button button-main"
              aria-label={t("home.watchTitle", { title })}
            >
              {t("home.watch")}
            </Link>
            <a href={mainUrl} download className="button" aria-label={t("home.downloadTitle", { title })}>
              {t("home.download")}
            </a>
          </div>
        )}
      </div>
    </li>
  );
}
