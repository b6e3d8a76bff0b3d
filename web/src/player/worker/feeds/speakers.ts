/** Channels in an order that Web Audio mixes to any number of speakers: it knows mono, stereo, quad and 5.1, and drops what else there is. */

export type Speaker = "L" | "R" | "C" | "LFE" | "BL" | "BR" | "S" | "SL" | "SR";

/** By the number of channels, in the order of FFmpeg and the browsers' decoders. */
const USUAL: Readonly<Record<number, readonly Speaker[]>> = {
  3: ["L", "R", "C"],
  5: ["L", "R", "C", "SL", "SR"],
  7: ["L", "R", "C", "LFE", "S", "SL", "SR"],
  8: ["L", "R", "C", "LFE", "BL", "BR", "SL", "SR"],
};

/** Web Audio API 4.4.3 (channel up-mixing and down-mixing). */
const KNOWN: ReadonlySet<string> = new Set(["C", "L R", "L R SL SR", "L R C LFE SL SR"]);

/** Of 5.1, where each speaker's sound goes. ITU-R BS.775-3 table 2 gives what stands behind to both sides, 3 dB lower. */
const PLACES: Readonly<Record<Speaker, readonly number[]>> = {
  L: [0],
  R: [1],
  C: [2],
  LFE: [3],
  SL: [4],
  BL: [4],
  SR: [5],
  BR: [5],
  S: [4, 5],
};

/**
 * The same sound in mono, stereo, quad or 5.1, as Web Audio knows them; the channels themselves where they are that already.
 *
 * @param speakers one a channel; where it is left out, the usual ones of so many channels
 */
export function forWebAudio(
  channels: Float32Array<ArrayBuffer>[],
  speakers: readonly Speaker[] | undefined = USUAL[channels.length],
): Float32Array<ArrayBuffer>[] {
  if (speakers === undefined || speakers.length !== channels.length || KNOWN.has(speakers.join(" "))) return channels;
  const sides = speakers.filter((speaker) => PLACES[speaker].includes(4)).length;
  const mixed = Array.from({ length: 6 }, () => new Float32Array(channels[0]?.length ?? 0));
  speakers.forEach((speaker, number) => {
    const places = PLACES[speaker];
    // Two that meet in one place, or one that goes to two, keep their power.
    const gain = places.length > 1 || (sides > 1 && (places[0] as number) >= 4) ? Math.SQRT1_2 : 1;
    for (const place of places) addTo(mixed[place] as Float32Array, channels[number] as Float32Array, gain);
  });
  return mixed;
}

function addTo(sum: Float32Array, samples: Float32Array, gain: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + gain * (samples[i] as number);
}
