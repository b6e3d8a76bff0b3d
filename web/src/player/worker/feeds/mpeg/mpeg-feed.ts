/**
 * Method `mpeg`: segments are combined in the kernels' memory and decoded there (MPEG-1 and MPEG-2). Sound lies between the pictures, across
 * segments: it is read as one stream from where a play begins.
 */
import {
  FILE_TRACK,
  layOut,
  type MpegContainer,
  MpegDecoder,
  type MpegPicture,
  type OpenedMpegSegment,
  openMpegSegment,
  type SegmentLayout,
  SegmentSound,
  type Slot,
  type SoundFrame,
  timedPictures,
} from "../../../../../../codec/index.ts";
import { fromHex } from "../../../../../../codec/page.ts";
import { nextTask } from "../../../../shared/worker/next-task.ts";
import { type MediaFeed, type Picture, PREROLL_SECONDS, type Sound } from "../media-feed.ts";
import { OpenSegments } from "../open-segments.ts";
import type { FeedParts } from "../playback-method.ts";
import type { CodedSound } from "../sound-decoder.ts";
import type { PlayableSound } from "../sound-decodings.ts";
import { openSlot, slotsFrom } from "../track-reader.ts";
import { FieldStage } from "./field-stage.ts";

/**
 * A segment's start may be the time of pictures that lead its key picture, where the packet with that one's time began before the segment:
 * they cannot be decoded from there. Up to three of them at 25 a second.
 */
const LEADING_SECONDS = 0.13;

interface OpenSegment {
  /** Of the layer `restricted`, of what stands in for it, or everybody's. */
  rendition: "true" | "substitute" | "shared";
  segment: OpenedMpegSegment;
  layout: SegmentLayout;
}

export class MpegFeed implements MediaFeed {
  readonly sounds?: (seconds: number, signal: AbortSignal) => AsyncIterable<Sound>;
  private readonly decoder: MpegDecoder;
  private readonly fields: FieldStage;
  private readonly segments = new OpenSegments((slot: Slot) => this.openSlot(slot));

  constructor(private readonly parts: FeedParts) {
    this.decoder = new MpegDecoder(parts.kernels);
    this.fields = new FieldStage(parts.kernels, this.decoder, (picture) => parts.screen.paint(picture));
    const { sound } = parts;
    if (sound !== undefined) this.sounds = (seconds, signal) => this.decodeSound(sound, seconds, signal);
  }

  firstSegment(seconds: number): number | undefined {
    return this.slots(seconds)[0]?.number;
  }

  async *pictures(seconds: number, signal: AbortSignal): AsyncGenerator<Picture> {
    this.fields.reset();
    for await (const picture of timedPictures(this.decoded(seconds, signal), this.decoder)) {
      yield* this.fields.push(picture);
      await nextTask();
      if (signal.aborted) return;
    }
    yield* this.fields.end();
  }

  setDeinterlacing(isOn: boolean): void {
    this.fields.setOn(isOn);
  }

  close(): void {
    this.fields.close();
    this.decoder.close();
    this.segments.clear();
  }

  private async *decoded(seconds: number, signal: AbortSignal): AsyncGenerator<MpegPicture> {
    const { decoder } = this;
    decoder.reset();
    const { sequence } = this.parts.main.header.parameters;
    // A stream's only sequence header may stand at its start.
    const context = typeof sequence === "string" ? fromHex(sequence) : new Uint8Array();
    let before: OpenSegment["rendition"] | undefined;
    for await (const { rendition, segment, layout } of this.openSegments(seconds, signal)) {
      const isChanged = before !== undefined && before !== rendition && before !== "shared" && rendition !== "shared";
      // Within a part neither rendition's pictures refer to the other's.
      if (isChanged) yield* decoder.end();
      const isFirst = before === undefined || isChanged;
      if (isFirst) yield* decoder.decode(context);
      yield* decoder.decodeSegment(segment, isFirst ? layout.firstMarks : layout.marks);
      before = rendition;
    }
    if (!signal.aborted) yield* decoder.end();
  }

  private slots(seconds: number): Slot[] {
    return slotsFrom(this.parts.main.index, FILE_TRACK, Math.max(0, seconds - LEADING_SECONDS), (entry) => entry.key);
  }

  /** From a key picture before `seconds` on. */
  private async *openSegments(seconds: number, signal: AbortSignal): AsyncGenerator<OpenSegment> {
    for await (const segments of this.segments.inOrder(this.slots(seconds), signal)) yield* segments;
  }

  /** Of a hidden part the true pictures and sound where all of the slot is this viewer's. */
  private async openSlot(slot: Slot): Promise<OpenSegment[]> {
    const { isTrue, opened } = await openSlot(slot, (number) => this.parts.opener.openHeld(number));
    const rendition = slot.restricted === undefined ? "shared" : isTrue ? "true" : "substitute";
    return Promise.all(
      opened.map(async ({ head, publicBytes, withheld }) => {
        const segment = await openMpegSegment(publicBytes, withheld);
        return { rendition, segment, layout: layOut(segment, head.startMicroseconds) };
      }),
    );
  }

  private async *decodeSound(
    { track, decoding }: PlayableSound,
    seconds: number,
    signal: AbortSignal,
  ): AsyncGenerator<Sound> {
    const { codec, sampleRate, channels: numberOfChannels, description } = track;
    const config: AudioDecoderConfig = { codec, sampleRate, numberOfChannels };
    if (description !== undefined) config.description = description as BufferSource;
    yield* decoding.decode(config, this.codedSound(track, seconds, signal), signal);
  }

  /** Frames of sound, from a little before `seconds` on. */
  private async *codedSound(
    track: PlayableSound["track"],
    seconds: number,
    signal: AbortSignal,
  ): AsyncGenerator<CodedSound> {
    const { container } = this.parts.main.header.parameters;
    const reader = new SegmentSound(container as MpegContainer, track);
    const from = (seconds - PREROLL_SECONDS) * 1e6;
    const due = (frames: SoundFrame[]): CodedSound[] =>
      frames
        .filter((frame) => frame.timeMicroseconds + frame.durationMicroseconds > from)
        .map(({ timeMicroseconds, headBytes, bytes }) => ({
          timeMicroseconds: Math.round(timeMicroseconds),
          data: bytes.subarray(headBytes),
        }));
    for await (const { layout } of this.openSegments(seconds, signal)) yield* due(reader.push(layout));
    yield* due(reader.end());
  }
}
