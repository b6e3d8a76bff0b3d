/**
 * What everybody hears while a part is hidden (restriction patent, T06, example 2): nothing, a tone, or the voice changed. Sound outside
 * of parts stays as it is, sample by sample; the change fades within the part.
 */
import { SoundTouch } from "@soundtouchjs/core";
import type { RestrictedPart, SoundTreatment } from "./part.ts";

/** Samples of all channels, -1 to 1, one behind the other in time. */
export interface SoundBlock {
  /** Number of its first sample in the sound. */
  firstSample: number;
  /** As many samples each. */
  channels: Float32Array[];
}

/** Hertz of the tone. */
export const TONE_HERTZ = 1000;
/** -20 dBFS: a sine of full scale is 0. */
export const TONE_PEAK = 0.1;
/** The fade at each end of a part, at most half of it. */
const FADE_SECONDS = 0.01;
/**
 * Pitch and formants of a changed voice, as a part of its own. Whoever knows the number can change it back: it hides a person from those
 * who listen, not from those who analyse.
 */
const VOICE_PITCH = 0.75;
/** Where parts overlap the one that hides the most is heard. */
const STRENGTH: Record<SoundTreatment, number> = { keep: 0, voice: 1, tone: 2, mute: 3 };
/** Silence that is put behind a voice at once, until all of it has come out. */
const FLUSH_FRAMES = 4096;

interface Span {
  from: number;
  to: number;
  sound: Exclude<SoundTreatment, "keep">;
  /** Whether what is heard before and behind it is as it was. */
  fadesIn: boolean;
  fadesOut: boolean;
}

/**
 * Treats a sound block by block; the blocks come out as they went in, with as many samples at the same places. A block waits until a
 * changed voice has caught up, at most a second.
 *
 * @param blocks     in their order, without gaps; written
 * @param parts      those whose sound is kept do nothing
 * @param sampleRate samples a second
 */
export async function* treatSound(
  blocks: AsyncIterable<SoundBlock>,
  parts: readonly Pick<RestrictedPart, "startMicroseconds" | "endMicroseconds" | "sound">[],
  sampleRate: number,
): AsyncGenerator<SoundBlock> {
  const spans = spansOf(parts, sampleRate);
  const voices = new Map<Span, ChangedVoice>();
  const waiting: { block: SoundBlock; open: number }[] = [];
  for await (const block of blocks) {
    const entry = { block, open: 0 };
    waiting.push(entry);
    const length = block.channels[0]?.length ?? 0;
    for (const span of spans) {
      const [from, to] = [Math.max(span.from, block.firstSample), Math.min(span.to, block.firstSample + length)];
      if (from >= to) continue;
      const offset = from - block.firstSample;
      const originals = block.channels.map((channel) => channel.slice(offset, offset + to - from));
      if (span.sound !== "voice") {
        mix(block, span, from, originals, span.sound === "tone" ? toneAt(span, sampleRate) : () => 0, sampleRate);
        continue;
      }
      const voice = voices.get(span) ?? new ChangedVoice(sampleRate, originals.length);
      voices.set(span, voice);
      entry.open += 1;
      voice.ask(originals, (changed) => {
        mix(block, span, from, originals, (sample, channel) => changed[channel]?.[sample - from] ?? 0, sampleRate);
        entry.open -= 1;
      });
      if (to < span.to) continue;
      voice.end();
      voices.delete(span);
    }
    while (waiting[0]?.open === 0) yield (waiting.shift() as { block: SoundBlock }).block;
  }
  // The sound ends within a part.
  for (const voice of voices.values()) voice.end();
  for (const { block } of waiting) yield block;
}

