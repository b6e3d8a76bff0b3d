import type { ReactNode } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { isAtRest, showsVideo } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { formatTime } from "../../shared/ui/text-format.ts";
import { Control } from "./control.tsx";
import { missingName } from "./missing-notice.tsx";

/** What is played in which order, with the CMs between: to be changed before a play, to be gone along in one (Cmix patent [0220]-[0224]). */
export function Playlist({ player, snapshot }: { player: Player; snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const { items, missing, state, current, cm } = snapshot;
  if (items.length === 0 || items.length + missing.length < 2) return null;
  const isPlaying = !isAtRest(state) && state !== "opening";
  const isVideo = showsVideo(state);
  const cmNow = isPlaying && !isVideo ? cm?.number : undefined;
  /** In a CM the way leads back only. */
  const mayGoTo = (number: number) => isPlaying && (isVideo || number <= (cmNow ?? 0));
  const cmPlace = (number: number) => (
    <li className="list-cm" key={`cm ${number}`} aria-current={cmNow === number || undefined}>
      {t("watch.list.cm", { number })}
    </li>
  );
  return (
    <section className="card playlist" aria-label={t("watch.list")}>
      <h2>{t("watch.list")}</h2>
      <ol>
        {items.map(({ key, facts: { title, durationSeconds } }, i) => [
          cmPlace(i + 1),
          <li className="list-video" key={key} aria-current={(isVideo && i === current) || undefined}>
            <span className="list-title">
              {isPlaying ? (
                <button
                  type="button"
                  aria-disabled={!mayGoTo(i + 1) || undefined}
                  onClick={() => (mayGoTo(i + 1) ? player.goTo(i) : player.explainCm())}
                >
                  {title}
                </button>
              ) : (
                title
              )}
              <span className="quiet"> {formatTime(durationSeconds)}</span>
            </span>
            {isAtRest(state) && (
              <span className="list-tools">
                <Control
                  icon="up"
                  label={t("watch.list.up", { title })}
                  isOff={i === 0}
                  onClick={() => void player.moveItem(i, -1)}
                />
                <Control
                  icon="down"
                  label={t("watch.list.down", { title })}
                  isOff={i === items.length - 1}
                  onClick={() => void player.moveItem(i, 1)}
                />
                <Remove player={player} item={key} title={title} />
              </span>
            )}
          </li>,
        ])}
        {cmPlace(items.length + 1)}
        {missing.map((item) => (
          <li className="list-missing" key={item.key}>
            <span className="list-title">{t("watch.list.missing", { name: missingName(item) })}</span>
            {isAtRest(state) && <Remove player={player} item={item.key} title={missingName(item)} />}
          </li>
        ))}
      </ol>
      <p className="quiet">{t(isPlaying ? "watch.list.rules" : "watch.list.change")}</p>
    </section>
  );
}

/** @param item key of what is taken off the list */
function Remove({ player, item, title }: { player: Player; item: number; title: string }): ReactNode {
  const { t } = useText();
  return (
    <Control icon="remove" label={t("watch.list.remove", { title })} onClick={() => void player.removeItem(item)} />
  );
}
