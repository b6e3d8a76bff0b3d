import { type ReactNode, useEffect, useRef } from "react";
import { openInWatch, useHandedOver } from "../../app/handoff.ts";
import { useOnline } from "../../app/install.ts";
import { useAddress } from "../../app/router.tsx";
import type { Player, PlayerSnapshot } from "../../player/player.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { helpFor } from "./error-help.ts";
import { InstallCard } from "./install-card.tsx";
import { Panel } from "./panel.tsx";
import { PlayerControls } from "./player-controls.tsx";
import { Stage } from "./stage.tsx";
import { Surroundings, useSurroundings } from "./surroundings.tsx";
import { useMediaSession, useWakeLock } from "./use-device.ts";
import { useFullScreen } from "./use-full-screen.ts";
import { useKeys } from "./use-keys.ts";
import { usePlayer } from "./use-player.ts";
import { YourData } from "./your-data.tsx";

/** The form of a main's id in `?main=`. */
const MAIN_ID = /^[0-9a-f]{32}$/;

export function WatchPage(): ReactNode {
  const { player, snapshot } = usePlayer();
  const mainId = useAddress().searchParams.get("main") ?? "";
  const file = useHandedOver();

  useEffect(() => {
    if (player === undefined) return;
    if (MAIN_ID.test(mainId)) void player.open(`/api/mains/${mainId}`);
    else if (file !== undefined) void player.open(file);
  }, [player, mainId, file]);

  return player === undefined || snapshot === undefined ? null : <Watch player={player} snapshot={snapshot} />;
}

function Watch({ player, snapshot }: { player: Player; snapshot: PlayerSnapshot }): ReactNode {
  const { t } = useText();
  const { state, facts, error } = snapshot;
  const isOnline = useOnline();
  const screen = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen(screen);
  useKeys(player, fullScreen.toggle);
  useWakeLock(snapshot);
  useMediaSession(player, snapshot);
  const around = useSurroundings(snapshot, 1);
  const isFresh = facts === undefined;
  return (
    <div className={isFresh ? "page" : "page page-wide"}>
      <h1 className={isFresh ? "" : "visually-hidden"}>{t("watch.title")}</h1>
      {isFresh && <p className="lead">{t("watch.lead")}</p>}
      {error !== undefined && (
        <ErrorNotice
          message={error.message}
          help={helpFor(error, facts?.service, t)}
          onRetry={facts === undefined ? undefined : () => void player.play()}
        />
      )}
      {!isOnline && facts !== undefined && (state === "ready" || state === "ended") && (
        <Hint warning>{t("watch.offline")}</Hint>
      )}
      {state === "opening" && <p role="status">{t("watch.opening")}</p>}
      {facts !== undefined && (
        <div className="watch">
          <div className="watch-main" ref={screen}>
            <Stage player={player} snapshot={snapshot} facts={facts} />
            <PlayerControls player={player} snapshot={snapshot} fullScreen={fullScreen} />
            <SoundHint facts={facts} />
            <Surroundings entries={around} kinds={["advertisement"]} />
          </div>
          <div className="watch-side">
            <Panel snapshot={snapshot} facts={facts} onSponsorLink={() => player.cmClicked()} />
            <Surroundings entries={around} kinds={["information", "guidance"]} />
            <YourData snapshot={snapshot} />
          </div>
        </div>
      )}
      {(state === "idle" || state === "ready" || state === "ended" || state === "error") && (
        <DropZone
          title={t("watch.drop")}
          or={t("studio.or")}
          choose={t(isFresh ? "watch.choose" : "watch.other")}
          accept=".cmx,application/octet-stream"
          isCompact={!isFresh}
          onFile={openInWatch}
        />
      )}
      {isFresh && <InstallCard />}
    </div>
  );
}

function SoundHint({ facts }: { facts: NonNullable<PlayerSnapshot["facts"]> }): ReactNode {
  const { t } = useText();
  if (facts.sound === undefined || facts.sound.playable) return null;
  return (
    <Hint warning>
      {typeof AudioDecoder === "undefined" ? t("watch.noDecoder") : t("watch.silent", { codec: facts.sound.codec })}
    </Hint>
  );
}
