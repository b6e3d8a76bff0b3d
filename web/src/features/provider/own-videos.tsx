import { type ReactNode, useEffect, useState } from "react";
import { type OwnVideoPage, ownVideos } from "../../shared/api/provider.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { Pager } from "../home/pager.tsx";
import { VideoEditor } from "./video-editor.tsx";

export function OwnVideos({ onChanged }: { onChanged: () => void }): ReactNode {
  const { t, reason } = useText();
  const [page, setPage] = useState(1);
  const [found, setFound] = useState<OwnVideoPage>();
  const [error, setError] = useState<Error>();
  const [edited, setEdited] = useState<string>();

  useEffect(() => {
    let isShown = true;
    ownVideos(page)
      .then((videos) => isShown && setFound(videos))
      .catch((cause: Error) => isShown && setError(cause));
    return () => {
      isShown = false;
    };
  }, [page]);

  if (error !== undefined) return <ErrorNotice message={reason(error)} onRetry={onChanged} />;
  if (found === undefined) return <p className="quiet">{t("home.loading")}</p>;
  if (found.total === 0) return <p>{t("provider.none")}</p>;
  return (
    <section aria-label={t("provider.title")}>
      <ul className="own-videos">
        {found.videos.map((video) => (
          <li key={video.mainId} className="card">
            <div className="own-video">
              <h2>{video.title}</h2>
              <p className="quiet">
                {t("provider.deliveries")}: {video.deliveries} · {t("provider.downloads")}: {video.downloads}
                {" · "}
                <span className="video-state">{t(`provider.state.${video.state}`)}</span>
              </p>
              {video.state !== "withdrawn" && (
                <button
                  type="button"
                  className="button"
                  aria-expanded={edited === video.mainId}
                  aria-label={t("provider.editTitle", { title: video.title })}
                  onClick={() => setEdited(edited === video.mainId ? undefined : video.mainId)}
                >
                  {t("provider.edit")}
                </button>
              )}
            </div>
            {edited === video.mainId && <VideoEditor video={video} onChanged={onChanged} />}
          </li>
        ))}
      </ul>
      <Pager page={found.page} pages={found.pages} onPage={setPage} />
    </section>
  );
}
