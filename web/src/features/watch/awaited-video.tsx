import type { ReactNode } from "react";
import { useText } from "../../shared/i18n/text.tsx";
import { useAddress } from "../../shared/routing/router.tsx";

/** The page's shape before anything of it is here, where its address names a video: nothing moves when that comes. */
export function WatchFrame(): ReactNode {
  const { t } = useText();
  if (!useAddress().searchParams.has("main")) return null;
  return (
    <div className="page page-wide">
      <h1 className="visually-hidden">{t("watch.title")}</h1>
      <AwaitedVideo />
    </div>
  );
}

/** The place of a video that is being opened. */
export function AwaitedVideo(): ReactNode {
  const { t } = useText();
  return (
    <div className="watch watch-awaited">
      <div className="watch-main">
        <div className="player">
          <div className="stage">
            <div className="stage-over">
              <p className="waiting" role="status">
                {t("watch.opening")}
              </p>
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}
