import { useEffect, useState, useSyncExternalStore } from "react";
import { Player } from "../../player/page/player.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import type { Display } from "../../player/protocol/play-api.ts";

const spawn = (): Worker =>
  new Worker(new URL("../../player/worker/play.worker.ts", import.meta.url), { type: "module" });

/** `?display=webgl2` and `?display=2d` force one way of painting, to look into a fault of the graphics driver. */
function wantedDisplay(): Display {
  const asked = new URLSearchParams(location.search).get("display");
  return asked === "webgl2" || asked === "2d" ? asked : "auto";
}

const NO_PLAYER = { subscribe: () => () => {}, snapshot: () => undefined };

/** One player for as long as the page is shown; undefined at the first drawing. */
export function usePlayer(): { player: Player | undefined; snapshot: PlayerSnapshot | undefined } {
  const [player, setPlayer] = useState<Player>();
  useEffect(() => {
    const made = new Player(spawn, wantedDisplay());
    setPlayer(made);
    return () => made.close();
  }, []);
  const store = player ?? NO_PLAYER;
  return { player, snapshot: useSyncExternalStore(store.subscribe, store.snapshot) };
}
