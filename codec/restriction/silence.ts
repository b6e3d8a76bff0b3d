/** Sound that is muted stays in its own coding: packets that last as long and hold silence (restriction patent, T06). */
import { concatBytes } from "../bytes/bytes.ts";
import { UnsupportedError } from "../errors.ts";
import type { AudioTrack } from "../format/header.ts";
import type { RestrictedPart } from "./part.ts";

/** Makes a packet that lasts as long as `packet` and is silent. */
export type Silencer = (packet: Uint8Array) => Uint8Array;

/**
 * AAC-LC raw_data_block with a global gain and no spectrum (ISO/IEC 14496-3 4.4.2.1), for the channel configurations 1 to 6.
 * One window of 1024 samples, max_sfb 0: no sample differs from 0.
 */
const AAC_ELEMENTS: readonly (readonly Element[])[] = [
  ["SCE"],
  ["CPE"],
  ["SCE", "CPE"],
  ["SCE", "CPE", "SCE"],
  ["SCE", "CPE", "CPE"],
  ["SCE", "CPE", "CPE", "LFE"],
];
type Element = "SCE" | "CPE" | "LFE";
const ELEMENT_IDS: Record<Element, number> = { SCE: 0, CPE: 1, LFE: 3 };
const ID_END = 7;

function silentAac(channels: number): Uint8Array | undefined {
  const elements = AAC_ELEMENTS[channels - 1];
  if (elements === undefined) return undefined;
  let bits = "";
  const put = (value: number, width: number): void => {
    bits += value.toString(2).padStart(width, "0");
  };
  const tags: Record<Element, number> = { SCE: 0, CPE: 0, LFE: 0 };
  const putChannel = (hasWindow: boolean): void => {
    put(0, 8); // global_gain
    if (hasWindow) putWindow();
    put(0, 3); // pulse, tns, gain control: none
  };
  const putWindow = (): void => put(0, 1 + 2 + 1 + 6 + 1); // ics_reserved_bit, ONLY_LONG_SEQUENCE, shape, max_sfb 0, no prediction
  for (const element of elements) {
    put(ELEMENT_IDS[element], 3);
    put(tags[element]++, 4);
    if (element === "CPE") {
      put(1, 1); // common_window
      putWindow();
      put(0, 2); // ms_mask_present
      putChannel(false);
      putChannel(false);
    } else putChannel(true);
  }
  put(ID_END, 3);
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  return Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** CELT, full band, by its frames of 2.5, 5, 10 and 20 ms: configurations of a packet's first byte (RFC 6716 3.1). */
const CELT_FULLBAND = 28;
/** A CELT frame whose silence flag is set, the first symbol it codes (RFC 6716 4.3). */
const CELT_SILENCE = Uint8Array.of(0xff, 0xfe);
/** Frame lengths of the configurations, in units of 2.5 ms: SILK, hybrid, CELT. */
const SILK_LENGTHS = [4, 8, 16, 24];
const HYBRID_LENGTHS = [4, 8];
const CELT_LENGTHS = [1, 2, 4, 8];
/** Frames are of at most 20 ms in CELT. */
const CELT_LONGEST = 8;

function silentOpus(packet: Uint8Array): Uint8Array {
  const [toc = 0, second = 0] = packet;
  const config = toc >> 3;
  const length =
    config < 12
      ? (SILK_LENGTHS[config % 4] as number)
      : config < 16
        ? (HYBRID_LENGTHS[config % 2] as number)
        : (CELT_LENGTHS[config % 4] as number);
  const code = toc & 3;
  const frames = code === 0 ? 1 : code === 3 ? second & 63 : 2;
  const whole = length * frames;
  const each = [8, 4, 2, 1].find((candidate) => whole % candidate === 0 && candidate <= CELT_LONGEST) as number;
  const count = whole / each;
  const first = ((CELT_FULLBAND + Math.log2(each)) << 3) | (toc & 4) | (count === 1 ? 0 : 3);
  const silences = Array.from({ length: count }, () => CELT_SILENCE);
  return count === 1
    ? concatBytes(Uint8Array.of(first), CELT_SILENCE)
    : concatBytes(Uint8Array.of(first, count), ...silences);
}

/** A frame of MPEG layer I or II: without bit allocation no sample is coded (ISO/IEC 11172-3 2.4.1.5). */
function silentMp2(frame: Uint8Array): Uint8Array {
  const silent = new Uint8Array(frame.length);
  silent.set(frame.subarray(0, 4));
  silent[1] = (silent[1] ?? 0) | 1; // protection_bit: no CRC follows
  return silent;
}

/**
 * What mutes packets of a track.
 *
 * @throws {@link UnsupportedError} there is no silence for its coding here
 */
export function silencerOf({
  codec,
  channels,
  description,
}: Pick<AudioTrack, "codec" | "channels" | "description">): Silencer {
  if (codec === "mp1" || codec === "mp2") return silentMp2;
  // Above two channels the packets of several streams are joined in one (RFC 7845 5.1.1).
  if (codec === "opus" && channels <= 2 && (description?.[18] ?? 0) === 0) return silentOpus;
  if (codec === "mp4a.40.2") {
    const silent = silentAac(channels);
    if (silent !== undefined) return () => silent;
  }
  if (/^(pcm-(?!u8|ulaw|alaw)|lpcm)/.test(codec)) return (packet) => new Uint8Array(packet.length);
  throw new UnsupportedError(
    `sound in ${codec} of ${channels} channels cannot be muted here: leave the part's sound as it is, or convert the sound to AAC or Opus first`,
    { codec },
  );
}

/** @throws {@link UnsupportedError} what parts ask for cannot be done with a track's sound here */
export function checkSounds(
  parts: readonly Pick<RestrictedPart, "sound">[],
  audio: Pick<AudioTrack, "codec" | "channels" | "description">,
): void {
  const sounds = new Set(parts.map(({ sound }) => sound));
  for (const sound of ["voice", "tone"] as const)
    if (sounds.has(sound))
      throw new UnsupportedError(
        `the sound of parts cannot be changed to ${sound} here: mute it, or leave it as it is`,
        { sound },
      );
  if (sounds.has("mute")) silencerOf(audio);
}
