/** Videos that need a decoder of others: mediabunny's, with NodeAV in Node where the operator has installed it. */
import { ALL_FORMATS, CustomSource, Input, type VideoSample, VideoSampleSink } from "mediabunny";
import {
  type ByteSource,
  InputError,
  PictureBuffers,
  type SourceMedia,
  type SourcePicture,
  UnsupportedError,
} from "../../index.ts";

/** What has to be installed beside the package. */
const DECODERS = "@mediabunny/server";
/** Formats that go over as they are; others become RGBA. */
const TAKEN = ["I420", "NV12", "RGBA", "BGRA"] as const;

/**
 * Decodes a file's pictures; the first one is at 0. Sound is left out.
 *
 * @param name of the file, for errors
 * @throws {@link InputError} no video that is known
 * @throws {@link UnsupportedError} the decoders are not installed, or have none for this coding
 */
export async function openDecodedMedia(source: ByteSource, name: string): Promise<SourceMedia & { close(): void }> {
  const input = new Input({
    source: new CustomSource({
      getSize: () => source.size,
      read: async (start, end) => (await source.read(start, end - start)).slice(),
    }),
    formats: ALL_FORMATS,
  });
  try {
    const track = await input.getPrimaryVideoTrack().catch(() => null);
    if (track === null)
      throw new InputError(`${name}: no video that is known; choose another file`, { offsetBytes: 0 });
    const codec = (await track.getCodec()) ?? "an unknown coding";
    await registerDecoders(name, codec);
    if (!(await track.canDecode()))
      throw new UnsupportedError(`${name}: ${DECODERS} has no decoder for ${codec}; convert it to .y4m first`, {
        codec,
      });
    const { averagePacketRate } = await track.computePacketStats(100);
    const buffers = new PictureBuffers();
    const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
    return {
      video: { width, height, frameRate: [Math.max(1, Math.round(averagePacketRate * 1000)), 1000] },
      pictures: pictures(new VideoSampleSink(track), buffers),
      buffers,
      close: () => input.dispose(),
    };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

/**
 * Gives mediabunny decoders and encoders.
 *
 * @throws {@link UnsupportedError} they are not installed
 */
export async function registerDecoders(name: string, codec: string): Promise<void> {
  try {
    const { registerMediabunnyServer } = await import("@mediabunny/server");
    // What is looked for there says much on stderr where there is none.
    registerMediabunnyServer({ hardwareContext: null });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new UnsupportedError(
      `${name}: ${codec} needs a decoder: npm install ${DECODERS}, or convert it to .y4m first`,
      { codec, package: DECODERS },
    );
  }
}

async function* pictures(sink: VideoSampleSink, buffers: PictureBuffers): AsyncGenerator<SourcePicture> {
  let shift: number | undefined;
  let last = -1;
  for await (const sample of sink.samples()) {
    try {
      shift ??= sample.microsecondTimestamp;
      const timestampMicroseconds = sample.microsecondTimestamp - shift;
      if (timestampMicroseconds <= last) continue;
      last = timestampMicroseconds;
      const picture = await copied(sample, buffers);
      yield { timestampMicroseconds, durationMicroseconds: sample.microsecondDuration, ...picture };
    } finally {
      sample.close();
    }
  }
}

export async function copied(
  sample: VideoSample,
  buffers: PictureBuffers,
): Promise<Omit<SourcePicture, `${string}Microseconds`>> {
  const format = TAKEN.find((one) => one === sample.format) ?? "RGBA";
  const options = format === sample.format ? {} : { format: "RGBA" as const };
  const data = buffers.take(sample.allocationSize(options));
  const planes = await sample.copyTo(data, options);
  const { width, height } = sample.visibleRect;
  return { format, width, height, data, planes: planes.map(({ offset, stride }) => ({ offset, stride })) };
}
