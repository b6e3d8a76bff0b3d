/** The element's side of the message channel to its frame. */
import { type CommandMessage, type FrameMessage, HELLO, type MediaCommand, type MediaState } from "./media-state.ts";

export interface FrameEvents {
  /** @param isAfterAll the frame has taken in every command that was sent */
  onState(state: MediaState, isAfterAll: boolean): void;
  /** Something was asked that a CM does not allow. */
  onRefused(): void;
}

export class FrameLink {
  readonly frame = document.createElement("iframe");
  private readonly origin: string;
  private readonly events: FrameEvents;
  private readonly listening = new AbortController();
  private port: MessagePort | undefined;
  private sent = 0;
  /** Commands from before the frame was there. */
  private waiting: CommandMessage[] = [];
  private readonly plays = new Map<number, { resolve(): void; reject(error: DOMException): void }>();

  /** @param address of the player's page on the service */
  constructor(address: URL, title: string, events: FrameEvents) {
    this.origin = address.origin;
    this.events = events;
    this.frame.src = address.href;
    this.frame.title = title;
    this.frame.allow = "autoplay; fullscreen; picture-in-picture; screen-wake-lock";
    addEventListener("message", this.onHello, { signal: this.listening.signal });
  }

  send(command: MediaCommand): void {
    const message = { number: ++this.sent, command };
    if (this.port === undefined) this.waiting.push(message);
    else this.port.postMessage(message);
  }

  /** Resolves when something plays: the CM, or the video. Rejects with what HTMLMediaElement's `play` rejects with. */
  play(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.send({ kind: "play" });
      this.plays.set(this.sent, { resolve, reject });
    });
  }

  close(): void {
    this.listening.abort();
    this.port?.close();
    this.frame.remove();
    for (const { reject } of this.plays.values())
      reject(new DOMException("the player was taken away, or shows another video", "AbortError"));
    this.plays.clear();
  }

  private readonly onHello = ({ data, source, origin }: MessageEvent): void => {
    const { contentWindow } = this.frame;
    if (data !== HELLO || source !== contentWindow || origin !== this.origin) return;
    const { port1, port2 } = new MessageChannel();
    this.port?.close();
    this.port = port1;
    port1.onmessage = ({ data: message }: MessageEvent<FrameMessage>) => this.take(message);
    contentWindow?.postMessage(HELLO, this.origin, [port2]);
    for (const message of this.waiting) port1.postMessage(message);
    this.waiting = [];
  };

  private take(message: FrameMessage): void {
    if ("state" in message) this.events.onState(message.state, message.answered === this.sent);
    else if ("refused" in message) this.events.onRefused();
    else {
      const play = this.plays.get(message.reply);
      this.plays.delete(message.reply);
      if (message.error === undefined) play?.resolve();
      else play?.reject(new DOMException(message.error.message, message.error.name));
    }
  }
}
