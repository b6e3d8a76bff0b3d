/** Small pictures of the whole video for the player's seek bar; they go into the slave (codec/format/storyboard.ts). */
import { EncodedPacketSink, type InputVideoTrack, type VideoSample, VideoSampleSink } from "mediabunny";
import { codedArea, type Storyboard, storyboardBytes, storyboardPlan } from "../../../../codec/index.ts";
import type { Area } from "../../../../codec/page.ts";
import { coverAreas } from "./cover-areas.ts";

const WIDTH_PIXELS = 160;
const COLUMNS = 10;
/** JPEG's, from the best on; the first that is small enough counts. */
const QUALITIES = [0.6, 0.45, 0.3, 0.15];

export interface StoryboardSource {
  durationSeconds: number;
  sourceBytes: number;
  /** The key picture before each of these times, in their order; ends where one does not decode. The caller closes each. */
  keyPictures(seconds: readonly number[]): AsyncIterable<VideoSample>;
  /** What is covered of such a picture, which stands for this time. */
  hidden(picture: VideoSample, seconds: number): readonly Area[];
}

/**
 * @param signal ends it
 * @returns undefined where the video is too short, does not decode here, or is so small that none fits
 */
export async function makeStoryboard(source: StoryboardSource, signal: AbortSignal): Promise<Storyboard | undefined> {
  const { stepSeconds, pictures } = storyboardPlan(source.durationSeconds);
  const most = storyboardBytes(source.sourceBytes);
  if (pictures === 0 || most === 0) return undefined;
  const middles = Array.from({ length: pictures }, (_, number) =>
    Math.min(source.durationSeconds, (number + 0.5) * stepSeconds),
  );
  let sheet: { canvas: OffscreenCanvas; height: number } | undefined;
  let drawn = 0;
  for await (const sample of source.keyPictures(middles)) {
    try {
      signal.throwIfAborted();
      sheet ??= createSheet(sample, pictures);
      const context = sheet.canvas.getContext("2d", { alpha: false });
      const { rotation } = sample;
      sample.setRotation(0); // as it is coded
      const [x, y] = [(drawn % COLUMNS) * WIDTH_PIXELS, Math.floor(drawn / COLUMNS) * sheet.height];
      if (context !== null) {
        sample.draw(context, x, y, WIDTH_PIXELS, sheet.height);
        const areas = source.hidden(sample, middles[drawn] as number).map((area) => codedArea(area, { rotation }));
        coverAreas(context, areas, { left: x, top: y, width: WIDTH_PIXELS, height: sheet.height });
      }
      drawn += 1;
    } finally {
      sample.close();
    }
  }
  if (sheet === undefined || drawn < pictures) return undefined;
  const { canvas, height } = sheet;
  for (const quality of QUALITIES) {
    signal.throwIfAborted();
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.type !== "image/jpeg") return undefined;
    if (blob.size > most) continue;
    return {
      type: "image/jpeg",
      data: new Uint8Array(await blob.arrayBuffer()),
      width: WIDTH_PIXELS,
      height,
      columns: Math.min(COLUMNS, pictures),
      pictures,
      stepMicroseconds: Math.round(stepSeconds * 1e6),
    };
  }
  return undefined;
}

/** The key picture before each of these times of the file. */
export async function* keyPicturesOf(video: InputVideoTrack, seconds: readonly number[]): AsyncGenerator<VideoSample> {
  if (!(await video.canDecode())) return;
  const packets = new EncodedPacketSink(video);
  const times: number[] = [];
  for (const wanted of seconds) {
    const key = (await packets.getKeyPacket(wanted, { metadataOnly: true })) ?? (await packets.getFirstPacket());
    if (key === null) return;
    times.push(key.timestamp);
  }
  for await (const sample of new VideoSampleSink(video).samplesAtTimestamps(times)) {
    if (sample === null) return;
    yield sample;
  }
}

function createSheet(sample: VideoSample, pictures: number): { canvas: OffscreenCanvas; height: number } {
  const { width: codedWidth, height: codedHeight } = sample.visibleRect;
  const height = Math.min(640, Math.max(1, Math.round((WIDTH_PIXELS * codedHeight) / codedWidth)));
  const rows = Math.ceil(pictures / COLUMNS);
  return { canvas: new OffscreenCanvas(WIDTH_PIXELS * Math.min(COLUMNS, pictures), height * rows), height };
}
