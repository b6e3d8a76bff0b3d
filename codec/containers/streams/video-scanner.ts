/** Start codes of a video stream as it comes out of a container in pieces, and what its headers say of size, rate and pictures. */
import { PICTURE_RATES } from "../../pictures/picture-rates.ts";

const SEQUENCE = 0xb3;
const EXTENSION = 0xb5;
const GROUP = 0xb8;
const PICTURE = 0x00;
const SLICE_LAST = 0xaf;
const SEQUENCE_EXTENSION = 1;
const MATRICES = 3;
const PICTURE_CODING = 8;
/** A sequence header with both matrices has 140 bytes, its extensions some tens. */
const CONTEXT_MAX_BYTES = 1024;
/** Bytes behind a start code that are looked at. */
const HEAD_BYTES = 6;

/** Of codes that stand for no rate. */
const UNKNOWN_RATE = [25, 1] as const;

export interface VideoFacts {
  width: number;
  height: number;
  frameRate: [number, number];
  /** aspect_ratio_information as it stands; what it means depends on `mpeg2`. */
  aspectCode: number;
  mpeg2: boolean;
}

export interface ScanEvents {
  /**
   * The first header of a picture; a group or sequence begins with it where `opens`.
   *
   * @param offset in the file, where the video byte before it ends; 0 where there is none
   */
  unit(offset: number, opens: boolean): void;
  /**
   * @param type   1 I, 2 P, 3 B
   * @param place  temporal_reference, among the pictures of its group as they are shown
   * @param offset of the second byte behind the picture's start code, in the file
   */
  picture(type: number, place: number, offset: number): void;
  /** A group's header. */
  group?(): void;
  /** A sequence's header, behind its `unit`. */
  sequence?(): void;
  /** Quantiser matrices that stand outside of a sequence's header. */
  matrices?(): void;
  /** The byte of a group's header that has closed_gop (0x40) and broken_link (0x20), and where it stands in the file. */
  link?(flags: number, offset: number): void;
  /** The picture under way is a field, half a picture. */
  field(): void;
  /** The picture under way is shown longer by so many pictures. */
  repeat?(pictures: number): void;
}

export class VideoScanner {
  facts: VideoFacts | undefined;
  /** The last sequence header and its extensions, start codes included. */
  context: Uint8Array = new Uint8Array();
  private word = 0xffffffff;
  /** File offsets behind the last four video bytes. */
  private last: [number, number, number, number] = [0, 0, 0, 0];
  private head: number[] = [];
  private code = -1;
  /** Headers of a picture have begun, no slice yet. */
  private inHeads = false;
  private sequence: number[] | undefined;
  /** Something wants to see the bytes that come. */
  private watching = false;
  private isProgressive = false;

  constructor(private readonly events: ScanEvents) {}

  /** @param base file offset of `bytes[0]` */
  scan(bytes: Uint8Array, from: number, to: number, base: number): void {
    let word = this.word;
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number;
      word = ((word << 8) | byte) >>> 0;
      if (word >>> 8 === 1) {
        const start = i - 3;
        this.found(byte, start > from ? base + start : (this.last[3 + start - from] ?? 0));
      } else if (this.watching) this.watch(byte, base + i);
    }
    this.word = word;
    const ends = [to - 3, to - 2, to - 1, to].filter((i) => i > from).map((i) => base + i);
    this.last = [...this.last, ...ends].slice(-4) as [number, number, number, number];
  }

  private found(code: number, offset: number): void {
    if (this.sequence !== undefined && code !== EXTENSION) {
      // The start code's own first bytes were taken for the unit's.
      this.context = Uint8Array.from(this.sequence.slice(0, -3));
      this.sequence = undefined;
    }
    this.code = code;
    this.head = [];
    if (code === SEQUENCE || code === GROUP || code === PICTURE) {
      if (!this.inHeads) this.events.unit(offset, code !== PICTURE);
      this.inHeads = true;
    } else if (code <= SLICE_LAST) this.inHeads = false;
    if (code === GROUP) this.events.group?.();
    if (code === SEQUENCE) {
      this.events.sequence?.();
      this.sequence = [0, 0, 1];
      this.isProgressive = false;
    }
    this.sequence?.push(code);
    this.watching = code === SEQUENCE || code === PICTURE || code === EXTENSION || code === GROUP;
  }

  private watch(byte: number, offset: number): void {
    if (this.sequence !== undefined && this.sequence.push(byte) > CONTEXT_MAX_BYTES) this.sequence = undefined;
    if (this.head.length < HEAD_BYTES) this.readHead(this.head.push(byte), offset);
    else this.watching = this.sequence !== undefined;
  }

  /** @param length bytes behind the start code that are there by now; @param offset of the last one in the file */
  private readHead(length: number, offset: number): void {
    const [a = 0, b = 0, c = 0, d = 0, , f = 0] = this.head;
    if (this.code === PICTURE && length === 2) this.events.picture((b >> 3) & 7, (a << 2) | (b >> 6), offset);
    else if (this.code === GROUP && length === 4) this.events.link?.(d, offset);
    else if (this.code === SEQUENCE && length === 4) {
      const width = (a << 4) | (b >> 4);
      const height = ((b & 15) << 8) | c;
      if (width > 0 && height > 0)
        this.facts ??= {
          width,
          height,
          frameRate: [...(PICTURE_RATES[(d & 15) - 1] ?? UNKNOWN_RATE)],
          aspectCode: d >> 4,
          mpeg2: false,
        };
    } else if (this.code === EXTENSION && length === 1 && a >> 4 === MATRICES) {
      this.events.matrices?.();
    } else if (this.code === EXTENSION && length === 3 && a >> 4 === PICTURE_CODING && (c & 3) !== 3) {
      this.events.field();
    } else if (this.code === EXTENSION && length === 4 && a >> 4 === PICTURE_CODING && (d & 2) !== 0) {
      // repeat_first_field (ISO/IEC 13818-2 6.3.10): a field more; in a progressive sequence one picture, or two.
      this.events.repeat?.(!this.isProgressive ? 0.5 : (d & 0x80) === 0 ? 1 : 2);
    } else if (this.code === EXTENSION && length === 2 && a >> 4 === SEQUENCE_EXTENSION) {
      this.isProgressive = (b & 8) !== 0;
    } else if (
      this.code === EXTENSION &&
      length === 6 &&
      a >> 4 === SEQUENCE_EXTENSION &&
      this.facts?.mpeg2 === false
    ) {
      const { facts } = this;
      facts.mpeg2 = true;
      facts.width |= (((b & 1) << 1) | (c >> 7)) << 12;
      facts.height |= ((c >> 5) & 3) << 12;
      facts.frameRate = [facts.frameRate[0] * (((f >> 5) & 3) + 1), facts.frameRate[1] * ((f & 31) + 1)];
    }
  }
}
