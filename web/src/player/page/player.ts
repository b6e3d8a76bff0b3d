/** The player: main files + slaves' units + CMs → picture and sound (Cmix patent [0201]-[0228]). Knows nothing of React. */
import * as Comlink from "comlink";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import type { PlayMove } from "../../shared/api/plays.ts";
import type { Display, PlayWorkerApi } from "../protocol/play-api.ts";
import { CaptionsStore } from "./captions/captions-store.ts";
import { CmStage } from "./cm/cm-stage.ts";
import { FieldsChoice } from "./fields-choice.ts";
import { keepVolume, keptVolume } from "./kept-volume.ts";
import { LossWatch } from "./loss-watch.ts";
import { MainOpener, type WantedItem } from "./main-opener.ts";
import type { PlayLink } from "./play/play-link.ts";
import { PlaySequence, type SequenceStage } from "./play/play-sequence.ts";
import { type MainSource, movedItem, type PlaylistItem } from "./playlist.ts";
import { PlayerStore } from "./snapshot.ts";
import { SoundStore } from "./sound-choice.ts";
import { isAtRest, nextState, showsCm, showsVideo } from "./state.ts";
import { wakeSoundService } from "./video/sound-output.ts";
import { attachScreen, createVideoCanvas, markPicture } from "./video/video-canvas.ts";
import { VideoOutput } from "./video/video-output.ts";

/** Slowest to fastest; the service lets units go for the last (server/plays/play-rules.ts). */
export const SPEEDS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** Nearer to a video's edge than this, a step goes over the edge. */
const EDGE_SECONDS = 0.5;
/** Further into a video than this, "previous" goes to its start. */
const PREVIOUS_SECONDS = 3;

export class Player extends PlayerStore {
  /** Shows the CM and the video; to be put into the page by the view. */
  readonly element = document.createElement("div");
  readonly loss: LossWatch;
  /** Of the item that is shown. */
  readonly captions: CaptionsStore;
  readonly sounds: SoundStore;
  readonly fields: FieldsChoice;
  private readonly worker: Worker;
  private readonly remote: Comlink.Remote<PlayWorkerApi>;
  private readonly mains: MainOpener;
  private readonly cmStage: CmStage;
  private readonly video: VideoOutput;
  private readonly display: Display;
  private canvas: HTMLCanvasElement | undefined;
  /** Key of the item that the canvas was made for. */
  private canvasKey: number | undefined;
  private playing = new AbortController();
  private link: PlayLink | undefined;
  private sequence: PlaySequence | undefined;

  /** @param spawn starts play.worker.ts */
  constructor(spawn: () => Worker, display: Display = "auto") {
    super(keptVolume());
    installErrorTransfer();
    this.display = display;
    this.worker = spawn();
    this.remote = Comlink.wrap<PlayWorkerApi>(this.worker);
    this.loss = new LossWatch(this.remote);
    this.mains = new MainOpener(this.remote);
    this.captions = new CaptionsStore(this.remote.captions, (error) => this.refuse("captions", error));
    this.sounds = new SoundStore(this.remote.chooseSound, () => {
      this.video.openSound(this.sounds.rateOf(this.current.facts));
      if (showsVideo(this.current.state)) this.seek(this.position.snapshot());
    });
    this.fields = new FieldsChoice(this.remote.setDeinterlacing);
    this.worker.onerror = (event) =>
      this.fail(new Error(`the player's worker broke (${event.message}): load the page again`));
    this.element.className = "player-view";
    this.subscribe(() => {
      this.element.dataset.state = this.current.state;
    });
    this.cmStage = new CmStage({
      onShown: () => this.enter("cm-shown"),
      onPosition: (seconds) => this.atCm(seconds),
      onBlocked: (start) =>
        this.update({
          unblock: () => {
            this.update({ unblock: undefined });
            start();
          },
        }),
    });
    this.video = new VideoOutput(this.remote, {
      onPicture: (seconds, shownPictures) => {
        if (this.canvas !== undefined) markPicture(this.canvas, seconds, shownPictures);
      },
      onPosition: (seconds, shownSeconds) => {
        if (shownSeconds > 0) this.link?.videoShown(this.current.current + 1, shownSeconds);
        this.position.set(Math.min(seconds, this.current.facts?.durationSeconds ?? 0));
      },
      onReady: () => {
        this.enter("buffered", { heldBack: false });
        if (this.current.state === "playing") this.video.resume();
      },
      onStarved: () => this.enter("starved"),
      onHeldBack: () => {
        if (this.current.state === "buffering") this.update({ heldBack: true });
      },
    });
    this.applyVolume();
    addEventListener("pagehide", this.onPageHide);
  }

