import { EllipsisVertical } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { LibraryVideo } from "../../shared/api/library.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { Link } from "../../shared/routing/router.tsx";
import { formatDate, formatTime } from "../../shared/ui/text-format.ts";
import { shelf } from "../../shelf/page/shelf.ts";
import { KeepView, useKeep } from "../shelf/keep-part.tsx";

// Fetched with the first menu that is asked for.
const CardMenu = lazy(async () => ({ default: (await import("./card-menu.tsx")).CardMenu }));

export function VideoCard({ video }: { video: LibraryVideo }): ReactNode {
  const { t, language } = useText();
  const { mainId, title, mainUrl, copyright, genre, ageLimit, playsInBrowser, createdAt } = video;
  const [isLookedAt, setIsLookedAt] = useState(false);
  const [isMenuAsked, setIsMenuAsked] = useState(false);
  const found = useKeep({ mainId, onKeep: () => shelf.keepListed(mainId) });
  const keep = playsInBrowser ? found : undefined;
  const facts = [copyright, formatDate(createdAt, language), genre, ageLimit > 0 && t("home.from", { age: ageLimit })];
  const isKeepShown = keep && (keep.item !== undefined || keep.problem !== undefined || keep.wantsAccount);
  return (
    <li
      className="video-card"
      onMouseEnter={() => setIsLookedAt(true)}
      onMouseLeave={() => setIsLookedAt(false)}
      onFocus={() => setIsLookedAt(true)}
      onBlur={() => setIsLookedAt(false)}
    >
      <Poster video={video} isLookedAt={isLookedAt} />
      <div className="video-text">
        <h3>
          {playsInBrowser ? (
            <Link href={watchPath(mainId)} className="card-link" aria-label={t("home.watchTitle", { title })}>
              {title}
            </Link>
          ) : (
            title
          )}
        </h3>
        {isMenuAsked ? (
          <Suspense fallback={<MenuButton title={title} />}>
            <CardMenu video={video} keep={keep} />
          </Suspense>
        ) : (
          <MenuButton title={title} onClick={() => setIsMenuAsked(true)} />
        )}
        <p className="quiet">{facts.filter(Boolean).join(" · ")}</p>
        {video.description !== "" && <p className="quiet description">{video.description}</p>}
        {mainUrl === null && <p className="quiet">{t("home.notHosted")}</p>}
        {mainUrl !== null && !playsInBrowser && <p className="quiet">{t("home.elsewhere")}</p>}
        {isKeepShown && <KeepView keep={keep} title={title} isBegunElsewhere />}
      </div>
    </li>
  );
}

function MenuButton({ title, onClick }: { title: string; onClick?: () => void }): ReactNode {
  const { t } = useText();
  return (
    <button
      type="button"
      className="icon-button card-menu"
      aria-label={t("home.more", { title })}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={onClick}
    >
      <EllipsisVertical aria-hidden="true" />
    </button>
  );
}

/** The teaser runs, without sound, while the card is pointed at or has the focus; never for who wants less motion. */
function Poster({ video, isLookedAt }: { video: LibraryVideo; isLookedAt: boolean }): ReactNode {
  const { posterUrl, teaserUrl, durationSeconds } = video;
  const runs = isLookedAt && teaserUrl !== null && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  return (
    <div className="poster">
      {posterUrl === null ? null : <img src={posterUrl} alt="" loading="lazy" />}
      {runs && <video className="teaser" src={teaserUrl} muted autoPlay loop playsInline />}
      <span className="length">{formatTime(durationSeconds)}</span>
    </div>
  );
}
