/** One play as the service knows it: opened, told of what is shown, and left. */
import {
  closePlay,
  openPlay,
  type Play,
  type PlayCm,
  type PlayMove,
  type PlayPlace,
  type PlayVideo,
  type ViewerAttributes,
} from "../../../shared/api/plays.ts";
import type { ArrivingCm } from "./arriving-cm.ts";
import type { LeftPlay } from "./left-play.ts";
import { PlayReporter } from "./play-reporter.ts";
import { type CmLoading, loadCm, moveOn, neededAttributes, placeOf, type StandsAt } from "./play-request.ts";

export type CmPlace = Exclude<PlayPlace, { kind: "over" }>;

export class PlayLink {
  readonly playId: string;
  readonly videos: readonly PlayVideo[];
  /** Whether the first CM is one that was missed last time. */
  readonly isOwed: boolean;
  /** What was told of the viewer. */
  readonly sentAttributes: ViewerAttributes;
  private readonly reporter: PlayReporter;
  /** What is on screen; CM k is before video k. */
  private at: StandsAt = { kind: "cm", number: 1 };
  /** By video. */
  private readonly shownSeconds = new Map<number, number>();
  private isLeft = false;

  private constructor({ playId, videos, owed }: Omit<Play, "place">, sentAttributes: ViewerAttributes) {
    this.playId = playId;
    this.videos = videos;
    this.isOwed = owed;
    this.sentAttributes = sentAttributes;
    this.reporter = new PlayReporter(playId);
  }

  /** @param attributes what the viewer would tell; only what matters is sent */
  static async open(
    mainIds: string[],
    attributes: ViewerAttributes,
    signal: AbortSignal,
  ): Promise<{ link: PlayLink; place: CmPlace }> {
    const sent = await neededAttributes(mainIds, attributes, signal);
    const offer = await openPlay(mainIds, sent, signal);
    const { place } = offer;
    if (place.kind === "over") throw new TypeError("the service opened a play that is over");
    return { link: new PlayLink(offer, sent), place };
  }

  /** A play that was left open ({@link toGoOn}). */
  static reopen({ play, sentAttributes }: Pick<LeftPlay, "play" | "sentAttributes">): PlayLink {
    return new PlayLink({ ...play, owed: false }, sentAttributes);
  }

  /** What {@link reopen} needs. What was shown is told now; may be called while the page goes away. */
  toGoOn(): Pick<LeftPlay, "play" | "sentAttributes"> {
    void this.reporter.send();
    this.reporter.close();
    const { playId, videos, sentAttributes } = this;
    return { play: { playId, videos: [...videos] }, sentAttributes };
  }

  /** Fetches the CM at the place, which starts its time on the service. @returns the ticket for the secret, once all of the CM is here */
  loadCm(place: CmPlace, cm: ArrivingCm, loading: CmLoading, signal: AbortSignal): Promise<string> {
    this.at = { kind: "cm", number: place.number };
    return loadCm(place.cm, cm, loading, signal);
  }

  /** Where the play stands, on the service. */
  place(signal: AbortSignal): Promise<PlayPlace> {
    return placeOf(this.playId, signal);
  }

  /** How far the CM on screen has come. */
  cmAt(offer: PlayCm, positionSeconds: number): void {
    this.reporter.cmPosition(this.at.number, positionSeconds / offer.durationSeconds);
  }

  cmWatched(): void {
    this.reporter.cm("complete", this.at.number);
  }

  /** The viewer followed the sponsor's link; told at once, since the page may be left with it. */
  cmClicked(): void {
    this.reporter.cm("click", this.at.number);
    void this.reporter.send();
  }

  /** The video behind the CM is released. */
  videoBegins(): void {
    this.at = { kind: "video", number: this.at.number };
  }

  /** So much more of video `number` was shown. */
  videoShown(number: number, seconds: number): void {
    const shown = (this.shownSeconds.get(number) ?? 0) + seconds;
    this.shownSeconds.set(number, shown);
    this.reporter.seconds(number, Math.floor(shown));
  }

  /** Goes along the sequence, once what was shown is told. */
  async move(move: PlayMove, signal: AbortSignal): Promise<PlayPlace> {
    await this.reporter.send();
    const place = await moveOn(this.playId, this.at, move, signal);
    this.isLeft = place.kind === "over";
    return place;
  }

  /** May be called while the page goes away; a play that is over is left already. */
  leave(): void {
    this.reporter.close();
    if (!this.isLeft) closePlay(this.playId);
    this.isLeft = true;
  }
}
