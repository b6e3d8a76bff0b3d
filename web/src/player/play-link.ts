/** One play as the service knows it: opened, told of what is shown, and left. */
import type { CmOffer, OfferedVideo, PlayMove, PlayPlace, ViewerAttributes } from "../shared/service.ts";
import { closePlay, openPlay } from "../shared/service.ts";
import { PlayReporter } from "./play-reporter.ts";
import { type LoadedCm, leaveVideo, loadCm, neededAttributes } from "./play-request.ts";

export type CmPlace = Exclude<PlayPlace, { kind: "over" }>;

export class PlayLink {
  readonly playId: string;
  readonly videos: readonly OfferedVideo[];
  /** What was told of the viewer. */
  readonly sentAttributes: ViewerAttributes;
  private readonly reporter: PlayReporter;
  /** CM k is before video k; of the one on screen. */
  private cmNumber = 1;
  private shownSeconds = 0;
  private isLeft = false;

  private constructor(playId: string, videos: readonly OfferedVideo[], sentAttributes: ViewerAttributes) {
    this.playId = playId;
    this.videos = videos;
    this.sentAttributes = sentAttributes;
    this.reporter = new PlayReporter(playId);
  }

  /** @param attributes what the viewer would tell; only what matters is sent */
  static async open(
    mainIds: readonly string[],
    attributes: ViewerAttributes,
    signal: AbortSignal,
  ): Promise<{ link: PlayLink; place: CmPlace }> {
    const sent = await neededAttributes(mainIds, attributes, signal);
    const { playId, videos, place } = await openPlay(mainIds, sent, signal);
    if (place.kind === "over") throw new TypeError("the service opened a play that is over");
    return { link: new PlayLink(playId, videos, sent), place };
  }

  /** Fetches the CM at the place, which starts its time on the service. */
  loadCm(place: CmPlace, onLoaded: (bytes: number) => void, signal: AbortSignal): Promise<LoadedCm> {
    this.cmNumber = place.number;
    return loadCm(place.cm, onLoaded, signal);
  }

  /** How far the CM on screen has come. */
  cmAt(offer: CmOffer, positionSeconds: number): void {
    this.reporter.cmPosition(this.cmNumber, positionSeconds / offer.durationSeconds);
  }

  cmWatched(): void {
    this.reporter.cm("complete", this.cmNumber);
  }

  /** The viewer followed the sponsor's link; told at once, since the page may be left with it. */
  cmClicked(): void {
    this.reporter.cm("click", this.cmNumber);
    void this.reporter.send();
  }

  /** So much more of the video was shown. */
  videoShown(seconds: number): void {
    this.shownSeconds += seconds;
    this.reporter.seconds(1, Math.floor(this.shownSeconds));
  }

  /** Goes along the sequence, once what was shown is told. */
  async move(move: PlayMove, signal: AbortSignal): Promise<PlayPlace> {
    await this.reporter.send();
    const place = await leaveVideo(this.playId, move, signal);
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