/** Spans in samples that do not overlap, each with the treatment that hides the most there. */
function spansOf(
  parts: readonly Pick<RestrictedPart, "startMicroseconds" | "endMicroseconds" | "sound">[],
  sampleRate: number,
): Span[] {
  // Outwards: nothing of the part is heard.
  const heard = parts
    .filter(({ sound }) => sound !== "keep")
    .map(({ startMicroseconds, endMicroseconds, sound }) => ({
      from: Math.floor((startMicroseconds * sampleRate) / 1e6),
      to: Math.ceil((endMicroseconds * sampleRate) / 1e6),
      sound: sound as Span["sound"],
    }));
  const turns = [...new Set(heard.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const spans: Span[] = [];
  for (const [i, from] of turns.slice(0, -1).entries()) {
    const strongest = heard
      .filter((one) => one.from <= from && one.to > from)
      .sort((a, b) => STRENGTH[b.sound] - STRENGTH[a.sound])[0];
    if (strongest === undefined) continue;
    const to = turns[i + 1] as number;
    const before = spans.at(-1);
    if (before?.to === from && before.sound === strongest.sound) before.to = to;
    else {
      const touches = before?.to === from;
      if (touches && before !== undefined) before.fadesOut = false;
      spans.push({ from, to, sound: strongest.sound, fadesIn: !touches, fadesOut: true });
    }
  }
  return spans;
}

type SampleAt = (sample: number, channel: number) => number;

const toneAt =
  ({ from }: Span, sampleRate: number): SampleAt =>
  (sample) =>
    TONE_PEAK * Math.sin((2 * Math.PI * TONE_HERTZ * (sample - from)) / sampleRate);

/** Puts the treated sound in the original's place: over the fade both are heard, unless another part touches there. */
function mix(
  { firstSample, channels }: SoundBlock,
  span: Span,
  from: number,
  originals: Float32Array[],
  treated: SampleAt,
  sampleRate: number,
): void {
  const fade = Math.max(1, Math.min(Math.round(FADE_SECONDS * sampleRate), Math.floor((span.to - span.from) / 2)));
  for (const [number, original] of originals.entries()) {
    const channel = channels[number] as Float32Array;
    for (const [i, sample] of original.entries()) {
      const at = from + i;
      const rise = Math.min(1, (at - span.from + 0.5) / fade);
      const fall = Math.min(1, (span.to - at - 0.5) / fade);
      const kept = Math.max(span.fadesIn ? 1 - rise : 0, span.fadesOut ? 1 - fall : 0);
      channel[at - firstSample] = kept * sample + Math.min(rise, fall) * treated(at, number);
    }
  }
}

/** A voice of another pitch, as long as it was: what is asked for is answered once enough has gone in behind it. */
class ChangedVoice {
  /** One for two channels each. */
  private readonly pairs: SoundTouch[];
  private readonly questions: { length: number; answer: (changed: Float32Array[]) => void }[] = [];
  private hasEnded = false;

  constructor(
    sampleRate: number,
    private readonly channels: number,
  ) {
    this.pairs = Array.from({ length: Math.ceil(channels / 2) }, () => {
      const pair = new SoundTouch({ sampleRate });
      pair.pitch = VOICE_PITCH;
      return pair;
    });
  }

  ask(originals: Float32Array[], answer: (changed: Float32Array[]) => void): void {
    const length = originals[0]?.length ?? 0;
    this.questions.push({ length, answer });
    this.put(originals, length);
    this.answerAll();
  }

  /** Answers what is open; nothing more is asked. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    while (this.questions.length > 0) {
      this.put([], FLUSH_FRAMES);
      this.answerAll();
    }
  }

  private put(originals: Float32Array[], length: number): void {
    for (const [number, pair] of this.pairs.entries()) {
      const frames = new Float32Array(2 * length);
      const left = originals[2 * number];
      const right = originals[2 * number + 1] ?? left;
      for (let i = 0; i < length; i++) {
        frames[2 * i] = left?.[i] ?? 0;
        frames[2 * i + 1] = right?.[i] ?? 0;
      }
      pair.inputBuffer.putSamples(frames);
      pair.process();
    }
  }

  private answerAll(): void {
    for (let next = this.questions[0]; next !== undefined; next = this.questions[0]) {
      const { length, answer } = next;
      if (this.pairs.some((pair) => pair.outputBuffer.frameCount < length)) return;
      this.questions.shift();
      const changed = this.pairs.flatMap((pair) => {
        const frames = new Float32Array(2 * length);
        pair.outputBuffer.extract(frames, 0, length);
        pair.outputBuffer.receive(length);
        return [0, 1].map((side) => Float32Array.from({ length }, (_, i) => frames[2 * i + side] as number));
      });
      answer(changed.slice(0, this.channels));
    }
  }
}
