/** The player: main files + slaves' units + CMs → picture and sound (Cmix patent [0201]-[0228]). Knows nothing of React. */
import * as Comlink from "comlink";
import type { PlayMove } from "../../shared/api/plays.ts";
import type { Display } from "../protocol/play-api.ts";
import { CmStage } from "./cm/cm-stage.ts";
import { keepPlace, keptPlace } from "./kept-places.ts";
import { keepSpeed, keptSpeed } from "./kept-speed.ts";
import { keepVolume, keptVolume } from "./kept-volume.ts";
import { MainsPlayer } from "./mains-player.ts";
import { findLeftPlay, keepLeftPlay, type LeftPlace, type LeftPlay, wasHereBefore } from "./play/left-play.ts";
import type { PlayLink } from "./play/play-link.ts";
import { PlaySequence, type SequenceStage } from "./play/play-sequence.ts";
import type { MainSource, PlaylistItem } from "./playlist.ts";
import { nextState, showsCm, showsVideo } from "./state.ts";
import { SmallVideo } from "./video/small-video.ts";
import { markPicture } from "./video/video-canvas.ts";
import { VideoOutput } from "./video/video-output.ts";

/** Nearer to a video's edge than this, a step goes over the edge. */
const EDGE_SECONDS = 0.5;
/** Further into a video than this, "previous" goes to its start. */
const PREVIOUS_SECONDS = 3;
/** How far the place that the device remembers may be behind. */
const PLACE_SECONDS = 5;

export class Player extends MainsPlayer {
  private readonly cmStage: CmStage;
  private readonly video: VideoOutput;
  private link: PlayLink | undefined;
  private sequence: PlaySequence | undefined;
  /** Where the first video of the next play begins; undefined: where the viewer left it. */
  private wantedSeconds: number | undefined;
  /** A play that can go on. */
  private left: { left: LeftPlay; place: LeftPlace } | undefined;
  private keptSeconds = 0;

