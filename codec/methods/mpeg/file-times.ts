/** When what stands where in a file with MPEG video is shown, told from a few places of it; how long it is, and where a time is to be found. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { createDemuxer } from "../../containers/create-demuxer.ts";
import type { MpegSource } from "../../containers/open-mpeg.ts";
import { planMpeg } from "./segment-planner.ts";
import { clockMicroseconds } from "./stream-clock.ts";

/** So much of both ends is looked at. */
const PROBE_BYTES = 8 << 20;
/** Places in between, by which a clock that starts anew is found. */
const PLACES = 16;
/** A time of the stream's comes within this. */
const MARK_BYTES = 1 << 20;
/** Where the clock says so many times as much, or as little, as the bytes do, it is looked at more closely: so often in halves … */
const UNLIKELY = 8;
const HALVINGS = 4;
/** … and a step of more than this is another recording's clock. */
const STEP_MICROSECONDS = 30e6;
/** Before a time, as the picture that is shown then is decoded from an earlier one on. */
const AHEAD_MICROSECONDS = 1_500_000;
/** So near to a time is near enough. */
const NEAR_MICROSECONDS = 2_000_000;
const TRIES = 8;
const PACKET_BYTES = { es: 1, ps: 1, ts: 188, m2ts: 192, ts204: 204, cdxa: 2352 } as const;

/** A place in the file and when the first picture behind it that has a time is shown. */
export interface TimePoint {
  offset: number;
  microseconds: number;
  /** The stream's clock there, 90 kHz modulo 2³³; undefined where it has none. */
  ticks: number | undefined;
}

/** Places from the file's start on, the last one its end: the duration is the time there. */
export async function readTimePoints(source: ByteSource, found: MpegSource): Promise<TimePoint[]> {
  let [end, microseconds] = [0, 0];
  for await (const segment of planMpeg(source, found)) {
    end = segment.end;
    microseconds = segment.startMicroseconds + segment.durationMicroseconds;
    if (end >= PROBE_BYTES) break;
  }
  const [first] = await ticksFrom(source, found, 0, MARK_BYTES);
  const points: TimePoint[] = [{ offset: 0, microseconds: 0, ticks: first }];
  if (end < source.size && first !== undefined) {
    const steps = new ClockSteps(source, found, microseconds / end);
    let last: ClockPlace = { offset: 0, ticks: first };
    let time = 0;
    const goOn = async (place: ClockPlace): Promise<void> => {
      time += await steps.between(last, place);
      last = place;
    };
    for (let place = 1; place < PLACES; place++) {
      const offset = aligned(found, (place * source.size) / PLACES);
      const [ticks] = await ticksFrom(source, found, offset, offset + MARK_BYTES);
      if (ticks === undefined) continue;
      await goOn({ offset, ticks });
      points.push({ offset, microseconds: time, ticks });
    }
    const ticks = await ticksFrom(source, found, aligned(found, source.size - PROBE_BYTES), source.size);
    const latest = ticks.reduce((most, next) => (clockMicroseconds(next - most) > 0 ? next : most), ticks[0] ?? first);
    await goOn({ offset: source.size, ticks: latest });
    const [rate, scale] = found.video.frameRate;
    microseconds = time + (1e6 * scale) / rate;
  } else if (end < source.size) {
    microseconds *= source.size / end;
  }
  return [...points, { offset: source.size, microseconds: Math.round(microseconds), ticks: undefined }];
}

interface ClockPlace {
  offset: number;
  ticks: number;
}

/** How long what lies between two places is: by the clock; where that starts anew between them, by the bytes there. */
class ClockSteps {
  constructor(
    private readonly source: ByteSource,
    private readonly found: MpegSource,
    /** Microseconds; of what was told last. */
    private perByte: number,
  ) {}

  async between(from: ClockPlace, to: ClockPlace, depth = HALVINGS): Promise<number> {
    const told = clockMicroseconds(to.ticks - from.ticks);
    const guess = this.perByte * (to.offset - from.offset);
    if (told > guess / UNLIKELY && told < guess * UNLIKELY) return told;
    const offset = aligned(this.found, (from.offset + to.offset) / 2);
    const [ticks] = depth === 0 ? [] : await ticksFrom(this.source, this.found, offset, offset + MARK_BYTES);
    if (ticks !== undefined) {
      const middle = { offset, ticks };
      return (await this.between(from, middle, depth - 1)) + (await this.between(middle, to, depth - 1));
    }
    if (told < 0 || told > STEP_MICROSECONDS) return guess;
    this.perByte = told / Math.max(1, to.offset - from.offset);
    return told;
  }
}

/** A place from which on a decoder comes to the picture of a time, as near before it as can be told. @param points of the whole file */
export async function placeBefore(
  source: ByteSource,
  found: MpegSource,
  points: readonly TimePoint[],
  microseconds: number,
): Promise<TimePoint> {
  const wanted = microseconds - AHEAD_MICROSECONDS;
  const next = Math.max(
    1,
    points.findIndex((point) => point.microseconds > wanted),
  );
  let [low, high] = [points[next - 1], points[next]] as [TimePoint, TimePoint];
  for (let tries = 0; tries < TRIES && wanted - low.microseconds > NEAR_MICROSECONDS; tries++) {
    const share = (wanted - low.microseconds) / (high.microseconds - low.microseconds);
    const offset = aligned(found, low.offset + share * (high.offset - low.offset));
    if (offset <= low.offset) break;
    const [ticks] = await ticksFrom(source, found, offset, Math.min(high.offset, offset + MARK_BYTES));
    const told = low.ticks === undefined || ticks === undefined ? -1 : clockMicroseconds(ticks - low.ticks);
    const isTold = told >= 0 && low.microseconds + told <= high.microseconds;
    const point = { offset, microseconds: isTold ? low.microseconds + told : wanted, ticks };
    if (point.microseconds > wanted) high = point;
    else low = point;
  }
  return low;
}

/** The stream's times between two places, in the order of the file; none in an elementary stream. */
async function ticksFrom(source: ByteSource, mpeg: MpegSource, from: number, to: number): Promise<number[]> {
  if (mpeg.container === "es") return [];
  const demuxer = createDemuxer(mpeg.container, mpeg.pid);
  const end = Math.min(to, source.size);
  const bytes = await source.read(from, end - from);
  const found: number[] = [];
  demuxer.push(bytes, true, (video, start, stop, ticks) => {
    if (video && stop > start && ticks !== undefined) found.push(ticks);
  });
  return found;
}

const aligned = ({ container }: MpegSource, offset: number): number =>
  Math.floor(Math.max(0, offset) / PACKET_BYTES[container]) * PACKET_BYTES[container];
