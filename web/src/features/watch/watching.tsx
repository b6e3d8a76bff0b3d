import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import type { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { isAtRest } from "../../player/page/state.ts";
import { loadLateTexts, useText } from "../../shared/i18n/text.tsx";
import { openInWatch, useHandedOver } from "../../shared/routing/handoff.ts";
import { useOnline } from "../../shared/routing/install.ts";
import { useAddress } from "../../shared/routing/router.tsx";
import { DropZone } from "../../shared/ui/drop-zone.tsx";
import { FileButton } from "../../shared/ui/file-button.tsx";
import { ErrorNotice, Hint } from "../../shared/ui/notices.tsx";
import { useKeptMains } from "../shelf/use-kept-mains.ts";
import { Announcer } from "./announcer.tsx";
import { AwaitedVideo, WatchFrame } from "./awaited-video.tsx";
import { helpFor } from "./error-help.ts";
import { InstallCard } from "./install-card.tsx";
import { KeysHelp } from "./keys-help.tsx";
import { MissingNotice, ToLibrary } from "./missing-notice.tsx";
import { NextVideos } from "./next-videos.tsx";
import { OtherLinkNotice, OtherServiceNotice } from "./other-service-notice.tsx";
import { Panel } from "./panel.tsx";
import { PlayerControls } from "./player-controls.tsx";
import { Playlist } from "./playlist.tsx";
import { Report } from "./report.tsx";
import { Share } from "./share.tsx";
import { Stage } from "./stage.tsx";
import { Surroundings, useSurroundings } from "./surroundings.tsx";
import { useMediaSession, useTabTitle, useWakeLock } from "./use-device.ts";
import { useFocus } from "./use-focus.ts";
import { useFullScreen } from "./use-full-screen.ts";
import { useKeys } from "./use-keys.ts";
import { usePictureInPicture } from "./use-picture-in-picture.ts";
import { usePlayer } from "./use-player.ts";
import { mayRest, useRest } from "./use-rest.ts";
import { useTheatre } from "./use-theatre.ts";
import { YourData } from "./your-data.tsx";

/** Few videos have such parts: the watch page starts without it. */
const PremiumParts = lazy(async () => {
  const [{ PremiumParts: part }] = await Promise.all([import("./premium-parts.tsx"), loadLateTexts()]);
  return { default: part };
});

/** For the file dialogue. */
const MAIN_FILES = ".cmx,application/octet-stream";

export function Watching(): ReactNode {
  const { player, snapshot } = usePlayer();
  const { searchParams } = useAddress();
  const mainIds = searchParams.getAll("main").map(encodeURIComponent).join(" ");
  const startSeconds = secondsOf(searchParams.get("t"));
  const files = useHandedOver();
  const { sources, wasDamaged } = useKeptMains(mainIds, snapshot);

  useEffect(() => {
    if (player === undefined) return;
    const opened = mainIds === "" ? files : sources;
    if (opened !== undefined) void player.open(opened, startSeconds);
  }, [player, mainIds, sources, files, startSeconds]);

  if (player === undefined || snapshot === undefined) return <WatchFrame />;
  // What is asked for has its place on the page before it is here: nothing moves when it comes.
  const isAwaited = mainIds !== "" && (snapshot.state === "idle" || snapshot.state === "opening");
  return <Watch player={player} snapshot={snapshot} isAwaited={isAwaited} wasDamaged={wasDamaged} />;
}

/** `t=126` or `t=126s`: media seconds at which a shared video begins. */
function secondsOf(text: string | null): number | undefined {
  const digits = /^(\d{1,6})s?$/.exec(text ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

interface WatchProps {
  player: Player;
  snapshot: PlayerSnapshot;
  isAwaited: boolean;
  /** A file of the shelf was, and is gone. */
  wasDamaged: boolean;
}

function Watch({ player, snapshot, isAwaited, wasDamaged }: WatchProps): ReactNode {
  const { t, language, reason } = useText();
  const { searchParams } = useAddress();
  const { state, facts, error } = snapshot;
  const isOnline = useOnline();
  const page = useRef<HTMLDivElement>(null);
  useFocus(page);
  const screen = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen(screen);
  const captionFile = useRef<HTMLInputElement>(null);
  const openCaptions = useCallback(() => captionFile.current?.click(), []);
  const captions = useCallback(() => player.toggleCaptions(language), [player, language]);
  const theatre = useTheatre();
  const [isHelpShown, showHelp] = useState(false);
  const help = useCallback(() => showHelp(true), []);
  const targets = { toggleFullScreen: fullScreen.toggle, captions, toggleTheatre: theatre.toggle, help };
  const onKey = useKeys(player, targets);
  const small = usePictureInPicture(player, facts, onKey);
  useWakeLock(snapshot);
  useMediaSession(player, snapshot);
  useTabTitle(facts?.title);
  const rest = useRest(screen, mayRest(snapshot));
  const around = useSurroundings(snapshot, snapshot.current + 1);
  const isFresh = facts === undefined && !isAwaited;
  const listed = snapshot.items[snapshot.current]?.isVerified === true ? facts : undefined;
  return (
    <div ref={page} className={isFresh ? "page" : "page page-wide"}>
      <h1 className={isFresh ? "" : "visually-hidden"}>{t("watch.title")}</h1>
      {isFresh && <p className="lead">{t("watch.lead")}</p>}
      {wasDamaged && <Hint warning>{t("shelf.damaged")}</Hint>}
      <MissingNotice player={player} snapshot={snapshot} leadsToLibrary />
      <OtherServiceNotice snapshot={snapshot} />
      {isFresh && <OtherLinkNotice link={searchParams.get("link")} />}
      {error !== undefined && (
        <ErrorNotice
          message={reason(error)}
          help={helpFor(error, facts?.service, t)}
          onRetry={state === "error" && facts !== undefined ? () => void player.play() : undefined}
        >
          <ToLibrary />
        </ErrorNotice>
      )}
      {!isOnline && facts !== undefined && isAtRest(state) && <Hint warning>{t("watch.offline")}</Hint>}
      {state === "opening" && !isAwaited && <p role="status">{t("watch.opening")}</p>}
      {facts === undefined && isAwaited && <AwaitedVideo />}
      {facts !== undefined && (
        <div className="watch" data-theatre={theatre.isOn || undefined}>
          <div className="watch-main">
            <div className="player" ref={screen} data-rest={rest.isResting || undefined} {...rest.handlers}>
              <Stage
                player={player}
                snapshot={snapshot}
                facts={facts}
                isAway={small.isAway}
                toggleFullScreen={fullScreen.toggle}
                next={<NextVideos seen={snapshot.items} />}
              />
              <PlayerControls
                player={player}
                snapshot={snapshot}
                fullScreen={fullScreen}
                small={small}
                theatre={theatre}
                onOpenCaptions={openCaptions}
              />
            </div>
            <div className="watch-under">
              {listed !== undefined && <Share player={player} mainId={listed.mainId} title={listed.title} />}
              {listed !== undefined && <Report key={listed.mainId} mainId={listed.mainId} title={listed.title} />}
              <button type="button" className="link-button" onClick={help}>
                {t("watch.help.title")}
              </button>
            </div>
            <SoundHint facts={facts} />
            <Surroundings entries={around} kinds={["advertisement"]} />
          </div>
          <div className="watch-side">
            <Panel snapshot={snapshot} facts={facts} onSponsorLink={() => player.cmClicked()} />
            {listed !== undefined && facts?.hasHiddenParts && snapshot.playId !== undefined && (
              <Suspense>
                <PremiumParts key={listed.mainId} mainId={listed.mainId} />
              </Suspense>
            )}
            <Playlist player={player} snapshot={snapshot} />
            <Surroundings entries={around} kinds={["information", "guidance"]} />
            <YourData snapshot={snapshot} />
          </div>
        </div>
      )}
      {isHelpShown && <KeysHelp onClose={() => showHelp(false)} />}
      <Announcer snapshot={snapshot} />
      {!isAwaited && (state === "idle" || isAtRest(state)) && (
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
