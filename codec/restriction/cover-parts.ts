/** What is shown in the clear, or to every viewer, shows nothing of restricted parts: poster, teaser and the seek bar's pictures. */
import type { ByteSource } from "../bytes/bytes.ts";
import { openIndex } from "../containers/open-index.ts";
import type { Area, RestrictedPart } from "./part.ts";

/** Parts with the times at which a picture of the file may show something of them. */
export type HiddenTimes = readonly Pick<RestrictedPart, "areas" | "startMicroseconds" | "endMicroseconds">[];

/** A picture that begins so shortly before a part, or is still shown so shortly after its end, is covered too. */
const MARGIN_MICROSECONDS = 100_000;

/**
 * When pictures of a file have to be covered. An edit list of several parts gives pictures other times than the video's: then all
 * of them are covered.
 */
export async function hiddenTimes(source: ByteSource, parts: readonly RestrictedPart[]): Promise<HiddenTimes> {
  if (parts.length === 0) return [];
  const index = await openIndex(source).catch(() => undefined);
  const edits = index?.streams[index.film]?.edits?.length ?? 0;
  if (edits <= 1) return parts;
  return parts.map(({ areas }) => ({ areas, startMicroseconds: 0, endMicroseconds: Number.POSITIVE_INFINITY }));
}

/** The areas that are hidden at any time between these two, in seconds of the video. */
export const hiddenAreas = (parts: HiddenTimes, from: number, to: number): Area[] =>
  parts
    .filter(
      ({ startMicroseconds, endMicroseconds }) =>
        to * 1e6 + MARGIN_MICROSECONDS > startMicroseconds && from * 1e6 - MARGIN_MICROSECONDS < endMicroseconds,
    )
    .flatMap(({ areas }) => areas);

/** A rectangle of a picture, in its samples. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What an area covers of the picture that fills this rectangle: whole samples, rounded outwards. */
export function coveredRectangle(area: Area, { left, top, width, height }: Rectangle): Rectangle {
  const [x, y] = [Math.floor((area.x * width) / 1000), Math.floor((area.y * height) / 1000)];
  const right = Math.ceil(((area.x + area.width) * width) / 1000);
  const bottom = Math.ceil(((area.y + area.height) * height) / 1000);
  return { left: left + x, top: top + y, width: right - x, height: bottom - y };
}