  private readonly onPageHide = (event: PageTransitionEvent): void => {
    if (!event.persisted) this.link?.leave();
  };

  // ---- The playlist ----

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
      const isEmpty = items.length === 0;
      const event = !isEmpty ? "opened" : this.current.missing.length > 0 ? "fail" : "emptied";
      if (!signal.aborted) this.enter(event, { error, cm: undefined });
    } catch (cause) {
      if (!signal.aborted) this.fail(cause);
    }
  }

  /** Makes one item the present one, with a canvas of its own. */
  private async showItem(index: number): Promise<void> {
    const item = this.current.items[index];
    this.update({ current: index, facts: item?.facts });
    this.position.set(0);
    if (item === undefined || item.key === this.canvasKey) return;
    this.canvasKey = undefined;
    if (this.sounds.rateOf(item.facts) !== undefined) wakeSoundService();
    this.canvas = createVideoCanvas(item.facts);
    this.element.replaceChildren(this.canvas, ...this.cmStage.elements);
    await attachScreen(this.remote, item.key, this.canvas, this.display);
    this.canvasKey = item.key;
    this.captions.setVideo(item.key, item.facts.captions);
    await this.sounds.setVideo(item.key, item.facts.sounds);
  }

  // ---- A play ----

  /** Asks for a play over the list, shows the CM, then the video. To be called in a click's handler, so that sound may start. */
  async play(): Promise<void> {
    const { items, state } = this.current;
    if (items.length === 0 || nextState(state, "play") === undefined) return;
    await this.leavePlay();
    this.enter("play", {
      error: undefined,
      cm: undefined,
      isOwed: false,
      heldBack: false,
      isElsewhere: false,
      unblock: undefined,
    });
    const { signal } = this.playing;
    this.video.openSound(this.sounds.rateOf(items[0]?.facts));
    this.sequence = new PlaySequence(this.stage(), signal);
    try {
      await this.sequence.run(items.map(({ facts }) => facts));
      await this.endPlay();
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  pause(): void {
    if (this.enter("pause")) this.video.pause();
  }

  resume(): void {
    if (this.enter("resume") && this.video.resume()) this.enter("buffered");
  }

  /** @param seconds media time; outside of the video, its edge */
  seek(seconds: number): void {
    const { facts, state } = this.current;
    if (facts === undefined || !showsVideo(state)) {
      this.explainCm();
      return;
    }
    const target = Math.min(Math.max(0, seconds), facts.durationSeconds);
    this.enter("seek");
    this.position.set(target);
    this.video.goTo(target);
  }

  /** Fast forward or rewind: to the video's edge at most, and from there over it, to the CM that stands there (Fig. 12 c and d). */
  step(seconds: number): void {
    const { facts, state } = this.current;
    const positionSeconds = this.position.snapshot();
    if (facts === undefined || !showsVideo(state)) {
      this.explainCm();
      return;
    }
    if (seconds > 0 && positionSeconds >= facts.durationSeconds - EDGE_SECONDS) void this.move({ kind: "next" });
    else if (seconds < 0 && positionSeconds <= EDGE_SECONDS) void this.move({ kind: "back" });
    else this.seek(positionSeconds + seconds);
  }

  /** To the CM before the next video, or behind the last. */
  next(): void {
    if (showsVideo(this.current.state)) void this.move({ kind: "next" });
    else this.explainCm();
  }

  /** To the start of the video; from there, or in a CM, to the CM before the video before. */
  previous(): void {
    const { state, current } = this.current;
    if (showsCm(state)) void this.move({ kind: "back" });
    else if (this.position.snapshot() > PREVIOUS_SECONDS) this.seek(0);
    else void this.move(current === 0 ? { kind: "back" } : { kind: "video", number: current });
  }

  /** To the CM before a video of the list. */
  goTo(index: number): void {
    void this.move({ kind: "video", number: index + 1 });
  }

  /** A small picture of the present video, of what was seen around a time. */
  thumbnail(seconds: number): Promise<Blob | undefined> {
    return this.remote.thumbnail(seconds);
  }

  /** Says why nothing moves, where it is for a CM. */
  explainCm(): void {
    if (showsCm(this.current.state)) this.refuse("in-cm");
  }

  /** Ends the video, behind which the last CM comes; in a CM it ends the play, and the CM comes first next time. */
  async stop(): Promise<void> {
    const { sequence } = this;
    if (!this.enter("stop")) return;
    if (this.current.state !== "closing") return this.leavePlay();
    this.video.pause();
    await sequence?.move({ kind: "stop" });
  }

  /** @param speed one of {@link SPEEDS} */
  setSpeed(speed: number): void {
    if (showsCm(this.current.state)) {
      this.explainCm();
      return;
    }
    this.video.setSpeed(speed);
    this.update({ speed });
  }

  setVolume(volume: number, muted: boolean): void {
    this.update({ volume, muted });
    keepVolume({ volume, muted });
    this.applyVolume();
  }

  /** The sponsor's link was followed; a play that was left takes that too. */
  cmClicked(): void {
    this.link?.cmClicked();
  }

  close(): void {
    removeEventListener("pagehide", this.onPageHide);
    this.link?.leave();
    this.playing.abort();
    this.video.close();
    this.worker.terminate();
    this.unsubscribeAll();
  }

  private async move(move: PlayMove): Promise<void> {
    try {
      await this.sequence?.move(move);
    } catch (error) {
      this.fail(error);
    }
  }

  private stage(): SequenceStage {
    return {
      opened: (link) => {
        this.link = link;
        this.update({ playId: link.playId, sentAttributes: link.sentAttributes, isOwed: link.isOwed });
      },
      toCm: async ({ cm: offer, number }, isLast) => {
        const cm = { offer, number, loadedBytes: 0, positionSeconds: 0 };
        const change = { cm, heldBack: false, isElsewhere: false };
        if (!this.enter(isLast ? "end" : "to-cm", change)) this.update(change);
        if (!isLast) {
          await this.showItem(number - 1);
          this.video.openSound(this.sounds.rateOf(this.current.facts));
        }
      },
      cmLoading: (loadedBytes) => this.updateCm({ loadedBytes }),
      cmWaiting: (isElsewhere) => {
        if (this.current.isElsewhere !== isElsewhere) this.update({ isElsewhere });
      },
      prepare: (ticket, cm, signal) => this.remote.prepare(ticket, cm, Comlink.proxy(this.video.workerEvents(signal))),
      showCm: async (cm, signal) => {
        await this.cmStage.play(cm, signal);
        this.enter("cm-watched", { isOwed: false });
      },
      playVideo: async (secret, signal) => {
        await this.remote.release(secret);
        signal.throwIfAborted();
        this.enter("released");
        await this.video.play(signal);
        this.enter("end");
      },
      leaveVideo: () => this.video.leave(),
      refused: (error) => {
        // The viewer asked for the end, and gets it.
        if (this.current.state === "closing") void this.endPlay();
        else this.refuse(error.details.serviceCode === "in_cm" ? "in-cm" : "service", error);
      },
    };
  }

  private atCm(positionSeconds: number): void {
    this.updateCm({ positionSeconds });
    const { cm } = this.current;
    if (cm !== undefined) this.link?.cmAt(cm.offer, positionSeconds);
  }

  private async endPlay(): Promise<void> {
    this.enter("over");
    await this.leavePlay();
  }

  /** Whatever is under way ends; the state is the caller's. */
  private async leavePlay(): Promise<void> {
    this.link?.leave();
    this.playing.abort();
    this.playing = new AbortController();
    this.sequence = undefined;
    this.video.closeSound();
    await this.video.leave();
  }

  private fail(error: unknown): void {
    if (this.enter("fail", { error: error instanceof Error ? error : new Error(String(error)) })) void this.leavePlay();
  }

  private applyVolume(): void {
    const { volume, muted } = this.current;
    this.video.setVolume(muted ? 0 : volume);
    this.cmStage.setVolume(volume, muted);
  }
}
