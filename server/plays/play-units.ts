/** Slave units of a play: where a ticket may begin, seeks, and what one ticket gives. */
import { fromHex, START_UNIT, toHex } from "../../codec/index.ts";
import { isRestricted, viewersOf } from "../library/restricted-parts.ts";
import { Refusal } from "../refusal.ts";
import { layerOf } from "../timeline.ts";
import type { PlayDeps } from "./deps.ts";
import { entitlement } from "./entitlement.ts";
import { type Play, secondsToCmEnd, secretOf, withVideo } from "./play.ts";
import { type PlayCmBytes, PlayMedia, type PlaySlave } from "./play-media.ts";
import { type IsOwn, mayBeginAt, releaseUnits, seekTo, type VideoState } from "./play-rules.ts";
import { PlayService } from "./play-service.ts";
import { NO_RIGHTS, type Rights, rightsOf, type Viewer } from "./rights.ts";
import { redeem } from "./tickets.ts";
import { segmentsWithin, UNIT_HEAD_BYTES, type UnitSource, unitBytes } from "./unit-stream.ts";

export interface UnitsAnswer {
  /** The units to be sent, in this order. */
  numbers: number[];
  bytes: number;
  source: UnitSource;
  /** Asked again while a long answer goes out; undefined where all of it is everybody's who watched the CM. */
  isStillOwn: ((number: number) => Promise<boolean>) | undefined;
  /** Good for what comes behind them; undefined at the slave's end. */
  next: string | undefined;
}

export class PlayUnits {
  private readonly deps: PlayDeps;
  readonly plays: PlayService;
  private readonly media: PlayMedia;
  /** Of the visit that a play is at: its units have all but their numbers in common. */
  private readonly sources = new WeakMap<Play, { number: number; visit: number; source: UnitSource }>();

  constructor(deps: PlayDeps) {
    this.deps = deps;
    this.plays = new PlayService(deps);
    this.media = new PlayMedia(deps);
  }

  /** By a slave's trailer, what its main's header and tags hash to. */
  async mainHashes(slaveId: string): Promise<{ mainHeaderHash: string; mainTagsHash: string }> {
    const { mainHeaderHash, mainTagsHash } = (await this.media.slave(slaveId)).reader.trailer;
    return { mainHeaderHash: toHex(mainHeaderHash), mainTagsHash: toHex(mainTagsHash) };
  }

  /**
   * A ticket that begins at a segment, for nothing: inside of what was sent, right behind it, or shortly ahead of the position.
   *
   * @throws Refusal range: there is no such segment; seek_first: it lies farther ahead
   */
  async ticketAt(play: Play, viewer: Viewer | undefined, from: number | "start"): Promise<string> {
    const { number, mainId, slave } = await this.slaveOf(play);
    const state = play.state.videos[number - 1];
    if (from !== "start") {
      mustBeThere(slave, from);
      const isOwn = ownOf(play, viewer, slave, await this.rights(play, viewer, mainId, slave));
      const share = this.deps.livePlays.share(play, slave.slaveId);
      if (state === undefined || !mayBeginAt(state, share, slave.timeline, from, isOwn))
        throw new Refusal("seek_first", `segment ${from} lies too far ahead of the play: seek there first`, {
          segment: from,
        });
    }
    await this.plays.store(play, () => ({ state: play.state }));
    return this.plays.unitsTicket(play, from === "start" ? START_UNIT : from) ?? "";
  }

  /** @throws Refusal range: there is no such segment; too_many */
  async seek(play: Play, segment: number): Promise<string> {
    const { number, slave } = await this.slaveOf(play);
    mustBeThere(slave, segment);
    await this.plays.store(play, () => {
      const share = this.deps.livePlays.share(play, slave.slaveId);
      const answer = seekTo(videoStateOf(play, number), share, segment, this.deps.now());
      if (answer.kind === "wait")
        throw new Refusal("too_many", `seeks come too fast: the next in ${answer.seconds.toFixed(1)} s`, {
          retryAfterSeconds: answer.seconds,
        });
      return {
        state: withVideo(play.state, number, () => answer.state),
        shares: new Map([[slave.slaveId, answer.share]]),
      };
    });
    return this.plays.unitsTicket(play, segment) ?? "";
  }

