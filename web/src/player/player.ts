/**
 * The player: main file + slave's units + CM → picture and sound (Cmix patent [0201]-[0218]). On the page; decoding runs in
 * play.worker.ts. Knows nothing of React: `subscribe` and `snapshot` are all a view needs.
 */
import * as Comlink from "comlink";
import { PairingError } from "../../../codec/errors.ts";
import { installErrorTransfer } from "../../../codec/worker/error-transfer.ts";
import type { CmOffer, ViewerAttributes } from "../shared/service.ts";
import type { MainFacts, PlayEvents, PlayWorkerApi } from "../workers/play-api.ts";
import { epochMilliseconds, MediaClock } from "./clock.ts";
import { CmStage } from "./cm-stage.ts";
import { keepVolume, keptVolume } from "./kept-volume.ts";
import { LossWatch } from "./loss-watch.ts";
import { type CmPlace, PlayLink } from "./play-link.ts";
import { askSecret, ownAttributes } from "./play-request.ts";
import type { Display } from "./screen.ts";
import { SoundOutput } from "./sound-output.ts";
import type { SoundPiece } from "./sound-pump.ts";
import { nextState, type PlayerEvent, type PlayerState, showsVideo } from "./state.ts";

const TICK_MILLISECONDS = 100;
/** Beyond the device's latency: gives the first sound time to be scheduled before its moment. */
const START_LEAD_SECONDS = 0.05;

export interface CmProgress {
  offer: CmOffer;
  loadedBytes: number;
  positionSeconds: number;
}

export interface PlayerSnapshot {
  state: PlayerState;
  facts: MainFacts | undefined;
  playId: string | undefined;
  /** What this play told the service of the viewer. */
  sentAttributes: ViewerAttributes;
  cm: CmProgress | undefined;
  positionSeconds: number;
  volume: number;
  muted: boolean;
  /** The browser wants a click before it plays the CM. */
  unblock: (() => void) | undefined;
  /** The service lets no more be fetched yet. */
  heldBack: boolean;
  error: Error | undefined;
}

export class Player {
  /** Shows the CM and the video; to be put into the page by the view. */
  readonly element = document.createElement("div");
  readonly loss: LossWatch;
  private readonly worker: Worker;
  private readonly remote: Comlink.Remote<PlayWorkerApi>;
  private readonly listeners = new Set<() => void>();
  private readonly cmStage: CmStage;
  private readonly clock: MediaClock;
  private readonly ticker: ReturnType<typeof setInterval>;
  private readonly display: Display;
  private canvas: HTMLCanvasElement | undefined;
  private sound: SoundOutput | undefined;
  private playing = new AbortController();
  private link: PlayLink | undefined;
  private run = 0;
  private ready = false;
  private current: PlayerSnapshot = {
    state: "idle",
    facts: undefined,
    playId: undefined,
    sentAttributes: {},
    cm: undefined,
    positionSeconds: 0,
    ...keptVolume(),
    unblock: undefined,
    heldBack: false,
    error: undefined,
  };

  /** @param spawn starts play.worker.ts */
  constructor(spawn: () => Worker, display: Display = "auto") {
    installErrorTransfer();
    this.display = display;
    this.worker = spawn();
    this.remote = Comlink.wrap<PlayWorkerApi>(this.worker);
    this.loss = new LossWatch(this.remote);
    this.worker.onerror = (event) =>
      this.fail(new Error(`the player's worker broke (${event.message}): load the page again`));
    this.element.className = "player-view";
    this.cmStage = new CmStage({
      onPosition: (seconds) => this.atCm(seconds),
      onBlocked: (start) =>
        this.update({
          unblock: () => {
            this.update({ unblock: undefined });
            start();
          },
        }),
    });
    this.clock = new MediaClock(
      () => performance.now() / 1000,
      () => this.sound?.heardTime(),
    );
    this.clock.onSourceChange = () => {
      if (this.clock.isRunning) this.sound?.start(this.clock);
    };
    this.ticker = setInterval(() => this.tick(), TICK_MILLISECONDS);
    addEventListener("pagehide", this.onPageHide);
  }

  private readonly onPageHide = (event: PageTransitionEvent): void => {
    if (!event.persisted) this.link?.leave();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): PlayerSnapshot => this.current;

