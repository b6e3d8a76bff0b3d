import { type ReactNode, useEffect, useRef, useState } from "react";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { useText } from "../../shared/i18n/text.tsx";

const SHOWN_MILLISECONDS = 1200;

/** Volume and speed for a moment over the picture, when they change by whatever key or control; told to screen readers too. */
export function ChangeNotice({ snapshot }: { snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const { volume, muted, speed } = snapshot;
  const before = useRef({ volume, muted, speed });
  const [said, setSaid] = useState("");
  useEffect(() => {
    const old = before.current;
    before.current = { volume, muted, speed };
    if (old.speed !== speed) setSaid(t("watch.speedIs", { speed }));
    else if (old.volume === volume && old.muted === muted) return;
    else setSaid(muted ? t("watch.muted") : t("watch.volumeIs", { percent: Math.round(volume * 100) }));
    const timer = setTimeout(() => setSaid(""), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [volume, muted, speed, t]);
  return (
    <div className="stage-change" role="status">
      {said !== "" && <p>{said}</p>}
    </div>
  );
}
