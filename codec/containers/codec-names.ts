/** RFC 6381 names from decoder configurations. */

const hex = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();

/** @param avcC AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3 */
export function avcName(entry: string, avcC: Uint8Array): string {
  return avcC.length < 4 ? entry : `${entry}.${[...avcC.subarray(1, 4)].map(hex).join("")}`;
}

/** @param hvcC HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3; name by its Annex E */
export function hevcName(entry: string, hvcC: Uint8Array): string {
  if (hvcC.length < 13) return entry;
  const [profile = 0, level = 0] = [hvcC[1], hvcC[12]];
  let flags = 0;
  for (let i = 0; i < 32; i++) if (((hvcC[2 + (i >> 3)] ?? 0) >> (7 - (i & 7))) & 1) flags += 2 ** i;
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const space = ["", "A", "B", "C"][profile >> 6] ?? "";
  return [
    entry,
    `${space}${profile & 31}`,
    flags.toString(16).toUpperCase(),
    `${(profile >> 5) & 1 ? "H" : "L"}${level}`,
    ...constraints.map((value) => value.toString(16).toUpperCase()),
  ].join(".");
}

/** @param av1C AV1CodecConfigurationRecord, AV1 in ISOBMFF 2.3.3 */
export function av1Name(av1C: Uint8Array): string {
  const [, second = 0, third = 0] = av1C;
  const depth = (third >> 6) & 1 ? ((third >> 5) & 1 && second >> 5 === 2 ? 12 : 10) : 8;
  const level = String(second & 31).padStart(2, "0");
  return `av01.${second >> 5}.${level}${third >> 7 ? "H" : "M"}.${String(depth).padStart(2, "0")}`;
}

/** @param vpcC VPCodecConfigurationRecord without version and flags, VP Codec ISO Media File Format Binding */
export function vpName(entry: string, vpcC: Uint8Array): string {
  const [profile = 0, level = 10, third = 0x80] = vpcC;
  return [entry, ...[profile, level, third >> 4].map((value) => String(value).padStart(2, "0"))].join(".");
}

interface EsDescriptor {
  objectType: number;
  /** DecoderSpecificInfo; empty where there is none. */
  specific: Uint8Array;
}

/** @param esds the box's content behind version and flags, ISO/IEC 14496-1 7.2.6.5 */
function readEsDescriptor(esds: Uint8Array): EsDescriptor | undefined {
  let at = 0;
  let size = 0;
  const header = (): number => {
    const tag = esds[at++] ?? 0;
    size = 0;
    for (let i = 0; i < 4; i++) {
      const byte = esds[at++] ?? 0;
      size = size * 128 + (byte & 127);
      if ((byte & 128) === 0) break;
    }
    return tag;
  };
  if (header() !== 3) return undefined;
  const flags = esds[at + 2] ?? 0;
  at += 3 + (flags & 128 ? 2 : 0) + (flags & 64 ? 1 + (esds[at + 3] ?? 0) : 0) + (flags & 32 ? 2 : 0);
  if (header() !== 4) return undefined;
  const objectType = esds[at] ?? 0;
  at += 13;
  return { objectType, specific: header() === 5 ? esds.subarray(at, at + size) : new Uint8Array() };
}

const AAC = 0x40;
const PARAMETRIC_STEREO = 29;

function audioObjectType([first = 0, second = 0]: Uint8Array): number {
  return first >> 3 === 31 ? 32 + (((first & 7) << 3) | (second >> 5)) : first >> 3;
}

/**
 * Finds the codec in an MPEG-4 elementary stream descriptor.
 * @param esds the box's content behind version and flags
 */
export function esdsName(entry: string, esds: Uint8Array): string {
  const found = readEsDescriptor(esds);
  if (found === undefined) return entry;
  const { objectType, specific } = found;
  if (objectType === 0x69 || objectType === 0x6b) return "mp3";
  if (objectType !== AAC) return `${entry}.${objectType.toString(16).padStart(2, "0")}`;
  return `${entry}.40.${audioObjectType(specific) || 2}`;
}

/** channelConfiguration of ISO/IEC 14496-3 table 1.19, from 1 on. */
const CHANNELS = [1, 2, 3, 4, 5, 6, 8];

/** Channels that an AAC decoder gives by its configuration; undefined where it does not tell. @param esds as for {@link esdsName} */
export function aacChannels(esds: Uint8Array): number | undefined {
  const found = readEsDescriptor(esds);
  if (found?.objectType !== AAC || found.specific.length < 2) return undefined;
  const { specific } = found;
  const type = audioObjectType(specific);
  if (type === PARAMETRIC_STEREO) return 2;
  // Behind the object type stand 4 bits of the sample rate's index, or 28 of the rate itself, then 4 of the channels.
  const at = (type >= 32 ? 11 : 5) + 4;
  const bits = (from: number): number =>
    ((((specific[from >> 3] ?? 0) << 8) | (specific[(from >> 3) + 1] ?? 0)) >> (12 - (from & 7))) & 15;
  return CHANNELS[bits(bits(at - 4) === 15 ? at + 24 : at) - 1];
}
