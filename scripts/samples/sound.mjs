/** The sound of the sample videos: plucked notes, a soft bass and beeps, 48 kHz stereo, 16 bits. */

export const SAMPLE_RATE = 48000;

const SEMITONES = { C: -9, D: -7, E: -5, F: -4, G: -2, A: 0, B: 2 };

/** Hertz of a note such as "E5"; A4 is 440. */
export function pitch(note) {
  return 440 * 2 ** ((SEMITONES[note[0]] + (Number(note.at(-1)) - 4) * 12) / 12);
}

export class Sound {
  constructor(seconds) {
    this.left = new Float32Array(Math.round(seconds * SAMPLE_RATE));
    this.right = new Float32Array(this.left.length);
  }

  /** Adds `wave(secondsSinceStart)` from `start` on; `pan` runs from -1 (left) to 1 (right). */
  add(start, seconds, pan, wave) {
    const first = Math.round(start * SAMPLE_RATE);
    const count = Math.min(Math.round(seconds * SAMPLE_RATE), this.left.length - first);
    for (let i = 0; i < count; i++) {
      const value = wave(i / SAMPLE_RATE);
      this.left[first + i] += value * Math.min(1, 1 - pan);
      this.right[first + i] += value * Math.min(1, 1 + pan);
    }
  }

  /** A bell-like plucked note. */
  pluck(start, note, level, pan = 0) {
    const w = 2 * Math.PI * pitch(note);
    this.add(start, 1.6, pan, (t) => {
      const tone =
        Math.sin(w * t) +
        0.4 * Math.sin(2 * w * t) * Math.exp(-6 * t) +
        0.15 * Math.sin(3.01 * w * t) * Math.exp(-12 * t);
      return level * tone * Math.exp(-3.2 * t) * Math.min(1, t * 400);
    });
  }

  /** A low note that swells and fades. */
  bass(start, seconds, note, level) {
    const w = 2 * Math.PI * pitch(note);
    this.add(
      start,
      seconds,
      0,
      (t) => level * (Math.sin(w * t) + 0.3 * Math.sin(2 * w * t)) * Math.sin((Math.PI * t) / seconds) ** 0.6,
    );
  }

  /** A short tone with sharp edges, so that its beginning can be measured. */
  beep(start, level = 0.35) {
    this.add(start, 0.07, 0, (t) => level * Math.sin(2 * Math.PI * 1000 * t) * Math.min(1, t * 1000, (0.07 - t) * 200));
  }

  /** A pop that falls in pitch. */
  pop(start, level) {
    this.add(
      start,
      0.15,
      0,
      (t) => level * Math.sin(2 * Math.PI * (180 * t + 26 * Math.exp(-22 * t))) * Math.exp(-24 * t),
    );
  }

  /** Interleaved 16-bit samples; loud places are bent softly instead of cut. */
  toPcm16() {
    const pcm = new Int16Array(this.left.length * 2);
    for (let i = 0; i < this.left.length; i++) {
      pcm[2 * i] = Math.round(Math.tanh(this.left[i]) * 32767);
      pcm[2 * i + 1] = Math.round(Math.tanh(this.right[i]) * 32767);
    }
    return Buffer.from(pcm.buffer);
  }
}
