/** Is this really a whole slave? Every segment is read and held against its checksum. */
import {
  type ByteSource,
  FormatError,
  PairingError,
  SlaveReader,
  type SlaveSegmentHead,
  toHex,
  UnsupportedError,
} from "../../codec/index.ts";
import { packTimeline, timelineOf } from "../timeline.ts";
import type { SlaveFacts, SlaveLimits } from "./inspections.ts";

/** A segment has at most 2 s or 2 MiB of a video, and those of several tracks stand side by side. */
const SEGMENTS_A_SECOND = 64;
const SEGMENTS_BESIDES = 4096;
/** 512 GiB of them. */
const SEGMENTS_MOST = 1 << 18;

/** @throws FormatError it is cut or damaged; PairingError it is another slave; UnsupportedError it has too many segments for its length */
export async function inspectSlave(source: ByteSource, _name: string, { slaveId }: SlaveLimits): Promise<SlaveFacts> {
  const reader = await SlaveReader.open(source);
  const { header, trailer, segments } = reader;
  const id = toHex(header.id);
  if (id !== slaveId)
    throw new PairingError(`this is slave ${id}, not ${slaveId}: send it under its own id`, { slaveId: id });
  if (segments === 0) throw new FormatError("slave file without segments: nothing could be played");
  const endMilliseconds = Math.ceil(trailer.durationMicroseconds / 1000);
  if (endMilliseconds >= 2 ** 32)
    throw new FormatError(
      `slave file claims ${endMilliseconds} ms, at most ${2 ** 32 - 1} are allowed: the file is damaged`,
    );
  const most = segmentsMost(endMilliseconds / 1000);
  if (segments > most)
    throw new UnsupportedError(
      `slave file has ${segments} segments for ${endMilliseconds / 1000} s: at most ${most} are taken; divide the video again`,
      { segments, most },
    );
  const layers = new Set(header.layers.map((layer) => layer.id));
  const heads: SlaveSegmentHead[] = [];
  for (let number = 0; number < segments; number++) {
    const { head } = await reader.readSegment(number);
    const wrong =
      head.last !== (number === segments - 1) || !layers.has(head.layer) || head.startMilliseconds > endMilliseconds;
    if (wrong)
      throw new FormatError(
        `slave segment ${number} has a last mark, a layer or a time that cannot be: the file is damaged`,
        { segment: number },
      );
    heads.push(head);
  }
  return {
    mainId: toHex(header.mainId),
    mainName: header.mainName,
    title: header.title,
    durationSeconds: trailer.durationMicroseconds / 1e6,
    segments,
    timeline: packTimeline(timelineOf(heads, endMilliseconds)).bytes,
  };
}

/** How many segments the service takes of a video of so many seconds. */
export const segmentsMost = (seconds: number): number =>
  Math.min(SEGMENTS_MOST, Math.floor(SEGMENTS_BESIDES + SEGMENTS_A_SECOND * seconds));
