/** One play from its first CM to its last, on top of the live plays; what may happen when is decided in sequence.ts and play-rules.ts. */
import { setTimeout } from "node:timers/promises";
import type { Identity } from "../accounts/identity.ts";
import { Refusal } from "../refusal.ts";
import type { PlayDeps } from "./deps.ts";
import { type EventFault, judgeEvent, type PlayEvent } from "./events.ts";
import type { Fact } from "./facts.ts";
import { mustBeAllowed } from "./open-play.ts";
import {
  cmAt,
  isCmSent,
  movePlay,
  type Play,
  type PlayCm,
  type PlayState,
  type PlayVideo,
  secondsToCmEnd,
  secretOf,
  videoAt,
  withVideo,
} from "./play.ts";
import type { Move } from "./sequence.ts";
import { redeem, ticketFor } from "./tickets.ts";
import type { VideoShare } from "./video-share.ts";

export type EventOutcome = "counted" | EventFault;

/** Clocks of viewers run a little faster than the service's: who asks for a secret so early waits for the answer and is not refused. */
const HELD_SECONDS = 0.4;

/** What becomes of a play. */
export interface NewState {
  state: PlayState;
  /** Of its viewer, by slave. */
  shares?: ReadonlyMap<string, VideoShare>;
  facts?: readonly Fact[];
}

/** Who asks for a secret. */
export interface Asker {
  accountId: string | undefined;
  /** The network of a visitor without an account, as it is counted by; undefined for an account. */
  address: string | undefined;
}

export class PlayService {
  private readonly deps: PlayDeps;

  constructor(deps: PlayDeps) {
    this.deps = deps;
  }

  /** @throws Refusal not_found; foreign_session: the play is another session's */
  async find(playId: string, identity: Identity | undefined): Promise<Play> {
    const { livePlays, limits, now } = this.deps;
    const play = await livePlays.find(playId);
    if (play === undefined || play.createdAt < now() - limits.playLifetimeSeconds * 1000)
      throw new Refusal("not_found", "there is no such play, or it is over: ask for a new one");
    if (play.sessionId !== identity?.sessionId)
      throw new Refusal("foreign_session", "this play belongs to another session: open one of your own");
    return play;
  }

  /**
   * Goes along the sequence.
   *
   * @throws Refusal in_cm: a CM that has time to go is not left forward; play_over; range: there is no such video
   */
  async move(play: Play, move: Move): Promise<void> {
    const at = this.deps.now();
    if (move.kind === "video" && (move.number < 1 || move.number > play.videos.length))
      throw new Refusal("range", `video ${move.number}: the play has ${play.videos.length}`, {
        videos: play.videos.length,
      });
    await this.store(play, () => {
      const answer = movePlay(play, move, at);
      if (answer.kind === "over") throw playOver();
      if (answer.kind === "in-cm")
        throw new Refusal("in_cm", `the CM has ${answer.seconds.toFixed(1)} s to go and is not skipped`, {
          retryAfterSeconds: answer.seconds,
        });
      const owed = answer.pendingCm === undefined ? undefined : play.cms[answer.pendingCm - 1]?.cmId;
      const facts: Fact[] = [...settled(play, at)];
      if (owed !== undefined)
        facts.push({ kind: "owed", owed: { playId: play.id, viewer: play.viewer, cmId: owed, at } });
      return { state: answer.state, facts };
    });
  }

  /**
   * The secret of the video behind the CM that has passed; its first release in a play is the delivery that counts.
   *
   * @throws Refusal too_early; cm_unsent: not all of the CM went out; ticket_…: see tickets.ts; a provider's limit that was reached
   * meanwhile
   */
  async secret(play: Play, ticketText: string, asker: Asker): Promise<Uint8Array> {
    const { importLock, now, store } = this.deps;
    const secondsLeft = secondsToCmEnd(play, now());
    if (secondsLeft <= HELD_SECONDS) await setTimeout(secondsLeft * 1000);
    const { number, video } = this.videoOf(play);
    const conditions = await store.conditions.of(video.mainId);
    const isLimited = conditions.plays !== null || conditions.playsPerViewer !== null;
    if (!isLimited || play.state.videos[number - 1]?.delivered) return this.release(play, ticketText, asker);
    // Of two viewers who ask for the last play, the second must see the first one's delivery.
    return importLock.run(`plays of ${video.mainId}`, async () => {
      const found = await store.videos.byMain(video.mainId);
      const counts = { ...conditions, fromAt: null, untilAt: null };
      if (found !== undefined) await mustBeAllowed(this.deps, { video: found, conditions: counts }, play.viewer);
      return this.release(play, ticketText, asker);
    });
  }

