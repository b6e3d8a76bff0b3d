/**
 * One play along its sequence CM 1, video 1, CM 2, ..., CM n+1 (Cmix patent [0220]-[0227], Fig. 12). Where a move leads, and whether it may
 * be made, the service decides; this goes there.
 */
import { DeliveryError, PairingError } from "../../../../../codec/page.ts";
import type { PlayMove, PlayPlace, PlayVideo } from "../../../shared/api/plays.ts";
import type { MainFacts, PlayTicket } from "../../protocol/play-api.ts";
import { mustBeUnchanged } from "../verify-main.ts";
import { ArrivingCm } from "./arriving-cm.ts";
import type { LeftPlace, LeftPlay } from "./left-play.ts";
import { type CmPlace, PlayLink } from "./play-link.ts";
import { askSecret, ownAttributes } from "./play-request.ts";

/** What shows CMs and videos. */
export interface SequenceStage {
  opened(link: PlayLink): void;
  /** The play stands at a CM: before a video, or `isLast`, behind all. */
  toCm(place: CmPlace, isLast: boolean): Promise<void>;
  cmLoading(bytes: number): void;
  /** Whether the CM waits until one that is shown elsewhere is over. */
  cmWaiting(isWaiting: boolean): void;
  /** Starts fetching units of the video behind the CM. */
  prepare(ticket: PlayTicket, cm: Blob, signal: AbortSignal): Promise<void>;
  /** Shows the CM as soon as it can while it arrives. Resolves when it was seen to its end; rejects with what stops its bytes. */
  showCm(cm: ArrivingCm, signal: AbortSignal): Promise<void>;
  /** In the place of {@link showCm}, where that CM was seen before the page was loaded anew. */
  backAtVideo(): void;
  /** Plays the prepared video; resolves at its end. */
  playVideo(secret: string, signal: AbortSignal): Promise<void>;
  /** What was shown is over, or left. */
  leaveVideo(): Promise<void>;
  /** A move was not let through; what is shown goes on. */
  refused(error: DeliveryError): void;
}

export class PlaySequence {
  private readonly stage: SequenceStage;
  private readonly signal: AbortSignal;
  private link: PlayLink | undefined;
  /** Of what is shown now; a move ends it. Undefined while the service is asked what comes next. */
  private visiting: AbortController | undefined;
  private asking: Promise<void> | undefined;
  private moved: PlayPlace | undefined;

  /** @param signal ends the play, whatever is shown */
  constructor(stage: SequenceStage, signal: AbortSignal) {
    this.stage = stage;
    this.signal = signal;
  }

  /**
   * Asks for a play over `mains` and goes along it; resolves when it is over.
   *
   * @param open goes on with this play instead
   * @throws {@link PairingError} the service has another slave for one of them; {@link DeliveryError} and whatever CM and video throw
   */
  async run(mains: readonly MainFacts[], open?: { left: LeftPlay; place: LeftPlace }): Promise<void> {
    const mainIds = mains.map(({ mainId }) => mainId);
    const { link, place } =
      open === undefined
        ? await PlayLink.open(mainIds, await ownAttributes(), this.signal)
        : { link: PlayLink.reopen(open.left), place: open.place };
    this.link = link;
    this.stage.opened(link);
    mustFit(mains, link);
    for (let at: PlayPlace = place; at.kind !== "over"; ) at = await this.visit(link, at);
  }

  /** Asks the service for a move; one at a time. */
  move(move: PlayMove): Promise<void> {
    this.asking ??= this.ask(move).finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async ask(move: PlayMove): Promise<void> {
    const { link, visiting } = this;
    if (link === undefined || visiting === undefined) return;
    try {
      this.moved = await link.move(move, this.signal);
      visiting.abort();
    } catch (error) {
      if (this.signal.aborted) return;
      if (!(error instanceof DeliveryError)) throw error;
      this.stage.refused(error);
    }
  }

  /** Shows the CM of a place and what is behind it, to its end or until a move. */
  private async visit(link: PlayLink, place: CmPlace): Promise<PlayPlace> {
    const visiting = new AbortController();
    this.visiting = visiting;
    this.moved = undefined;
    try {
      await this.show(link, place, AbortSignal.any([this.signal, visiting.signal]));
      await this.asking;
      if (this.moved !== undefined) return this.moved;
      this.visiting = undefined;
      return await link.move({ kind: "next" }, this.signal);
    } catch (error) {
      if (this.signal.aborted) throw error;
      if (visiting.signal.aborted && this.moved !== undefined) return this.moved;
      // The CM may not be shown any more: the play has another one.
      if (error instanceof DeliveryError && error.details.serviceCode === "cm_changed") return link.place(this.signal);
      // The last CM holds nothing back: where it cannot be shown now, the service lets it come first next time.
      if (place.number > link.videos.length) return { kind: "over" };
      throw error;
    } finally {
      await this.stage.leaveVideo();
    }
  }

  private async show(link: PlayLink, place: CmPlace, signal: AbortSignal): Promise<void> {
    const { stage } = this;
    const video = link.videos[place.number - 1];
    await stage.toCm(place, video === undefined);
    const cm = new ArrivingCm(place.cm);
    const loaded = link.loadCm(
      place,
      cm,
      { onLoaded: (bytes) => stage.cmLoading(bytes), onWaiting: (isWaiting) => stage.cmWaiting(isWaiting) },
      signal,
    );
    const prepared = video && this.prepare(link, place, video, cm, signal);
    for (const one of [loaded, prepared]) one?.catch(() => {});
    if (place.kind === "video") stage.backAtVideo();
    else await stage.showCm(cm, signal);
    const ticket = await loaded;
    if (place.kind === "cm") link.cmWatched();
    if (prepared === undefined) return;
    await prepared;
    const secret = await askSecret(link.playId, place.cm, ticket, signal);
    link.videoBegins();
    await stage.playVideo(secret, signal);
  }

  /** The units come while the CM plays, behind its own bytes; a failure shows when they are needed. */
  private async prepare(
    { playId }: PlayLink,
    place: CmPlace,
    { slaveId, segments }: PlayVideo,
    cm: ArrivingCm,
    signal: AbortSignal,
  ): Promise<void> {
    const { id: cmId, sha256: cmSha256 } = place.cm;
    const whole = await cm.whole;
    signal.throwIfAborted();
    const ticket = { playId, slaveId, segments, cmId, cmSha256, firstTicket: place.ticket };
    await this.stage.prepare(ticket, whole, signal);
  }
}

/** @throws {@link PairingError}; {@link FormatError} a main was changed after the division */
function mustFit(mains: readonly MainFacts[], { videos }: PlayLink): void {
  mains.forEach((facts, i) => {
    const { mainId, slaveId, title } = facts;
    const video = videos[i];
    if (video?.slaveId !== slaveId)
      throw new PairingError(
        `the service offers slave ${video?.slaveId}, this main (${title}) wants ${slaveId}: fetch the main file again`,
        { mainId, slaveId },
      );
    mustBeUnchanged(facts, video);
  });
}
