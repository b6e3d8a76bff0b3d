/** Method `compress`: pictures from the wasm decoder, sound packets joined and given to WebCodecs. */
import {
  type AudioTrack,
  CompressDecoder,
  DisplayOrder,
  decodePacketList,
  displayTimes,
  mergeAudioPackets,
  type Slot,
} from "../../../../../../codec/index.ts";
import { audioConfigOf } from "../../../../shared/worker/decoder-support.ts";
import { nextTask } from "../../../../shared/worker/next-task.ts";
import { type MediaFeed, type Picture, PREROLL_SECONDS, type Sound } from "../media-feed.ts";
import type { FeedParts } from "../playback-method.ts";
import type { CodedSound } from "../sound-decoder.ts";
import { type OpenedPackets, readPackets, slotsFrom, type TimedPacket } from "../track-reader.ts";

export class CompressFeed implements MediaFeed {
  readonly sounds?: (seconds: number, signal: AbortSignal) => AsyncIterable<Sound>;
  private readonly parts: FeedParts;
  private readonly decoder: CompressDecoder;

  constructor(parts: FeedParts) {
    this.parts = parts;
    this.decoder = new CompressDecoder(parts.kernels, parts.video, parts.main.header.parameters);
    const { sound } = parts;
    if (sound !== undefined)
      this.sounds = (seconds, signal) =>
        sound.decoding.decode(audioConfigOf(sound.track), this.codedSound(sound.track, seconds, signal), signal);
  }

  firstSegment(seconds: number): number | undefined {
    const { sound } = this.parts;
    const first = this.videoSlots(seconds)[0];
    const firstSound = sound === undefined ? undefined : this.soundSlots(sound.track, seconds)[0];
    const numbers = [first, firstSound].flatMap((slot) => (slot === undefined ? [] : [slot.number]));
    return numbers.length === 0 ? undefined : Math.min(...numbers);
  }

  async *pictures(seconds: number, signal: AbortSignal): AsyncGenerator<Picture> {
    this.decoder.reset();
    for await (const group of readPackets(this.videoSlots(seconds), this.open, signal)) {
      yield* this.decodeSegment(group, signal);
    }
  }

  /** Pictures of one segment, in display order. */
  private async *decodeSegment(packets: TimedPacket[], signal: AbortSignal): AsyncGenerator<Picture> {
    const times = displayTimes(packets, packets[0]?.timeMicroseconds ?? 0);
    const order = new DisplayOrder<Picture>(packets);
    let due: Picture[] = [];
    try {
      for (const [i, packet] of packets.entries()) {
        await nextTask();
        if (signal.aborted) return;
        this.decoder.decode(packet.publicBytes, packet.withheld);
        const timeMicroseconds = times[i] ?? packet.timeMicroseconds;
        due = order.put(this.pictureOf({ ...packet, timeMicroseconds }));
        for (const waiting of order.left()) waiting.keep();
        for (let next = due.shift(); next !== undefined; next = due.shift()) yield next;
      }
    } finally {
      for (const waiting of [...due, ...order.left()]) waiting.close();
    }
  }

  close(): void {
    this.decoder.close();
  }

  private readonly open = async (number: number): Promise<OpenedPackets | undefined> => {
    const opened = await this.parts.opener.openHeld(number);
    return opened && { head: opened.head, packets: decodePacketList(opened.publicBytes, opened.withheld) };
  };

  private videoSlots(seconds: number): Slot[] {
    return slotsFrom(this.parts.main.index, this.parts.video.id, seconds, (entry) => entry.key);
  }

  private soundSlots(sound: AudioTrack, seconds: number): Slot[] {
    return slotsFrom(this.parts.main.index, sound.id, Math.max(0, seconds - PREROLL_SECONDS), () => true);
  }

  /** The decoder's present picture. */
  private pictureOf({ timeMicroseconds, durationMicroseconds }: TimedPacket): Picture {
    const { decoder } = this;
    const picture = decoder.picture();
    let held: number | undefined;
    return {
      timeSeconds: timeMicroseconds / 1e6,
      endSeconds: (timeMicroseconds + durationMicroseconds) / 1e6,
      keep: () => {
        held ??= decoder.hold();
      },
      paint: () => this.parts.screen.paint(picture),
      close: () => {
        if (held !== undefined) decoder.letGo(held);
        held = undefined;
      },
    };
  }

  private async *codedSound(track: AudioTrack, seconds: number, signal: AbortSignal): AsyncGenerator<CodedSound> {
    for await (const group of readPackets(this.soundSlots(track, seconds), this.open, signal)) {
      for (const packet of codedSounds(group, mergeAudioPackets(this.parts.kernels, group)))
        if (packet.timeMicroseconds / 1e6 >= seconds - PREROLL_SECONDS) yield packet;
    }
  }
}

/** Packets with their true times: one cut at the start of the track began earlier than its track. */
function codedSounds(group: TimedPacket[], whole: Uint8Array[]): CodedSound[] {
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
