import { type ReactNode, useCallback, useEffect, useRef } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { isAtRest } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { openInWatch, useHandedOver } from "../../shared/routing/handoff.ts";
import { useOnline } from "../../shared/routing/install.ts";
import { useAddress } from "../../shared/routing/router.tsx";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { FileButton } from "../../shared/ui/file-button.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { useKeptMains } from "../shelf/use-kept-mains.ts";
import { Announcer } from "./announcer.tsx";
import { helpFor } from "./error-help.ts";
import { InstallCard } from "./install-card.tsx";
import { MissingNotice } from "./missing-notice.tsx";
import { Panel } from "./panel.tsx";
import { PlayerControls } from "./player-controls.tsx";
import { Playlist } from "./playlist.tsx";
import { Stage } from "./stage.tsx";
import { Surroundings, useSurroundings } from "./surroundings.tsx";
import { useMediaSession, useWakeLock } from "./use-device.ts";
import { useFocus } from "./use-focus.ts";
import { useFullScreen } from "./use-full-screen.ts";
import { useKeys } from "./use-keys.ts";
import { usePictureInPicture } from "./use-picture-in-picture.ts";
import { usePlayer } from "./use-player.ts";
import { YourData } from "./your-data.tsx";

/** For the file dialogue. */
const MAIN_FILES = ".cmx,application/octet-stream";

export function WatchPage(): ReactNode {
  const { player, snapshot } = usePlayer();
  const mainIds = useAddress().searchParams.getAll("main").map(encodeURIComponent).join(" ");
  const files = useHandedOver();
  const { sources, wasDamaged } = useKeptMains(mainIds, snapshot);

  useEffect(() => {
    if (player === undefined) return;
    const opened = mainIds === "" ? files : sources;
    if (opened !== undefined) void player.open(opened);
  }, [player, mainIds, sources, files]);

  return player === undefined || snapshot === undefined ? null : (
    <Watch player={player} snapshot={snapshot} wasDamaged={wasDamaged} />
  );
}

interface WatchProps {
  player: Player;
  snapshot: PlayerSnapshot;
  /** A file of the shelf was, and is gone. */
  wasDamaged: boolean;
}

function Watch({ player, snapshot, wasDamaged }: WatchProps): ReactNode {
  const { t, language, reason } = useText();
  const { state, facts, error } = snapshot;
  const isOnline = useOnline();
  const page = useRef<HTMLDivElement>(null);
  useFocus(page);
  const screen = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen(screen);
  const captionFile = useRef<HTMLInputElement>(null);
  const openCaptions = useCallback(() => captionFile.current?.click(), []);
  const captions = useCallback(() => {
    if (!player.captions.toggle(language)) openCaptions();
  }, [player, language, openCaptions]);
  const onKey = useKeys(player, { toggleFullScreen: fullScreen.toggle, captions });
  const small = usePictureInPicture(player, onKey);
  useWakeLock(snapshot);
  useMediaSession(player, snapshot);
  const around = useSurroundings(snapshot, snapshot.current + 1);
  const isFresh = facts === undefined;
  return (
    <div ref={page} className={isFresh ? "page" : "page page-wide"}>
      <h1 className={isFresh ? "" : "visually-hidden"}>{t("watch.title")}</h1>
      {isFresh && <p className="lead">{t("watch.lead")}</p>}
      {wasDamaged && <Hint warning>{t("shelf.damaged")}</Hint>}
      <MissingNotice player={player} snapshot={snapshot} leadsToLibrary />
      {error !== undefined && (
        <ErrorNotice
          message={reason(error)}
          help={helpFor(error, facts?.service, t)}
          onRetry={state === "error" && facts !== undefined ? () => void player.play() : undefined}
        />
      )}
      {!isOnline && facts !== undefined && isAtRest(state) && <Hint warning>{t("watch.offline")}</Hint>}
      {state === "opening" && <p role="status">{t("watch.opening")}</p>}
      {facts !== undefined && (
        <div className="watch">
          <div className="watch-main" ref={screen}>
            <Stage player={player} snapshot={snapshot} facts={facts} isAway={small.isOn} />
            <PlayerControls
              player={player}
              snapshot={snapshot}
              fullScreen={fullScreen}
              small={small}
              onOpenCaptions={openCaptions}
            />
            <SoundHint facts={facts} />
            <Surroundings entries={around} kinds={["advertisement"]} />
          </div>
          <div className="watch-side">
            <Panel snapshot={snapshot} facts={facts} onSponsorLink={() => player.cmClicked()} />
            <Playlist player={player} snapshot={snapshot} />
            <Surroundings entries={around} kinds={["information", "guidance"]} />
            <YourData snapshot={snapshot} />
          </div>
        </div>
      )}
      <Announcer snapshot={snapshot} />
      {(state === "idle" || isAtRest(state)) && (
        <DropZone
          title={t("watch.drop")}
          or={t("studio.or")}
          choose={t(isFresh ? "watch.choose" : "watch.other")}
          accept={MAIN_FILES}
          isCompact={!isFresh}
          onFiles={openInWatch}
        >
          {!isFresh && (
            <FileButton accept={MAIN_FILES} onFiles={(files) => void player.add(files)}>
              {t("watch.list.add")}
            </FileButton>
          )}
        </DropZone>
      )}
      <input
        ref={captionFile}
        type="file"
        accept=".vtt,.srt,text/vtt"
        hidden
        data-captions
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = ""; // the same file can be chosen again
          if (file !== undefined) player.captions.openFile(file);
        }}
      />
      {isFresh && <InstallCard />}
    </div>
  );
}

function SoundHint({ facts }: { facts: NonNullable<PlayerSnapshot["facts"]> }): ReactNode {
  const { t } = useText();
  const [first] = facts.sounds;
  if (first === undefined || facts.sounds.some(({ playable }) => playable)) return null;
  return (
    <Hint warning>
      {typeof AudioDecoder === "undefined" ? t("watch.noDecoder") : t("watch.silent", { codec: first.codec })}
    </Hint>
  );
}
