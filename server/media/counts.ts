/** What a video's file tells of, held against what a file of its length and time may hold. */
import { FormatError, UnsupportedError } from "../../codec/index.ts";

/** Boxes and elements that may stand around each sample, and some hundred around them all. */
const ELEMENTS_A_SAMPLE = 12;
const ELEMENTS_BESIDES = 4096;

/** Each is read from the file's start to its end. */
const TRACKS_MOST = 16;

/** Ten minutes of packed sound; as many are gone through for each of them. */
const CHUNK_SAMPLES_MOST = 16384;

/** What was counted so far, in a file that may hold so much of it. */
export class Counts {
  private samples = 0;
  private elements = 0;
  private tracks = 0;
  private marks = 0;
  private chunks = 0;
  private readonly samplesMost: number;
  private readonly name: string;

  /** @param name in words, for what is said when there is too much; @param samplesMost of all tracks together */
  constructor(name: string, samplesMost: number) {
    this.name = name;
    this.samplesMost = samplesMost;
  }

  addSamples(count: number): void {
    this.samples += count;
    this.hold("samples", this.samples, this.samplesMost);
  }

  addTrack(): void {
    this.tracks += 1;
    this.hold("tracks", this.tracks, TRACKS_MOST);
  }

  /** @param samples in each of them */
  addChunks(chunks: number, samples: number): void {
    this.chunks += chunks;
    this.hold("chunks", this.chunks, this.samplesMost);
    this.hold("samples in a chunk", samples, CHUNK_SAMPLES_MOST);
  }

  /** A place to begin at, as an index tells of. */
  addMark(): void {
    this.marks += 1;
    this.hold("marks", this.marks, this.samplesMost);
  }

  addElement(): void {
    this.elements += 1;
    this.hold("boxes", this.elements, this.samplesMost * ELEMENTS_A_SAMPLE + ELEMENTS_BESIDES);
  }

  /** A table of so many entries of so many bytes each, in a box with room for `bytes`. */
  table(type: string, entries: number, entryBytes: number, bytes: number, offsetBytes: number): void {
    if (entries * entryBytes > bytes)
      throw new FormatError(
        `${this.name}: the table "${type}" at byte ${offsetBytes} tells of ${entries} entries, and has room for ${Math.floor(bytes / entryBytes)}: the file is damaged`,
        { offsetBytes },
      );
    this.hold(`entries of "${type}"`, entries, this.samplesMost);
  }

  /** @returns what is thrown where no box or element can stand */
  damaged(offsetBytes: number): FormatError {
    return new FormatError(
      `${this.name} is damaged at byte ${offsetBytes}: what stands there is no part of such a file; save it again`,
      { offsetBytes },
    );
  }

  private hold(what: string, found: number, most: number): void {
    if (found > most)
      throw new UnsupportedError(
        `${this.name} tells of ${found} ${what}: at most ${most} are taken; save it again, with fewer pictures a second or with packed sound`,
        { found, most },
      );
  }
}
