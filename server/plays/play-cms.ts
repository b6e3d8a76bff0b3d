/** CMs on their way to a play: which may begin, how fast its bytes go, and what of them went out. */
import type { SentBytes } from "../http/send-file.ts";
import { Refusal } from "../refusal.ts";
import { CmPace, indexBytesOf } from "./cm-pace.ts";
import type { PlayDeps } from "./deps.ts";
import { checkCm } from "./open-play.ts";
import { changeCm, cmAt, isCmSent, isImage, type Play, type PlayCm, type PlayState, sendCm, startCm } from "./play.ts";
import type { PlayService } from "./play-service.ts";
import { beginVisit, visitKey } from "./video-share.ts";

/** An image on its way keeps the viewer's other CMs waiting for so long after each piece of it. */
const IMAGE_HOLD_MILLISECONDS = 10_000;

/** One answer with bytes of a CM. */
export interface CmAnswer {
  waitFor(bytes: number): number;
  onSent(sent: SentBytes): void;
}

export class PlayCms {
  private readonly deps: PlayDeps;
  private readonly plays: PlayService;
  /** Of the showing that a play is at. */
  private readonly paces = new WeakMap<Play, { showing: number; pace: CmPace }>();

  constructor(deps: PlayDeps, plays: PlayService) {
    this.deps = deps;
    this.plays = plays;
  }

  /**
   * Before bytes of the CM at the place, or directly before it, are sent. The first time they start its clock, unless it is an image.
   *
   * @throws Refusal cm_elsewhere: another play of the viewer shows a CM; cm_changed: this CM may not be shown any more, and the play has
   * another one; a provider's limit on the video behind it; play_over
   */
  async begin(play: Play): Promise<CmAnswer> {
    const cm = this.plays.cmOf(play);
    if (play.state.place.kind === "cm" && play.state.cmStartedAt === null) {
      // One after another: each sees what the ones before have shown.
      await this.deps.openingLock.run(`cm ${play.viewer}`, () => this.start(play, cm));
    }
    return this.answerOf(play, cm);
  }

  private async start(play: Play, cm: PlayCm): Promise<void> {
    const { livePlays, now, store } = this.deps;
    const { place, cmStartedAt, showing } = play.state;
    if (place.kind !== "cm" || cmStartedAt !== null || cmAt(play) !== cm) return; // another request was faster
    const seconds = livePlays.holdCm(play, now() + holdMilliseconds(cm));
    if (seconds > 0)
      throw new Refusal(
        "cm_elsewhere",
        `a CM is being shown to you in another window or on another device: this one can begin in ${seconds.toFixed(1)} s`,
        { retryAfterSeconds: seconds },
      );
    try {
      const other = await checkCm(this.deps, play);
      if (other !== undefined) {
        const at = now();
        const { cms, state } = changeCm(play, other, at);
        await store.plays.putCms(play.id, cms);
        if (play.state.showing !== showing) return; // it went on meanwhile
        play.cms = cms;
        await this.plays.store(play, () => ({ state }));
        throw new Refusal(
          "cm_changed",
          "the CM may not be shown any more: ask for the play's place, there is another one",
        );
      }
      if (play.state.showing !== showing || isImage(cm)) return;
      await this.change(play, (at) => startCm(play, at));
    } catch (error) {
      livePlays.freeCm(play);
      throw error;
    }
  }

  private async answerOf(play: Play, cm: PlayCm): Promise<CmAnswer> {
    const { showing } = play.state;
    const { now, livePlays } = this.deps;
    const pace = isImage(cm) ? undefined : await this.paceOf(play, cm);
    const isBefore = play.state.place.kind === "cm";
    return {
      waitFor: (bytes) => {
        if (pace !== undefined) return pace.waitFor(bytes);
        if (isBefore && play.state.showing === showing && play.state.cmStartedAt === null)
          livePlays.holdCm(play, now() + IMAGE_HOLD_MILLISECONDS);
        return 0;
      },
      onSent: ({ start, bytes, isWhole }) => {
        if (isWhole)
          this.sent(play, cm, showing, start, start + bytes).catch((error: Error) =>
            this.deps.log("error", { name: error.name, message: error.message }),
          );
      },
    };
  }

  private async sent(play: Play, cm: PlayCm, showing: number, start: number, end: number): Promise<void> {
    const { livePlays, now } = this.deps;
    const { state } = play;
    const isShown = state.showing === showing && state.place.kind === "cm";
    // An image that came too slowly may have lost its turn: it has to be asked for again.
    if (isShown && isImage(cm) && state.cmStartedAt === null)
      if (livePlays.holdCm(play, now() + IMAGE_HOLD_MILLISECONDS) > 0) return;
    await this.change(play, (at) => sendCm(play, showing, start, end, at));
  }

  /** Changes what is known of the CM; where it is all sent and its clock runs, the time behind it counts from its end on. */
  private async change(play: Play, change: (at: number) => PlayState): Promise<void> {
    const { livePlays, now } = this.deps;
    const at = now();
    const wasReady = isReady(play);
    await this.plays.store(play, () => {
      const state = change(at);
      const next = { ...play, state };
      const cm = cmAt(next);
      const facts =
        state.cmStartedAt !== play.state.cmStartedAt && cm !== undefined
          ? [{ kind: "cm-view" as const, viewer: play.viewer, cmId: cm.cmId, at }]
          : [];
      if (state.cmStartedAt !== null && state.cmStartedAt !== play.state.cmStartedAt)
        livePlays.holdCm(play, state.cmStartedAt + (cm?.durationMilliseconds ?? 0));
      const number = state.place.kind === "over" ? 0 : state.place.number;
      const slaveId = play.videos[number - 1]?.slaveId;
      if (wasReady || !isReady(next) || slaveId === undefined) return { state, facts };
      const endsAt = state.videos[number - 1]?.cmEndsAt ?? at;
      const share = beginVisit(livePlays.share(play, slaveId), visitKey(play.id, number), endsAt, at);
      return { state, facts, shares: new Map([[slaveId, share]]) };
    });
  }

  private async paceOf(play: Play, cm: PlayCm): Promise<CmPace> {
    const { showing } = play.state;
    const known = this.paces.get(play);
    if (known?.showing === showing) return known.pace;
    const indexBytes = await this.indexBytes(cm);
    const again = this.paces.get(play);
    if (again?.showing === showing) return again.pace;
    const pace = new CmPace(cm, indexBytes);
    this.paces.set(play, { showing, pace });
    return pace;
  }

  private async indexBytes({ cmId, type }: PlayCm): Promise<number> {
    return indexBytesOf(await this.deps.blobs.source("cms", cmId), type);
  }
}

const holdMilliseconds = (cm: PlayCm): number => (isImage(cm) ? IMAGE_HOLD_MILLISECONDS : cm.durationMilliseconds);

const isReady = (play: Play): boolean => play.state.cmStartedAt !== null && isCmSent(play);
