/** One play from its request to its last unit, on top of the store; what may happen when is decided in play-rules.ts. */
import { randomBytes } from "node:crypto";
import { fromHex } from "../../codec/format/bytes.ts";
import { START_UNIT } from "../../codec/protect/delivery.ts";
import { chooseCm, type ViewerAttributes } from "../cm/choose-cm.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import type { Cm } from "../store/cms.ts";
import type { Play, PlayChange } from "../store/plays.ts";
import type { Video } from "../store/videos.ts";
import { openPlay, releaseUnits, secondsToCmEnd, seekTo, startCm, type UnitsAnswer } from "./play-rules.ts";
import { segmentsWithin, streamUnits, UNIT_HEAD_BYTES, unitBytes } from "./unit-stream.ts";

export interface UnitsRequest {
  from: number | "start";
  /** Undefined: as many as one answer may hold. */
  most: number | undefined;
}

export class PlayService {
  private readonly deps: Deps;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  /** @throws HttpError not_found: the main's slave is not here; unavailable: there is no CM */
  async open(mainId: string, attributes: ViewerAttributes): Promise<{ playId: string; video: Video; cm: Cm }> {
    const { store, metrics, log, now } = this.deps;
    const video = await store.videos.byMain(mainId);
    if (video === undefined)
      throw new HttpError(
        "not_found",
        `the slave of main ${mainId} is not here: ask the service that the video came from`,
        { mainId },
      );
    const main = await store.videos.main(mainId);
    const choice = chooseCm(await store.cms.candidates(), { genre: main?.genre ?? "" }, attributes);
    if (choice === undefined)
      throw new HttpError("unavailable", "this server has no CM: its administrator must add one");
    const { cm, reason } = choice;
    const createdAt = now();
    await store.plays.removeBefore(this.oldestPlay());
    const playId = randomBytes(16).toString("hex");
    const state = openPlay(cm.durationMilliseconds, video.segments, createdAt);
    await store.plays.insert({
      id: playId,
      slaveId: video.slaveId,
      cmId: cm.id,
      secret: new Uint8Array(randomBytes(32)),
      createdAt,
      state,
    });
    metrics.add("cmix_plays_total");
    log("play", { mainId, cmId: cm.id, reason });
    return { playId, video, cm };
  }

  /** The CM of a play; its clock is left alone. */
  async cmOf(playId: string): Promise<Cm> {
    return this.findCm(await this.find(playId));
  }

  async startCm(playId: string): Promise<void> {
    const { now } = this.deps;
    await this.change(playId, ({ state }) => ({ state: startCm(state, now()), result: undefined }));
  }

  /**
   * Releases units to the play and streams them.
   *
   * @throws HttpError range: there is no such segment; conflict: a seek must come first; too_early
   */
  async units(
    playId: string,
    { from: wanted, most }: UnitsRequest,
  ): Promise<{ bytes: number; stream: ReadableStream<Uint8Array> }> {
    const { store, slaveReaders, limits, metrics, blobs, kernels, now } = this.deps;
    const play = await this.find(playId);
    const slave = await slaveReaders.open(play.slaveId);
    const timeline = await store.videos.timeline(play.slaveId);
    const from = wanted === "start" ? 0 : wanted;
    if (from >= slave.segments) throw noSegment(from, slave.segments);
    const numbers = wanted === "start" ? [START_UNIT] : [];
    const mostUnits = Math.min(most ?? limits.unitsPerAnswer, limits.unitsPerAnswer) - numbers.length;
    const mostSegments = Math.min(mostUnits, segmentsWithin(slave, from, limits.unitBytesPerAnswer));
    const answer = await this.change<UnitsAnswer>(playId, ({ state }) => {
      const result = releaseUnits(state, timeline, from, mostSegments, now());
      return result.kind === "units" ? { state: result.state, result } : { result };
    });
    if (answer.kind === "ahead")
      throw new HttpError("conflict", `segment ${from} lies too far ahead of the play: seek there first`, {
        segment: from,
      });
    if (answer.kind === "wait" && numbers.length === 0) {
      throw new HttpError("too_early", `segment ${from} may be fetched in ${answer.seconds.toFixed(1)} s`, {
        segment: from,
        retryAfterSeconds: answer.seconds,
      });
    }
    if (answer.kind === "units") for (let number = from; number < answer.end; number++) numbers.push(number);
    const bytes = numbers.reduce((sum, number) => sum + UNIT_HEAD_BYTES + unitBytes(slave, number), 0);
    metrics.add("cmix_units_total", numbers.length);
    metrics.add("cmix_unit_bytes_total", bytes);
    const cm = await this.findCm(play);
    const context = {
      playSecret: play.secret,
      playId: fromHex(play.id),
      slaveId: fromHex(play.slaveId),
      cmId: fromHex(cm.id),
      cmHash: fromHex(cm.sha256),
    };
    return { bytes, stream: streamUnits({ kernels, slave, cm: await blobs.source("cms", cm.id), context }, numbers) };
  }

