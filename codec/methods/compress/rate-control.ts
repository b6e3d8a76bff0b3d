/** Chooses the quantiser scale of each picture. */
import type { BPictures, EncodedPicture } from "./compress-types.ts";
import { isBPicture } from "./display-order.ts";

export interface RateControl {
  /** Pictures to read ahead of the one that is coded: the end of the video is known so long before. */
  readonly lookahead: number;
  /** Groups that may wait for a worker, so that none is ever without one. */
  readonly groupsAhead: number;
  /** What groups came to changes the scales of later ones. */
  readonly learns: boolean;
  /** Pictures that get one and the same scale, where there are no B-pictures. */
  readonly batch: number;
  /** For the next group to start. Groups are asked for in order, before those just before them are done. */
  startGroup(): GroupRate;
  /** What a group came to; called in the order of the groups, at points that do not depend on how fast workers are. */
  endGroup(group: GroupRate): void;
}

export interface GroupRate {
  /**
   * Quantiser scale of the group's next pictures, of B-pictures that of the others in their run.
   *
   * @param durationMicroseconds of all of them
   * @param pictures how many they are; @param left how many the group has from the first of them on
   */
  quality(durationMicroseconds: number, pictures: number, left: number): number;
  took(picture: EncodedPicture): void;
}

/** Pictures in one message to a worker: a message costs as much as a tenth of a small picture's coding. */
const BATCH_PICTURES = 5;

/**
 * One quantiser scale for all pictures.
 *
 * @param quality 1 (finest) to 31
 */
export function constantQuality(quality: number): RateControl {
  const group: GroupRate = { quality: () => quality, took: () => {} };
  const startGroup = (): GroupRate => group;
  return { lookahead: 0, groupsAhead: 1, learns: false, batch: BATCH_PICTURES, startGroup, endGroup: () => {} };
}

/** Bits times quantiser scale, per luminance sample, that the first pictures are guessed to need: between a drawing and a moving crowd. */
const FIRST_COMPLEXITY = { key: 3, predicted: 0.5, between: 0.25 };
/** Share of what was spent too much or too little that one group makes good: two may be under way at once. */
const CORRECTION = 0.5;
/** Times by which the quantiser scale may move away from the group's first, so that no group falls apart. */
const SWING = 4;
const LOOKAHEAD_PICTURES = 8;

interface Complexity {
  key: number;
  predicted: number;
  /** Of B-pictures, times the scale of their run. */
  between: number;
}

/**
 * Aims at a mean rate. Each group has its bits; within it each picture gets the scale at which the rest would come out even, bits times
 * scale taken as constant for pictures of one type. What a group misses is shared out to later ones.
 *
 * @param kilobits   kbit a second, public and withheld part together
 * @param samples    luminance samples a second
 * @param bPictures  between two others
 */
export function averageRate(kilobits: number, samples: number, bPictures: BPictures = 0): RateControl {
  const bitsPerMicrosecond = kilobits / 1000;
  const samplesPerMicrosecond = samples / 1e6;
  let complexity: Complexity | undefined;
  let debt = 0;
  return {
    lookahead: LOOKAHEAD_PICTURES,
    groupsAhead: 0, // what the groups before came to is worth more
    learns: true,
    batch: 1,
    startGroup: () =>
      new AveragedGroup(bitsPerMicrosecond, samplesPerMicrosecond, bPictures, complexity, -debt * CORRECTION),
    endGroup(group) {
      if (!(group instanceof AveragedGroup)) return;
      complexity = group.complexity ?? complexity;
      debt += group.bits - group.microseconds * bitsPerMicrosecond;
    },
  };
}

/** Share of the source's bits that pictures and sound may take: the rest is for what both files say about themselves. */
const BELOW_SOURCE = 0.95;
/** Bits a luminance sample, below which ordinary pictures want scales above 12 or so and show their blocks. */
const COARSE_BITS_PER_SAMPLE = 0.05;

/**
 * The rate at which main and slave stay below a source that is already compressed.
 *
 * @param source.bits          of the whole source file
 * @param source.soundBits     a second, of sound that goes along as it is
 * @param source.samples       luminance samples a second
 * @returns kbit a second for pictures, at least 1, and whether they will suffer visibly: MPEG-1 needs more bits than the source's coding
 */
export function rateBelowSource(source: {
  bits: number;
  durationSeconds: number;
  soundBits: number;
  samples: number;
}): { kilobits: number; isCoarse: boolean } {
  const bits = (BELOW_SOURCE * source.bits) / Math.max(source.durationSeconds, 1e-3) - source.soundBits;
  return { kilobits: Math.max(1, Math.floor(bits / 1000)), isCoarse: bits < COARSE_BITS_PER_SAMPLE * source.samples };
}

class AveragedGroup implements GroupRate {
  bits = 0;
  microseconds = 0;
  private scale = 0;
  private firstScale = 0;

  constructor(
    private readonly bitsPerMicrosecond: number,
    private readonly samplesPerMicrosecond: number,
    private readonly bPictures: BPictures,
    public complexity: Complexity | undefined,
    private readonly extraBits: number,
  ) {}

  quality(durationMicroseconds: number, pictures: number, left: number): number {
    const samples = (durationMicroseconds / pictures) * this.samplesPerMicrosecond;
    this.complexity ??= {
      key: FIRST_COMPLEXITY.key * samples,
      predicted: FIRST_COMPLEXITY.predicted * samples,
      between: FIRST_COMPLEXITY.between * samples,
    };
    const isFirst = this.firstScale === 0;
    const { key, predicted, between } = this.complexity;
    const behind = isFirst ? left - 1 : left;
    const ahead = Math.ceil(behind / (this.bPictures + 1));
    const needed = (isFirst ? key : 0) + ahead * predicted + (behind - ahead) * between;
    const fair = (this.microseconds + (left * durationMicroseconds) / pictures) * this.bitsPerMicrosecond;
    const extra = Math.max(-fair / 3, Math.min(fair / 3, this.extraBits));
    const wanted = needed / Math.max(1, fair + extra - this.bits);
    const [least, most] = isFirst ? [1, 31] : [this.firstScale / SWING, this.firstScale * SWING + 1];
    // Between two scales the geometric mean decides: bits go by ratio.
    const whole = Math.floor(wanted);
    const rounded = wanted > Math.sqrt(whole * (whole + 1)) ? whole + 1 : whole;
    this.scale = Math.round(Math.min(31, most, Math.max(1, least, rounded)));
    if (isFirst) this.firstScale = this.scale;
    this.microseconds += durationMicroseconds;
    return this.scale;
  }

  took(picture: EncodedPicture): void {
    const bits = (picture.publicBytes.length + picture.withheld.length) * 8;
    const found = bits * this.scale;
    const before = this.complexity ?? { key: found, predicted: found, between: found };
    this.bits += bits;
    if (picture.key) this.complexity = { ...before, key: found };
    else if (isBPicture(picture)) this.complexity = { ...before, between: (before.between + found) / 2 };
    else this.complexity = { ...before, predicted: (before.predicted + found) / 2 };
  }
}