  /**
   * Takes a ticket and releases the units that it gives; those that are not the viewer's are passed over.
   *
   * @param most units wanted at most; undefined: as many as one answer may hold
   * @throws Refusal ticket_…: see tickets.ts; too_early, which leaves the ticket good
   */
  async units(
    play: Play,
    viewer: Viewer | undefined,
    ticketText: string,
    most: number | undefined,
  ): Promise<UnitsAnswer> {
    const { limits, livePlays, metrics, now } = this.deps;
    const { number, mainId, slave } = await this.slaveOf(play);
    const { reader, timeline } = slave;
    const isOwn = ownOf(play, viewer, slave, await this.rights(play, viewer, mainId, slave));
    const numbers: number[] = [];
    let end = 0;
    const cm = await this.media.cm(play.cms[number - 1]?.cmId ?? "");
    const source = this.sourceOf(play, number, slave, cm); // of the visit whose ticket is taken in the same breath
    await this.plays.store(play, () => {
      const ticket = redeem(this.deps, play, ticketText, "units");
      const isStart = ticket.from === START_UNIT;
      const from = isStart ? 0 : ticket.from;
      if (isStart) numbers.push(START_UNIT);
      const mostUnits = Math.min(most ?? limits.unitsPerAnswer, limits.unitsPerAnswer) - numbers.length;
      const mostSegments = Math.min(mostUnits, segmentsWithin(reader, from, limits.unitBytesPerAnswer, isOwn));
      const video = videoStateOf(play, number);
      const share = livePlays.share(play, slave.slaveId);
      const at = now();
      const answer = releaseUnits(video, share, timeline, from, mostSegments, at, secondsToCmEnd(play, at), isOwn);
      end = from;
      let state = { ...play.state, unitsTicket: play.state.unitsTicket + 1 };
      if (answer.kind === "wait" && !isStart)
        throw new Refusal("too_early", `segment ${from} may be fetched in ${answer.seconds.toFixed(1)} s`, {
          segment: from,
          retryAfterSeconds: answer.seconds,
        });
      if (answer.kind === "wait") return { state };
      numbers.push(...answer.numbers);
      end = answer.end;
      state = withVideo(state, number, () => answer.state);
      return { state, shares: new Map([[slave.slaveId, answer.share]]) };
    });
    const bytes = numbers.reduce((sum, unit) => sum + UNIT_HEAD_BYTES + unitBytes(reader, unit), 0);
    metrics.add("cmix_units_total", numbers.length);
    metrics.add("cmix_unit_bytes_total", bytes);
    const next = end < reader.segments ? this.plays.unitsTicket(play, end) : undefined;
    const isStillOwn = async (unit: number) =>
      unit === START_UNIT || ownOf(play, viewer, slave, await this.rights(play, viewer, mainId, slave))(unit);
    return { numbers, bytes, source, next, isStillOwn: isRestricted(reader) ? isStillOwn : undefined };
  }

  /** Asked once for an answer: what a viewer may see changes between two, and not within one (but see `isStillOwn`). */
  private async rights(play: Play, viewer: Viewer | undefined, mainId: string, { reader }: PlaySlave): Promise<Rights> {
    if (!isRestricted(reader)) return NO_RIGHTS;
    return rightsOf(this.deps, viewer, mainId, this.deps.toldAges.of(play.id));
  }

  private sourceOf(play: Play, number: number, slave: PlaySlave, cm: PlayCmBytes): UnitSource {
    const visit = play.state.videos[number - 1]?.visit ?? 0;
    const known = this.sources.get(play);
    if (known?.number === number && known.visit === visit) return known.source;
    const playSecret = secretOf(play, number);
    const context = { playSecret, playId: fromHex(play.id), slaveId: slave.id, cmId: cm.id, cmHash: cm.hash };
    const source = {
      kernels: this.deps.kernels,
      slave: slave.reader,
      timeline: slave.timeline,
      cm: cm.source,
      context,
    };
    this.sources.set(play, { number, visit, source });
    return source;
  }

  private async slaveOf(play: Play): Promise<{ number: number; mainId: string; slave: PlaySlave }> {
    const { number, video } = this.plays.videoOf(play);
    return { number, mainId: video.mainId, slave: await this.media.slave(video.slaveId) };
  }
}

const ownOf =
  (play: Play, viewer: Viewer | undefined, { reader, timeline }: PlaySlave, rights: Rights): IsOwn =>
  (segment) => {
    const time = timeline.at(segment);
    if (time === undefined) return false;
    return entitlement({ viewer, play, layer: layerOf(time), viewers: viewersOf(reader, time), rights });
  };

function videoStateOf({ state }: Play, number: number): VideoState {
  const video = state.videos[number - 1];
  if (video === undefined) throw new RangeError(`video ${number}`);
  return video;
}

function mustBeThere({ reader: { segments } }: PlaySlave, segment: number): void {
  if (segment >= segments) throw new Refusal("range", `segment ${segment}: the slave has ${segments}`, { segments });
}
