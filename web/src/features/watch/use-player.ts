import { useEffect, useState, useSyncExternalStore } from "react";
import { Player, type PlayerSnapshot } from "../../player/player.ts";

const spawn = (): Worker => new Worker(new URL("../../workers/play.worker.ts", import.meta.url), { type: "module" });

const NO_PLAYER = { subscribe: () => () => {}, snapshot: () => undefined };

/** One player for as long as the page is shown; undefined at the first drawing. */
export function usePlayer(): { player: Player | undefined; snapshot: PlayerSnapshot | undefined } {
  const [player, setPlayer] = useState<Player>();
  useEffect(() => {
    const made = new Player(spawn);
    setPlayer(made);
    return () => made.close();
  }, []);
  const store = player ?? NO_PLAYER;
  return { player, snapshot: useSyncExternalStore(store.subscribe, store.snapshot) };
}
