/** What is open in the player: mains in their order, and the one that is shown, with its picture, captions and sounds. Knows no play. */
import * as Comlink from "comlink";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import type { Display, PlayWorkerApi } from "../protocol/play-api.ts";
import { CaptionsStore } from "./captions/captions-store.ts";
import { FieldsChoice } from "./fields-choice.ts";
import { LossWatch } from "./loss-watch.ts";
import { MainOpener, type WantedItem } from "./main-opener.ts";
import { type MainSource, movedItem, type PlaylistItem } from "./playlist.ts";
import { type PlayerSnapshot, PlayerStore } from "./snapshot.ts";
import { SoundStore } from "./sound-choice.ts";
import { isAtRest } from "./state.ts";
import { wakeSoundService } from "./video/sound-output.ts";
import { attachScreen, createVideoCanvas } from "./video/video-canvas.ts";

export abstract class MainsPlayer extends PlayerStore {
  /** Shows the CM and the video; to be put into the page by the view. */
  readonly element = document.createElement("div");
  readonly loss: LossWatch;
  /** Of the item that is shown. */
  readonly captions: CaptionsStore;
  readonly sounds: SoundStore;
  readonly fields: FieldsChoice;
  protected readonly worker: Worker;
  protected readonly remote: Comlink.Remote<PlayWorkerApi>;
  protected canvas: HTMLCanvasElement | undefined;
  /** Ends whatever is under way; a new one for each list and play. */
  protected playing = new AbortController();
  private readonly mains: MainOpener;
  private readonly display: Display;
  /** Key of the item that the canvas was made for. */
  private canvasKey: number | undefined;

  /** @param spawn starts play.worker.ts */
  constructor(spawn: () => Worker, display: Display, start: Partial<PlayerSnapshot>) {
    super(start);
    installErrorTransfer();
    this.display = display;
    this.worker = spawn();
    this.remote = Comlink.wrap<PlayWorkerApi>(this.worker);
    this.loss = new LossWatch(this.remote);
    this.mains = new MainOpener(this.remote);
    this.captions = new CaptionsStore(this.remote.captions, (error) => this.refuse("captions", error));
    this.sounds = new SoundStore(this.remote.chooseSound, () => this.soundChanged());
    this.fields = new FieldsChoice(this.remote.setDeinterlacing);
    this.worker.onerror = (event) =>
      this.fail(new Error(`the player's worker broke (${event.message}): load the page again`));
    this.element.className = "player-view";
    this.subscribe(() => {
      this.element.dataset.state = this.current.state;
    });
  }

  /** What lies over the video's picture. */
  protected abstract overlays(): readonly HTMLElement[];
  /** Another of the video's sounds is to be heard from here on. */
  protected abstract soundChanged(): void;
  /** Whatever is under way ends; the state is the caller's. */
  protected abstract leavePlay(): Promise<void>;
  /** Before the list may be played. */
  protected abstract listed(items: readonly PlaylistItem[], signal: AbortSignal): Promise<void>;
  protected abstract fail(error: unknown): void;

  /** Opens mains in place of what is open. What cannot be opened ends in the snapshot's `missing`; the others are there. */
  async open(sources: readonly MainSource[]): Promise<void> {
    await this.leavePlay();
    for (const { key } of this.current.items) void this.remote.forget(key);
    this.enter("open", { items: [], missing: [], current: 0, facts: undefined, error: undefined, cm: undefined });
    this.position.set(0);
    await this.addItems(this.mains.wanted(sources));
  }

  /** Adds mains behind those that are open. Between plays only. */
  async add(sources: readonly MainSource[]): Promise<void> {
    if (this.current.state === "idle") await this.open(sources);
    else await this.openMore(this.mains.wanted(sources));
  }

  /** Tries again to open what could not be opened. Between plays only. */
  async openMissing(): Promise<void> {
    await this.openMore(this.current.missing);
  }

  /** Between plays only. */
  async moveItem(index: number, by: number): Promise<void> {
    if (isAtRest(this.current.state)) await this.list(movedItem(this.current.items, index, by));
  }

  /** Between plays only. @param removed key of what is opened or of what could not be */
  async removeItem(removed: number): Promise<void> {
    const { items, missing, state } = this.current;
    if (!isAtRest(state)) return;
    this.update({ missing: missing.filter(({ key }) => key !== removed) });
    await this.list(items.filter(({ key }) => key !== removed));
    void this.remote.forget(removed);
  }

  /** Captions off, or on as the viewer had them; says so where there are none. @param pageLanguage BCP 47 */
  toggleCaptions(pageLanguage: string): void {
    if (!this.captions.toggle(pageLanguage)) this.refuse("no-captions");
  }

  private async openMore(wanted: readonly WantedItem[]): Promise<void> {
    const { state, missing } = this.current;
    if (!isAtRest(state)) return;
    await this.leavePlay();
    // A file that is no main was told of, and stays none.
    const others = missing.filter((item) => typeof item.source === "string" && !wanted.includes(item));
    this.enter("open", { missing: others, error: undefined, cm: undefined });
    this.position.set(0);
    await this.addItems(wanted);
  }

  private async addItems(wanted: readonly WantedItem[]): Promise<void> {
    const { signal } = this.playing;
    const { items, missing, error } = await this.mains.open(wanted, this.current.items, signal);
    if (signal.aborted) return;
    this.update({ missing: [...this.current.missing, ...missing] });
    await this.list(items, error);
  }

  private async list(items: readonly PlaylistItem[], error?: Error): Promise<void> {
    const { signal } = this.playing;
    this.update({ items });
    try {
      await this.showItem(0);
      await this.listed(items, signal);
      const isEmpty = items.length === 0;
      const event = !isEmpty ? "opened" : this.current.missing.length > 0 ? "fail" : "emptied";
      if (!signal.aborted) this.enter(event, { error, cm: undefined });
    } catch (cause) {
      if (!signal.aborted) this.fail(cause);
    }
  }

  /** Makes one item the present one, with a canvas of its own. */
  protected async showItem(index: number): Promise<void> {
    const item = this.current.items[index];
    this.update({ current: index, facts: item?.facts });
    this.position.set(0);
    this.loaded.set([]);
    if (item === undefined || item.key === this.canvasKey) return;
    this.canvasKey = undefined;
    if (this.sounds.rateOf(item.facts) !== undefined) wakeSoundService();
    this.canvas = createVideoCanvas(item.facts);
    this.element.replaceChildren(this.canvas, ...this.overlays());
    await attachScreen(this.remote, item.key, this.canvas, this.display);
    this.canvasKey = item.key;
    this.captions.setVideo(item.key, item.facts.captions);
    await this.sounds.setVideo(item.key, item.facts.sounds);
  }
}