  /** Opens a main: a file, or the address of one. What goes wrong ends in the snapshot's `error`. */
  async open(source: Blob | string): Promise<void> {
    await this.leavePlay();
    this.enter("open", { facts: undefined, error: undefined, cm: undefined, positionSeconds: 0 });
    const { signal } = this.playing;
    try {
      const facts = await this.remote.open(source);
      if (signal.aborted) return;
      this.canvas = document.createElement("canvas");
      this.canvas.className = "video-canvas";
      this.canvas.dataset.rotation = String(facts.video.rotation);
      this.canvas.dataset.mirrored = String(facts.video.mirrored);
      this.element.replaceChildren(this.canvas, ...this.cmStage.elements);
      const screen = this.canvas.transferControlToOffscreen();
      this.canvas.dataset.display = await this.remote.attachScreen(Comlink.transfer(screen, [screen]), this.display);
      if (!signal.aborted) this.enter("opened", { facts });
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** Asks for a play, shows its CM, then the video. To be called in a click's handler, so that sound may start. */
  async play(): Promise<void> {
    const { facts } = this.current;
    if (facts === undefined || nextState(this.current.state, "play") === undefined) return;
    await this.leavePlay();
    this.enter("play", { error: undefined, cm: undefined, positionSeconds: 0, heldBack: false, unblock: undefined });
    const { signal } = this.playing;
    if (facts.sound?.playable) {
      this.sound = new SoundOutput(facts.sound.sampleRate);
      this.applyVolume();
    }
    try {
      await this.prepareAndPlay(facts, signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  pause(): void {
    if (!this.enter("pause")) return;
    this.stopClock();
  }

  resume(): void {
    if (!this.enter("resume")) return;
    if (this.ready) this.startClock();
  }

  /** @param seconds media time */
  seek(seconds: number): void {
    const { facts, state } = this.current;
    if (facts === undefined || !showsVideo(state)) return;
    const target = Math.min(Math.max(0, seconds), facts.durationSeconds);
    this.enter("seek", { positionSeconds: target });
    this.startRun(target);
  }

  /** Ends the video, behind which the last CM comes; in a CM it ends the play, and the CM comes first next time. */
  async stop(): Promise<void> {
    if (!this.enter("stop")) return;
    if (this.current.state === "closing") await this.showLastCm("stop");
    else await this.leavePlay();
  }

  setVolume(volume: number, muted: boolean): void {
    this.update({ volume, muted });
    keepVolume({ volume, muted });
    this.applyVolume();
  }

  close(): void {
    clearInterval(this.ticker);
    removeEventListener("pagehide", this.onPageHide);
    this.link?.leave();
    this.playing.abort();
    this.sound?.close();
    this.worker.terminate();
    this.listeners.clear();
  }

  private async prepareAndPlay(facts: MainFacts, signal: AbortSignal): Promise<void> {
    const { link, place } = await PlayLink.open([facts.mainId], await ownAttributes(), signal);
    this.link = link;
    const { playId, sentAttributes } = link;
    this.update({ playId, sentAttributes });
    const [video] = link.videos;
    if (video?.slaveId !== facts.slaveId) {
      throw new PairingError(
        `the service offers slave ${video?.slaveId}, this main wants ${facts.slaveId}: fetch the main file again`,
        { mainId: facts.mainId, slaveId: facts.slaveId },
      );
    }
    const { cm, ticket: secretTicket } = await this.fetchCm(link, place, signal);
    const ticket = {
      playId,
      slaveId: video.slaveId,
      segments: video.segments,
      cmId: place.cm.id,
      cmSha256: place.cm.sha256,
      firstTicket: place.ticket,
    };
    // The units come while the CM plays; a failure shows when they are needed.
    const prepared = this.remote.prepare(ticket, cm, Comlink.proxy(this.playEvents(signal)));
    prepared.catch(() => {});
    if (signal.aborted) return;
    this.enter("cm-loaded");
    await this.cmStage.play(cm, place.cm.durationSeconds, signal);
    link.cmWatched();
    this.enter("cm-watched");
    await prepared;
    const secret = await askSecret(playId, place.cm, secretTicket, signal);
    await this.remote.release(secret);
    if (signal.aborted) return;
    this.enter("released");
    this.startRun(0);
  }

  /** The sponsor's link was followed; a play that was left takes that too. */
  cmClicked(): void {
    this.link?.cmClicked();
  }

  private fetchCm(link: PlayLink, place: CmPlace, signal: AbortSignal) {
    this.update({ cm: { offer: place.cm, loadedBytes: 0, positionSeconds: 0 } });
    return link.loadCm(place, (loadedBytes) => this.updateCm({ loadedBytes }), signal);
  }

  /** The CM behind the video (Cmix patent [0211], [0225]). Where it cannot be shown now, the service lets it come first next time. */
  private async showLastCm(move: "next" | "stop"): Promise<void> {
    await this.endVideo();
    const { link } = this;
    const { signal } = this.playing;
    try {
      const place = await link?.move({ kind: move }, signal);
      if (link !== undefined && place?.kind === "cm") {
        const { cm } = await this.fetchCm(link, place, signal);
        this.enter("cm-loaded");
        await this.cmStage.play(cm, place.cm.durationSeconds, signal);
        link.cmWatched();
        await link.move({ kind: "next" }, signal);
      }
    } catch {
      // Nothing of the video hangs on it.
    }
    if (signal.aborted) return;
    this.enter("cm-watched");
    await this.leavePlay();
  }

  private atCm(positionSeconds: number): void {
    this.updateCm({ positionSeconds });
    const { cm } = this.current;
    if (cm !== undefined) this.link?.cmAt(cm.offer, positionSeconds);
  }

  private playEvents(signal: AbortSignal): PlayEvents {
    const isLate = (run: number) => signal.aborted || run !== this.run;
    return {
      onPicture: (run, timeSeconds) => {
        if (!isLate(run) && this.canvas !== undefined) this.canvas.dataset.pictureSeconds = timeSeconds.toFixed(6);
      },
      onSound: (run, piece: SoundPiece) => {
        if (!isLate(run)) this.sound?.add(piece);
      },
      onReady: (run) => {
        if (isLate(run)) return;
        this.ready = true;
        this.enter("buffered", { heldBack: false });
        if (this.current.state === "playing") this.startClock();
      },
      onStarved: (run) => {
        if (isLate(run)) return;
        this.ready = false;
        this.stopClock();
        this.enter("starved");
      },
      onEnded: (run) => {
        if (isLate(run) || !this.enter("end")) return;
        void this.showLastCm("next");
      },
      onError: (run, error) => {
        if (!isLate(run)) this.fail(error);
      },
      onHeldBack: () => {
        if (!signal.aborted && this.current.state === "buffering") this.update({ heldBack: true });
      },
    };
  }

  private startRun(seconds: number): void {
    this.run += 1;
    this.ready = false;
    this.clock.set(seconds);
    this.sound?.clear();
    this.sendClock();
    const { signal } = this.playing;
    this.remote.start(this.run, seconds).catch((error: unknown) => {
      if (!signal.aborted) this.fail(error);
    });
  }

  private startClock(): void {
    if (this.current.state === "buffering") this.enter("buffered");
    this.clock.start(this.clock.time(), START_LEAD_SECONDS + (this.sound?.latencySeconds() ?? 0));
    this.sound?.start(this.clock);
    this.sendClock();
  }

  private stopClock(): void {
    this.clock.pause();
    this.sound?.stop();
    this.sendClock();
    this.update({ positionSeconds: this.clock.time() });
  }

  private sendClock(): void {
    void this.remote.setClock({
      mediaSeconds: this.clock.raw(),
      atMilliseconds: epochMilliseconds(),
      running: this.clock.isRunning,
    });
  }

  private tick(): void {
    if (!this.clock.isRunning) return;
    const positionSeconds = Math.min(this.clock.time(), this.current.facts?.durationSeconds ?? 0);
    this.sendClock();
    this.link?.videoShown(TICK_MILLISECONDS / 1000);
    this.update({ positionSeconds });
  }

  private async leavePlay(): Promise<void> {
    this.link?.leave();
    await this.endVideo();
  }

  /** Whatever of a video is under way ends; the state is the caller's. */
  private async endVideo(): Promise<void> {
    this.playing.abort();
    this.playing = new AbortController();
    this.run += 1;
    this.clock.pause();
    this.sound?.close();
    this.sound = undefined;
    await this.remote.stop();
  }

  private fail(error: unknown): void {
    if (this.enter("fail", { error: error instanceof Error ? error : new Error(String(error)) })) void this.leavePlay();
  }

  private applyVolume(): void {
    const { volume, muted } = this.current;
    this.sound?.setVolume(muted ? 0 : volume);
    this.cmStage.setVolume(volume, muted);
  }

  /** @returns false where `event` means nothing in the present state */
  private enter(event: PlayerEvent, change: Partial<PlayerSnapshot> = {}): boolean {
    const state = nextState(this.current.state, event);
    if (state === undefined) return false;
    this.element.dataset.state = state;
    this.update({ ...change, state });
    return true;
  }

  private updateCm(change: Partial<CmProgress>): void {
    const { cm } = this.current;
    if (cm !== undefined) this.update({ cm: { ...cm, ...change } });
  }

  private update(change: Partial<PlayerSnapshot>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}