  /** @throws HttpError range: there is no such segment; too_many */
  async seek(playId: string, segment: number): Promise<void> {
    const { slaveReaders, now } = this.deps;
    const play = await this.find(playId);
    const { segments } = await slaveReaders.open(play.slaveId);
    if (segment >= segments) throw noSegment(segment, segments);
    const seconds = await this.change(playId, ({ state }) => {
      const answer = seekTo(state, segment, now());
      return answer.kind === "moved" ? { state: answer.state, result: 0 } : { result: answer.seconds };
    });
    if (seconds > 0)
      throw new HttpError("too_many", `seeks come too fast: the next in ${seconds.toFixed(1)} s`, {
        retryAfterSeconds: seconds,
      });
  }

  /**
   * The play's secret; its first release is the delivery that counts.
   *
   * @throws HttpError too_early: the CM's time has not passed
   */
  async secret(playId: string): Promise<Uint8Array> {
    const { metrics, log, now } = this.deps;
    const play = await this.find(playId);
    const { seconds, first } = await this.change(playId, ({ state }, delivered) => {
      const at = now();
      const seconds = secondsToCmEnd(state, at);
      return seconds > 0
        ? { result: { seconds, first: false } }
        : { deliveredAt: at, result: { seconds, first: !delivered } };
    });
    if (seconds > 0)
      throw new HttpError("too_early", `the CM has ${seconds.toFixed(1)} s to go`, { retryAfterSeconds: seconds });
    if (first) {
      metrics.add("cmix_deliveries_total");
      log("delivery", { slaveId: play.slaveId, cmId: play.cmId });
    }
    return play.secret;
  }

  private oldestPlay(): number {
    return this.deps.now() - this.deps.limits.playLifetimeSeconds * 1000;
  }

  private async find(playId: string): Promise<Play> {
    const play = await this.deps.store.plays.byId(playId);
    if (play === undefined || play.createdAt < this.oldestPlay()) throw unknownPlay();
    return play;
  }

  private async change<T>(playId: string, change: (play: Play, delivered: boolean) => PlayChange<T>): Promise<T> {
    const changed = await this.deps.store.plays.change(playId, change);
    if (changed === undefined) throw unknownPlay();
    return changed.result;
  }

  private async findCm(play: Play): Promise<Cm> {
    const cm = await this.deps.store.cms.byId(play.cmId);
    if (cm === undefined) throw new Error(`CM ${play.cmId} of a play is not in the database`);
    return cm;
  }
}

function unknownPlay(): HttpError {
  return new HttpError("not_found", "there is no such play, or it is over: ask for a new one");
}

function noSegment(segment: number, segments: number): HttpError {
  return new HttpError("range", `segment ${segment}: the slave has ${segments}`, { segments });
}
