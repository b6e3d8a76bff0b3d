/** Which sounds go with the video of a program or transport stream, as its first megabytes tell. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { programSounds } from "../../containers/mpeg-ps/program-sound.ts";
import { sectorPayloads } from "../../containers/mpeg-ps/sectors.ts";
import { Programme } from "../../containers/mpeg-ts/programme.ts";
import {
  isTransportForm,
  packetFormIn,
  readPacket,
  type TransportForm,
  walkPackets,
} from "../../containers/mpeg-ts/transport-packets.ts";
import type { MpegSource } from "../../containers/open-mpeg.ts";
import { languageField } from "../../containers/source-index.ts";
import { FrameSplitter } from "../../containers/streams/frame-splitter.ts";
import { aacConfiguration, type FrameHead, type SoundCoding } from "../../containers/streams/sound-frames.ts";
import type { AudioTrack } from "../../format/header.ts";
import { LPCM } from "./segment-sound.ts";

/** A sound has to begin within this. */
const PROBE_BYTES = 4 << 20;
/** DVD-Video's frequencies and sample sizes, by their codes. */
const LPCM_RATES = [48_000, 96_000, 44_100, 32_000];
const LPCM_BITS = [16, 20, 24];

/** Of each sound the first frame's head; those of which none comes are left out. */
export async function findSounds(source: ByteSource, { container, pid }: MpegSource): Promise<AudioTrack[]> {
  if (container === "es") return [];
  const bytes = await source.read(0, Math.min(PROBE_BYTES, source.size));
  const found = isTransportForm(container)
    ? ofTransport(bytes, container, pid ?? -1)
    : ofProgram(container === "cdxa" ? sectorPayloads(bytes) : bytes);
  return found.map((track, i) => ({ ...track, id: i + 1 }));
}

type FoundTrack = Omit<AudioTrack, "id">;

function ofProgram(bytes: Uint8Array): FoundTrack[] {
  const tracks = new Map<number, FoundTrack>();
  const splitters = new Map<number, FrameSplitter>();
  for (const { pid, kind, payload, format } of programSounds(bytes)) {
    if (tracks.has(pid)) continue;
    if (kind === "lpcm") {
      const bits = LPCM_BITS[format >> 6];
      const sampleRate = LPCM_RATES[(format >> 4) & 3] as number;
      if (bits === undefined) continue;
      const description = Uint8Array.of(bits);
      tracks.set(pid, { kind: "audio", codec: LPCM, sampleRate, channels: (format & 7) + 1, pid, description });
    } else if (kind === "dts") {
      tracks.set(pid, { kind: "audio", codec: "dtsc", sampleRate: 48_000, channels: 6, pid });
    } else {
      const track = takeFrame(splitters, pid, kind, payload, "");
      if (track !== undefined) tracks.set(pid, track);
    }
  }
  return [...tracks.values()].sort((a, b) => (a.pid ?? 0) - (b.pid ?? 0));
}

/** @param video its PID */
function ofTransport(bytes: Uint8Array, container: TransportForm, video: number): FoundTrack[] {
  const form = packetFormIn(container);
  const programme = new Programme();
  walkPackets(bytes, 0, form, true, (sync, end) => {
    const packet = readPacket(bytes, sync);
    if (packet !== undefined && packet.payload < end)
      programme.push(packet.pid, bytes.subarray(packet.payload, end), packet.starts);
  });
  const sounds = programme.soundsBeside(video);
  const tracks = new Map<number, FoundTrack>();
  const splitters = new Map<number, FrameSplitter>();
  walkPackets(bytes, 0, form, true, (sync, end) => {
    const packet = readPacket(bytes, sync);
    if (packet === undefined || packet.payload >= end || tracks.has(packet.pid)) return;
    const sound = sounds.find(({ pid }) => pid === packet.pid);
    if (sound === undefined) return;
    const payload = bytes.subarray(packet.payload, end);
    const track = takeFrame(splitters, packet.pid, sound.coding as SoundCoding, payload, sound.language);
    if (track !== undefined) tracks.set(packet.pid, track);
  });
  return sounds.flatMap(({ pid }) => tracks.get(pid) ?? []);
}

function takeFrame(
  splitters: Map<number, FrameSplitter>,
  pid: number,
  coding: SoundCoding,
  payload: Uint8Array,
  language: string,
): FoundTrack | undefined {
  const splitter = splitters.get(pid) ?? new FrameSplitter(coding);
  splitters.set(pid, splitter);
  const [frame] = splitter.push(payload, undefined);
  return frame && trackOf(frame.head, frame.bytes, pid, language);
}

function trackOf(
  { codec, sampleRate, channels, headBytes }: FrameHead,
  bytes: Uint8Array,
  pid: number,
  language: string,
): FoundTrack {
  const description = headBytes > 0 ? { description: aacConfiguration(bytes) } : {};
  return { kind: "audio", codec, sampleRate, channels, pid, ...description, ...languageField(language) };
}
