/** A part of a file that is kept as it is, as a file of its own. */
import {
  Conversion,
  type EncodedPacket,
  EncodedPacketSink,
  type Input,
  type InputFormat,
  MATROSKA,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  QTFF,
  StreamTarget,
  type StreamTargetChunk,
  WEBM,
  WebMOutputFormat,
} from "mediabunny";
import { type ByteSource, checkTrim, openIndex, type Trim, trimSource, UnsupportedError } from "../index.ts";
import { demuxedInput } from "./demuxed-input.ts";

/** Where a file is written to, here and there. */
export interface PlacedTarget {
  write(bytes: Uint8Array, offsetBytes: number): Promise<void> | void;
}

export interface TrimmedFile {
  /** From the last key picture at or before the one time to the first at or after the other; Infinity: to the end. */
  taken: Trim;
  /** Tracks that the new file has no form for, by kind and coding. */
  leftOut: readonly string[];
  /** The file; undefined where it has to be written. */
  source?: ByteSource;
  /**
   * Writes it, where there is no `source`.
   *
   * @throws AbortError on `signal`
   */
  write?(target: PlacedTarget, signal?: AbortSignal): Promise<void>;
}

/**
 * A part of a file. What has no tables is cut where it stands; MP4, MOV, WebM and Matroska are written anew, with their coded
 * pictures and sound as they are.
 *
 * @throws {@link UnsupportedError} an edit list of several parts, a Video CD, or a coding that the new file has no form for
 * @throws {@link InputError} no known container, nothing coded in it, or nothing between the two times
 */
export async function trimFile(source: ByteSource, trim: Trim): Promise<TrimmedFile> {
  const trimmed = await trimSource(source, trim);
  if (trimmed !== undefined) return { ...trimmed, leftOut: [] };
  const { streams, film, startMicroseconds, durationMicroseconds } = await openIndex(source);
  if (durationMicroseconds > 0) checkTrim(trim, durationMicroseconds);
  const shown = streams[film]?.edits?.filter(({ fromMicroseconds }) => fromMicroseconds !== undefined) ?? [];
  if (shown.length > 1 || shown[0]?.isHeld === true) throw notTrimmed("its edit list has several parts");
  const part = new RemuxedPart(source, startMicroseconds / 1e6);
  return part.find(trim);
}

/** A little before or behind a time: those of packets are rounded. */
const NEAR_SECONDS = 0.001;

class RemuxedPart {
  constructor(
    private readonly source: ByteSource,
    /** The file's own time of the presentation's start. */
    private readonly beginsSeconds: number,
  ) {}

  async find(trim: Trim): Promise<TrimmedFile> {
    const input = demuxedInput(this.source);
    try {
      const video = await input.getPrimaryVideoTrack();
      const sink = video && new EncodedPacketSink(video);
      const [wantedFrom, wantedTo] = [trim.fromMicroseconds, trim.toMicroseconds].map(
        (microseconds) => this.beginsSeconds + microseconds / 1e6,
      ) as [number, number];
      const first = await sink?.getFirstKeyPacket();
      if (!sink || !first) throw notTrimmed("it has no key picture");
      const from = (await sink.getKeyPacket(wantedFrom + NEAR_SECONDS)) ?? first;
      let to: EncodedPacket | null = Number.isFinite(wantedTo) ? from : null;
      while (to !== null && to.timestamp < wantedTo - NEAR_SECONDS) to = await sink.getNextKeyPacket(to);
      // What is heard before the first picture belongs to the beginning.
      const start = from.timestamp <= first.timestamp ? this.beginsSeconds : from.timestamp;
      const end = to === null ? undefined : to.timestamp - NEAR_SECONDS;
      const micro = (seconds: number): number => Math.round(Math.max(0, seconds - this.beginsSeconds) * 1e6);
      const { leftOut } = await this.convert(input, start, end, { write: () => {} });
      return {
        taken: {
          fromMicroseconds: micro(start),
          toMicroseconds: to === null ? Number.POSITIVE_INFINITY : micro(to.timestamp),
        },
        leftOut,
        write: (target, signal) => this.write(start, end, target, signal),
      };
    } finally {
      input.dispose();
    }
  }

  private async write(start: number, end: number | undefined, target: PlacedTarget, signal?: AbortSignal) {
    const input = demuxedInput(this.source);
    try {
      const { conversion } = await this.convert(input, start, end, target);
      const cancel = (): void => void conversion.cancel();
      signal?.throwIfAborted();
      signal?.addEventListener("abort", cancel, { once: true });
      try {
        await conversion.execute();
        signal?.throwIfAborted();
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener("abort", cancel);
      }
    } finally {
      input.dispose();
    }
  }

  private async convert(
    input: Input,
    start: number,
    end: number | undefined,
    target: PlacedTarget,
  ): Promise<{ conversion: Conversion; leftOut: string[] }> {
    const writable = new WritableStream<StreamTargetChunk>({
      write: ({ data, position }) => target.write(data, position),
    });
    const conversion = await Conversion.init({
      input,
      output: new Output({
        format: formFor(await input.getFormat()),
        target: new StreamTarget(writable, { chunked: true, chunkSize: 1 << 20 }),
      }),
      tracks: "all",
      trim: { start, ...(end === undefined ? {} : { end }) },
      copy: { mode: "forced", boundaryPolicy: "expand", shiftTolerance: Number.POSITIVE_INFINITY },
      showWarnings: false,
    });
    const named = await Promise.all(
      conversion.discardedTracks.map(async ({ track }) => ({ track, codec: (await track.getCodec()) ?? "unknown" })),
    );
    const video = named.find(({ track }) => track.type === "video");
    if (video !== undefined || !conversion.isValid)
      throw notTrimmed(`its pictures (${video?.codec ?? "unknown"}) have no place in a new file`);
    return { conversion, leftOut: named.map(({ track, codec }) => `${track.type} (${codec})`) };
  }
}

function formFor(format: InputFormat): OutputFormat {
  if (format === QTFF) return new MovOutputFormat({ fastStart: false });
  if (format === WEBM) return new WebMOutputFormat();
  if (format === MATROSKA) return new MkvOutputFormat();
  return new Mp4OutputFormat({ fastStart: false });
}

const notTrimmed = (why: string): UnsupportedError =>
  new UnsupportedError(`this file is not trimmed as it is: ${why}; compress it instead`, { reason: "trimContainer" });
