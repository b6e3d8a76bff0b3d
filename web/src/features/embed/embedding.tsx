import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { CmixError } from "../../../../codec/page.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { watchPath } from "../../shared/routing/addresses.ts";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { helpFor } from "../watch/error-help.ts";
import { MissingNotice } from "../watch/missing-notice.tsx";
import { PlayerControls } from "../watch/player-controls.tsx";
import { Stage } from "../watch/stage.tsx";
import { useMediaSession, useWakeLock } from "../watch/use-device.ts";
import { useFocus } from "../watch/use-focus.ts";
import { useFullScreen } from "../watch/use-full-screen.ts";
import { useKeys } from "../watch/use-keys.ts";
import { usePlayer } from "../watch/use-player.ts";
import { mayRest, useRest } from "../watch/use-rest.ts";
import { useMediaChannel } from "./use-media-channel.ts";

const sourceOf = (mainId: string): string => `/api/mains/${encodeURIComponent(mainId)}`;

export function Embedding(): ReactNode {
  const { player, snapshot } = usePlayer();
  const mainId = new URLSearchParams(location.search).get("main") ?? "";
  useEffect(() => {
    void player?.open([sourceOf(mainId)]);
  }, [player, mainId]);
  return player === undefined || snapshot === undefined ? null : (
    <Embedded player={player} snapshot={snapshot} mainId={mainId} />
  );
}

type EmbeddedProps = Required<ReturnType<typeof usePlayer>> & { mainId: string };

function Embedded({ player, snapshot, mainId }: { [K in keyof EmbeddedProps]: NonNullable<EmbeddedProps[K]> }) {
  const { t, language, reason } = useText();
  const { facts, error } = snapshot;
  const hasControls = new URLSearchParams(location.search).get("controls") !== "none";
  // The service gave a session when the play was opened, and the browser did not keep it.
  const isCookieless = error instanceof CmixError && error.details.serviceCode === "foreign_session";
  const ownPage = watchPath(mainId);
  const page = useRef<HTMLElement>(null);
  useFocus(page);
  const screen = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen(screen);
  const captions = useCallback(() => player.toggleCaptions(language), [player, language]);
  const rest = useRest(screen, mayRest(snapshot));
  useKeys(player, { toggleFullScreen: fullScreen.toggle, captions });
  useMediaChannel(player, sourceOf(mainId));
  useWakeLock(snapshot);
  useMediaSession(player, snapshot);
  useEffect(() => {
    document.title = facts?.title ?? "Cmix";
  }, [facts]);
  return (
    <main ref={page} className={hasControls ? "embed" : "embed embed-bare"}>
      <MissingNotice player={player} snapshot={snapshot} />
      {isCookieless && (
        <ErrorNotice message={t("embed.noSession")}>
          <a className="button" data-takes-focus href={ownPage} target="_blank" rel="noopener">
            {t("embed.openWindow")}
          </a>
        </ErrorNotice>
      )}
      {error !== undefined && !isCookieless && (
        <ErrorNotice
          message={reason(error)}
          help={helpFor(error, facts?.service, t)}
          onRetry={facts === undefined ? undefined : () => void player.play()}
        />
      )}
      {facts !== undefined && (
        <div className="player" ref={screen} data-rest={rest.isResting || undefined} {...rest.handlers}>
          <Stage
            player={player}
            snapshot={snapshot}
            facts={facts}
            isAway={false}
            toggleFullScreen={fullScreen.toggle}
          />
          {hasControls && <PlayerControls player={player} snapshot={snapshot} fullScreen={fullScreen} />}
        </div>
      )}
      <p className="embed-line">
        <span className="embed-title">
          {facts?.title} <span className="quiet">{facts?.copyright}</span>
        </span>
        <a href={ownPage} target="_blank" rel="noopener">
          {t("embed.open")}
          <span className="visually-hidden"> ({t("watch.newTab")})</span>
        </a>
      </p>
    </main>
  );
}
