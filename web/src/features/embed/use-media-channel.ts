import { useEffect } from "react";
import { type CommandMessage, type FrameMessage, HELLO } from "../../embed/media-state.ts";
import type { Player } from "../../player/page/player.ts";
import { PlayerMedia } from "./player-media.ts";

/** Lets the page around this frame drive the player by the element's interface. Which sites may hold the frame, the service says. */
export function useMediaChannel(player: Player, source: string): void {
  useEffect(() => {
    if (parent === self) return;
    const media = new PlayerMedia(player, source, () => player.cmClicked());
    let port: MessagePort | undefined;
    let answered = 0;
    const post = (message: FrameMessage) => port?.postMessage(message);
    const tell = () => post({ state: media.state(), answered });
    const take = async ({ number, command }: CommandMessage) => {
      answered = number;
      const running = media.run(command);
      tell();
      try {
        if (!(await running)) post({ refused: "cm" });
        if (command.kind === "play") post({ reply: number, error: undefined });
      } catch (error) {
        const { name, message } = error as Error;
        post({ reply: number, error: { name, message } });
      }
    };
    const onHello = ({ data, source: from, ports }: MessageEvent) => {
      if (data !== HELLO || from !== parent) return;
      port?.close();
      port = ports[0];
      if (port !== undefined) port.onmessage = ({ data: message }: MessageEvent<CommandMessage>) => void take(message);
      tell();
    };
    addEventListener("message", onHello);
    const unsubscribe = media.subscribe(tell);
    parent.postMessage(HELLO, "*"); // tells nothing but that the player is here
    return () => {
      removeEventListener("message", onHello);
      unsubscribe();
      port?.close();
    };
  }, [player, source]);
}