  private async release(play: Play, ticketText: string, { accountId, address }: Asker): Promise<Uint8Array> {
    const { metrics, log, now, limits, store } = this.deps;
    const { number, video } = this.videoOf(play);
    const cmId = cmAt(play)?.cmId ?? "";
    const perViewerDay = (await store.cms.byId(cmId))?.conditions.perViewerDay ?? null;
    const at = now();
    const first = play.state.videos[number - 1]?.delivered !== true;
    let secret: Uint8Array = new Uint8Array();
    await this.store(play, () => {
      redeem(this.deps, play, ticketText, "secret");
      mustHaveRun(play, at);
      secret = secretOf(play, number);
      const moved = movePlay(play, { kind: "next" }, at);
      const base = play.state.place.kind === "cm" && moved.kind === "at" ? moved.state : play.state;
      const state = withVideo({ ...base, secretTicket: base.secretTicket + 1 }, number, (old) => ({
        ...old,
        delivered: true,
      }));
      const { mainId, slaveId } = video;
      const delivery = { playId: play.id, video: number, slaveId, mainId, cmId, releasedAt: at };
      const network = address === undefined ? undefined : { address, mostPerHour: limits.billedGuestDeliveriesPerHour };
      const fact: Fact = { kind: "delivery", delivery, viewer: play.viewer, accountId, perViewerDay, network };
      return { state, facts: [...settled(play, at), ...(first ? [fact] : [])] };
    });
    if (first) {
      metrics.add("cmix_deliveries_total");
      log("delivery", { slaveId: video.slaveId, cmId });
    }
    return secret;
  }

  /** Counts what a player tells, each event once, and none before its time on the server's clock. */
  async events(play: Play, events: readonly PlayEvent[]): Promise<{ id: string; outcome: EventOutcome }[]> {
    const at = this.deps.now();
    const judged = events.map((event) => {
      const { result, stored } = this.deps.livePlays.change(play, () => {
        const judgement = judgeEvent(play, event, at);
        if (typeof judgement === "string") return { state: { ...play.state, seenAt: at }, result: judgement };
        const facts: Fact[] = [{ kind: "event", event: judgement.counted, counts: judgement.counts }];
        return { state: { ...judgement.state, seenAt: at }, facts, result: "counted" as const };
      });
      return { id: event.id, result, stored };
    });
    return Promise.all(
      judged.map(async ({ id, result, stored }) => {
        const [isNew = true] = await stored;
        return { id, outcome: isNew ? result : "known" };
      }),
    );
  }

  /** A ticket for units of the video at, or behind, the place; undefined behind the last CM. */
  unitsTicket(play: Play, from: number): string | undefined {
    return ticketFor(this.deps, play, "units", from);
  }

  secretTicket(play: Play): string | undefined {
    return ticketFor(this.deps, play, "secret", 0);
  }

  /** The CM at the place, or directly before it. @throws Refusal play_over */
  cmOf(play: Play): PlayCm {
    const cm = cmAt(play);
    if (cm === undefined) throw playOver();
    return cm;
  }

  /** The video at the place, or behind the CM at the place. */
  videoOf(play: Play): { number: number; video: PlayVideo } {
    const number = videoAt(play.state);
    if (number === undefined) throw playOver();
    const video = play.videos[number - 1];
    if (video === undefined)
      throw new Refusal("ticket_misplaced", "behind the last CM there is no video", { place: "cm" });
    return { number, video };
  }

  /** Changes a play and waits until it is on the disk. */
  async store(play: Play, change: () => NewState): Promise<void> {
    const at = this.deps.now();
    await this.deps.livePlays.change(play, () => {
      const { state, ...rest } = change();
      return { ...rest, state: { ...state, seenAt: at }, result: undefined };
    }).stored;
  }
}

/** @throws Refusal too_early: the CM's time has not passed; cm_unsent: not all of its bytes went out in this play */
function mustHaveRun(play: Play, at: number): void {
  const { cmStartedAt, cmSent } = play.state;
  const seconds = secondsToCmEnd(play, at);
  if (cmStartedAt !== null && seconds > 0)
    throw new Refusal("too_early", `the CM has ${seconds.toFixed(1)} s to go`, { retryAfterSeconds: seconds });
  if (cmStartedAt !== null && isCmSent(play)) return;
  const first = cmSent[0] === 0 ? (cmSent[1] ?? 0) : 0;
  throw new Refusal("cm_unsent", `byte ${first} of the CM was not sent in this play: fetch all of the CM`, { first });
}

/** A CM whose time has passed is owed no more. */
function settled(play: Play, at: number): Fact[] {
  const { place, cmStartedAt } = play.state;
  const cmId = cmAt(play)?.cmId;
  const passed = place.kind === "cm" && cmStartedAt !== null && secondsToCmEnd(play, at) === 0;
  return passed && cmId !== undefined ? [{ kind: "settled", viewer: play.viewer, cmId }] : [];
}

function playOver(): Refusal {
  return new Refusal("play_over", "this play is over: ask for a new one");
}