  /** @param spawn starts play.worker.ts */
  constructor(spawn: () => Worker, display: Display = "auto") {
    super(spawn, display, { ...keptVolume(), speed: keptSpeed() });
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
      onPosition: (seconds, shownSeconds) => this.atVideo(seconds, shownSeconds),
      onReady: () => {
        this.enter("buffered", { heldBack: false, isSeeking: false });
        if (this.current.state === "playing") this.video.resume();
      },
      onStarved: () => this.enter("starved"),
      onHeldBack: () => {
        if (this.current.state === "buffering") this.update({ heldBack: true });
      },
      onLoaded: (ranges) => this.loaded.set(ranges),
    });
    this.video.setSpeed(this.current.speed);
    this.applyVolume();
    addEventListener("pagehide", this.onPageHide);
  }

  /** A page that is loaded anew in its video finds the play where it was; in a CM it is left. */
  private readonly onPageHide = ({ persisted }: PageTransitionEvent): void => {
    const { link } = this;
    if (persisted || link === undefined) return;
    if (!showsVideo(this.current.state)) {
      link.leave();
      return;
    }
    this.keepPlace();
    const mainIds = this.current.items.map(({ facts }) => facts.mainId);
    keepLeftPlay({
      ...link.toGoOn(),
      mainIds,
      number: this.current.current + 1,
      seconds: this.position.snapshot(),
    });
  };

  /** @param startSeconds media time at which the first video begins; where left out, the viewer's last one */
  override async open(sources: readonly MainSource[], startSeconds?: number): Promise<void> {
    this.wantedSeconds = startSeconds;
    await super.open(sources);
  }

  protected override async listed(items: readonly PlaylistItem[], signal: AbortSignal): Promise<void> {
    const mainIds = items.map(({ facts }) => facts.mainId);
    const found = await findLeftPlay(mainIds, wasHereBefore(), signal);
    if (signal.aborted) return;
    if (found !== undefined) this.left = found;
    const isSame = this.left?.left.mainIds.join() === mainIds.join();
    if (!isSame) this.left = undefined;
    if (found !== undefined) await this.showItem(found.left.number - 1);
    this.update({ leftSeconds: this.left?.left.seconds });
  }

  protected override overlays(): readonly HTMLElement[] {
    return this.cmStage.elements;
  }

  protected override soundChanged(): void {
    this.video.openSound(this.sounds.rateOf(this.current.facts));
    if (showsVideo(this.current.state)) this.seek(this.position.snapshot());
  }

  // ---- A play ----

  /**
   * Asks for a play over the list, shows the CM, then the video; a play that was left open goes on. To be called in a click's handler,
   * so that sound may start.
   */
  async play(): Promise<void> {
    const { items, state } = this.current;
    if (items.length === 0 || nextState(state, "play") === undefined) return;
    const { left } = this;
    await this.leavePlay();
    this.left = undefined;
    this.wantedSeconds = left?.left.seconds ?? this.wantedSeconds ?? keptPlace(items[0]?.facts.mainId ?? "");
    this.enter("play", {
      error: undefined,
      cm: undefined,
      isOwed: false,
      heldBack: false,
      isElsewhere: false,
      unblock: undefined,
      leftSeconds: undefined,
      begunSeconds: undefined,
    });
    const { signal } = this.playing;
    this.video.openSound(this.sounds.rateOf(items[(left?.place.number ?? 1) - 1]?.facts));
    this.sequence = new PlaySequence(this.stage(), signal);
    const mains = items.map(({ facts }) => facts);
    try {
      await this.sequence.run(mains, left);
      await this.endPlay();
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  pause(): void {
    if (!this.enter("pause")) return;
    this.video.pause();
    this.keepPlace();
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
    this.enter("seek", { isSeeking: true, begunSeconds: undefined });
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

  /** To the next chapter, or back to the start of the present one, from there to the one before. Nothing where there are none. */
  toChapter(by: 1 | -1): void {
    const { facts, state } = this.current;
    if (!showsVideo(state)) {
      this.explainCm();
      return;
    }
    const position = this.position.snapshot();
    const starts = facts?.chapters.map(({ startSeconds }) => startSeconds) ?? [];
    const present = starts.findLastIndex((start) => start <= position);
    const isInside = position - (starts[present] ?? 0) > PREVIOUS_SECONDS;
    const target = starts[by > 0 ? present + 1 : isInside ? present : Math.max(0, present - 1)];
    if (target !== undefined) this.seek(target);
  }

  /** To the CM before a video of the list. */
  goTo(index: number): void {
    void this.move({ kind: "video", number: index + 1 });
  }

  /** A small picture of the present video around a time, once it is released: what was seen there, else what its storyboard has. */
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

  /** @param speed within {@link SPEEDS} */
  setSpeed(speed: number): void {
    if (showsCm(this.current.state)) {
      this.explainCm();
      return;
    }
    this.video.setSpeed(speed);
    keepSpeed(speed);
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

  /** The picture, and CMs, in a browser's small window. To be closed by who asks for it. @param onChange the window came or went */
  smallVideo(onChange: (isOn: boolean) => void): SmallVideo {
    return new SmallVideo(this.element, this.cmStage.video, onChange);
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
      backAtVideo: () => void this.enter("reopened"),
      playVideo: async (secret, signal) => {
        await this.remote.release(secret);
        signal.throwIfAborted();
        const seconds = Math.min(this.wantedSeconds ?? 0, this.current.facts?.durationSeconds ?? 0);
        this.wantedSeconds = undefined;
        this.position.set(seconds);
        this.enter("released", { begunSeconds: seconds > 0 ? seconds : undefined });
        await this.video.play(signal, seconds);
        this.keepPlace();
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

  private atVideo(seconds: number, shownSeconds: number): void {
    if (shownSeconds > 0) this.link?.videoShown(this.current.current + 1, shownSeconds);
    this.position.set(Math.min(seconds, this.current.facts?.durationSeconds ?? 0));
    if (Math.abs(seconds - this.keptSeconds) >= PLACE_SECONDS) this.keepPlace();
  }

  /** The device remembers where the viewer is. */
  private keepPlace(): void {
    const { facts, state } = this.current;
    if (facts === undefined || !showsVideo(state)) return;
    this.keptSeconds = this.position.snapshot();
    keepPlace(facts.mainId, this.keptSeconds, facts.durationSeconds);
  }

  private async endPlay(): Promise<void> {
    this.enter("over");
    await this.leavePlay();
  }

  /** Whatever is under way ends; the state is the caller's. */
  protected override async leavePlay(): Promise<void> {
    this.keepPlace();
    this.link?.leave();
    this.playing.abort();
    this.playing = new AbortController();
    this.sequence = undefined;
    this.video.closeSound();
    await this.video.leave();
  }

  protected override fail(error: unknown): void {
    if (this.enter("fail", { error: error instanceof Error ? error : new Error(String(error)) })) void this.leavePlay();
  }

  private applyVolume(): void {
    const { volume, muted } = this.current;
    this.video.setVolume(muted ? 0 : volume);
    this.cmStage.setVolume(volume, muted);
  }
}
