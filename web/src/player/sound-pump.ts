/** Decodes a sound track a little ahead of the clock. Runs in a worker; the page plays what it gives. */
import type { AudioTrack } from "../../../codec/format/header.ts";
import { nap } from "./next-task.ts";
import type { WorkerClock } from "./picture-pump.ts";
import type { TimedPacket } from "./track-reader.ts";

/** Decoded sound ahead of the clock: longer than a page's worst pause, short enough for a phone's memory. */
const AHEAD_SECONDS = 1.5;
/** Decoders need some packets before their output is right: 80 ms for Opus (RFC 7845 4.6), one frame of overlap for AAC. */
export const PREROLL_SECONDS = 0.12;
/** Packets are joined to pieces of at least this length. */
const PIECE_SECONDS = 0.1;

/** Decoded sound, one array a channel. */
export interface SoundPiece {
  timeSeconds: number;
  sampleRate: number;
  channels: Float32Array<ArrayBuffer>[];
}

export interface SoundEvents {
  onSound(piece: SoundPiece): void;
}

/** The decoder configuration WebCodecs takes for a track. */
export function audioConfigOf(track: AudioTrack): AudioDecoderConfig {
  const config: AudioDecoderConfig = {
    codec: track.codec,
    sampleRate: track.sampleRate,
    numberOfChannels: track.channels,
  };
  if (track.description !== undefined) config.description = track.description as BufferSource;
  return config;
}

export async function canDecodeSound(track: AudioTrack): Promise<boolean> {
  if (typeof AudioDecoder === "undefined") return false;
  try {
    return (await AudioDecoder.isConfigSupported(audioConfigOf(track))).supported === true;
  } catch {
    return false;
  }
}

/** A packet for the decoder, with its true time: one cut at the start of the track began earlier than its track. */
interface CodedSound {
  timeMicroseconds: number;
  data: Uint8Array;
}

export class SoundPump {
  private readonly track: AudioTrack;
  private readonly merge: (packets: TimedPacket[]) => Uint8Array[];
  private readonly clock: WorkerClock;
  private readonly events: SoundEvents;
  /** Time up to which sound was given out. */
  givenSeconds = 0;
  done = false;

  constructor(
    track: AudioTrack,
    merge: (packets: TimedPacket[]) => Uint8Array[],
    clock: WorkerClock,
    events: SoundEvents,
  ) {
    this.track = track;
    this.merge = merge;
    this.clock = clock;
    this.events = events;
  }

  /** Gives sound from `targetSeconds` on, as the clock goes, until the track's end or `signal`. */
  async run(packets: AsyncIterable<TimedPacket[]>, targetSeconds: number, signal: AbortSignal): Promise<void> {
    this.givenSeconds = targetSeconds;
    this.done = false;
    let failure: unknown;
    const joiner = new PieceJoiner(targetSeconds, (piece) => {
      if (signal.aborted) return;
      this.givenSeconds = piece.timeSeconds + (piece.channels[0]?.length ?? 0) / piece.sampleRate;
      this.events.onSound(piece);
    });
    const decoder = new AudioDecoder({
      output: (data) => {
        joiner.add(data);
        data.close();
      },
      error: (error) => {
        failure = error;
      },
    });
    try {
      decoder.configure(audioConfigOf(this.track));
      let sentSeconds = targetSeconds;
      for await (const group of packets) {
        for (const packet of this.codedPackets(group)) {
          if (packet.timeMicroseconds / 1e6 < targetSeconds - PREROLL_SECONDS) continue;
          while (!signal.aborted && failure === undefined && sentSeconds > this.clock().seconds + AHEAD_SECONDS)
            await nap(20);
          if (signal.aborted) return;
          if (failure !== undefined) throw failure;
          decoder.decode(
            new EncodedAudioChunk({
              type: "key",
              timestamp: packet.timeMicroseconds,
              data: packet.data as BufferSource,
            }),
          );
          sentSeconds = packet.timeMicroseconds / 1e6;
        }
      }
      if (signal.aborted) return;
      await decoder.flush();
      joiner.flush();
      this.done = true;
    } finally {
      if (decoder.state !== "closed") decoder.close();
    }
  }

  private codedPackets(group: TimedPacket[]): CodedSound[] {
    const whole = this.merge(group);
    const nominal = Math.max(0, ...group.map((packet) => packet.durationMicroseconds));
    let atStart = group[0]?.timeMicroseconds === 0;
    return group.flatMap((packet, i) => {
      const data = whole[i];
      if (data === undefined) return [];
      // Packets before time 0 are kept with what they reach into the track as duration: source-reader.ts, soundPackets.
      atStart &&= packet.durationMicroseconds < nominal - 1000;
      const end = packet.timeMicroseconds + packet.durationMicroseconds;
      return [{ timeMicroseconds: atStart ? end - nominal : packet.timeMicroseconds, data }];
    });
  }
}

/** Joins decoded frames to longer pieces, and cuts what lies before the target. */
class PieceJoiner {
  private readonly targetSeconds: number;
  private readonly give: (piece: SoundPiece) => void;
  private frames: Float32Array<ArrayBuffer>[][] = [];
  private length = 0;
  private startSeconds = 0;
  private sampleRate = 0;

  constructor(targetSeconds: number, give: (piece: SoundPiece) => void) {
    this.targetSeconds = targetSeconds;
    this.give = give;
  }

  add(data: AudioData): void {
    let timeSeconds = data.timestamp / 1e6;
    const skip = Math.min(
      data.numberOfFrames,
      Math.max(0, Math.round((this.targetSeconds - timeSeconds) * data.sampleRate)),
    );
    timeSeconds += skip / data.sampleRate;
    const frameCount = data.numberOfFrames - skip;
    if (frameCount === 0) return;
    const channels = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
      const samples = new Float32Array(frameCount);
      data.copyTo(samples, { planeIndex, frameOffset: skip, frameCount, format: "f32-planar" });
      return samples;
    });
    // Times in whole microseconds are not exact; counting samples is. A true gap starts a new piece.
    const gap = Math.abs(timeSeconds - (this.startSeconds + this.length / this.sampleRate));
    if (
      this.length > 0 &&
      (gap > 0.005 || data.sampleRate !== this.sampleRate || channels.length !== this.frames[0]?.length)
    )
      this.flush();
    if (this.length === 0) {
      // Pieces that follow each other without a gap meet to the sample.
      this.startSeconds = gap <= 0.005 && data.sampleRate === this.sampleRate ? this.startSeconds : timeSeconds;
      this.sampleRate = data.sampleRate;
    }
    this.frames.push(channels);
    this.length += frameCount;
    if (this.length >= PIECE_SECONDS * this.sampleRate) this.flush();
  }

  flush(): void {
    if (this.length === 0) return;
    const channels = (this.frames[0] ?? []).map((_, channel) => {
      const joined = new Float32Array(this.length);
      let offset = 0;
      for (const frame of this.frames) {
        joined.set(frame[channel] ?? [], offset);
        offset += frame[channel]?.length ?? 0;
      }
      return joined;
    });
    this.give({ timeSeconds: this.startSeconds, sampleRate: this.sampleRate, channels });
    this.startSeconds += this.length / this.sampleRate;
    this.frames = [];
    this.length = 0;
  }
}
