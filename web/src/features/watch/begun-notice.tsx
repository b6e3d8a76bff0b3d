import { type ReactNode, useEffect, useState } from "react";
import type { Player } from "../../player/page/player.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";

const SHOWN_MILLISECONDS = 10_000;

/** The video did not begin at its start: where it did, and the way there. */
export function BegunNotice({ player, seconds }: { player: Player; seconds: number }): ReactNode {
  const { t } = useText();
  const [isShown, setShown] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div className="stage-note stage-begun" role="status">
      {t("watch.begunAt", { time: formatTime(seconds) })}{" "}
      <button type="button" className="link-button" onClick={() => player.seek(0)}>
        {t("watch.startOver")}
      </button>
    </div>
  );
}
