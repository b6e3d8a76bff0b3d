/** What headers say of a sequence and a picture: ISO/IEC 13818-2 6.2.2 and 6.2.3, ISO/IEC 11172-2 2.4.2. */
import { BitReader } from "../bitstream/bit-reader";
import { defaultIntraMatrix, scanTransposed } from "./scan-tables";
import { startCodeAt } from "./start-codes";
import {
  CHROMA_420,
  EXTENSION_START,
  FRAME_PICTURE,
  GROUP_START,
  HEIGHT_MAX,
  PICTURE_START,
  SEQUENCE_HEADER,
  TYPE_B,
  TYPE_D,
  TYPE_I,
  TYPE_P,
} from "./syntax";

/** extension_start_code_identifier. */
const SEQUENCE_EXTENSION: i32 = 1;
const SEQUENCE_DISPLAY: i32 = 2;
const QUANTISER_MATRICES: i32 = 3;
const SEQUENCE_SCALABLE: i32 = 5;
const PICTURE_CODING: i32 = 8;
const PICTURE_SPATIAL: i32 = 9;
const PICTURE_TEMPORAL: i32 = 10;

/** Headers read so far. Whoever reads a stream has one of its own; what cannot be is the reader's to refuse. */
export class VideoHeaders {
  // ---- Sequence ----
  mpeg2: bool = false;
  /** 0 before any sequence header. */
  width: i32 = 0;
  height: i32 = 0;
  aspectCode: i32 = 0;
  rateCode: i32 = 0;
  /** frame_rate_extension_n and _d, each plus 1: the rate of the code times this by that. */
  rateFactor: i32 = 1;
  rateDivisor: i32 = 1;
  /** Macroblocks a row; 0: no sequence header yet. */
  macroblocksWide: i32 = 0;
  /** Slices hold three more bits of their row. */
  tall: bool = false;
  /** CHROMA_*. */
  chroma: i32 = CHROMA_420;
  /** progressive_sequence. */
  progressive: bool = true;
  /** A layer on top of another stream: its macroblocks have other syntax. */
  scalable: bool = false;
  /** Of the sequence display extension; sizes as the sequence's and codes 0 where there is none. */
  displayWidth: i32 = 0;
  displayHeight: i32 = 0;
  colourPrimaries: i32 = 0;
  transferCharacteristics: i32 = 0;
  matrixCoefficients: i32 = 0;
  /** u8[64] each, transposed; those of chrominance differ from the others only in 4:2:2 and 4:4:4. */
  readonly intraMatrix: usize = heap.alloc(64);
  readonly interMatrix: usize = heap.alloc(64);
  readonly chromaIntraMatrix: usize = heap.alloc(64);
  readonly chromaInterMatrix: usize = heap.alloc(64);

  // ---- Group ----
  /** closed_gop: B-pictures before the group's first reference but one need no picture before it. */
  closedGroup: bool = false;
  /** broken_link: the pictures that they need are not those that were there when they were coded. */
  brokenLink: bool = false;

  // ---- Picture ----
  /** Slices may be parsed: all headers that they need were there. */
  pictureKnown: bool = false;
  temporalReference: i32 = 0;
  /** TYPE_I, TYPE_P or TYPE_B; what else stands there while no picture is known. */
  pictureType: i32 = 0;
  /** 1 top field, 2 bottom field, FRAME_PICTURE. */
  structure: i32 = FRAME_PICTURE;
  framePredFrameDct: bool = true;
  concealment: bool = false;
  dcPrecision: i32 = 0;
  /** 1: table B-15 for intra blocks. */
  intraTable: i32 = 0;
  /** 1: quantiser scales of table 7-6 that are not linear. */
  quantiserScaleType: i32 = 0;
  alternateScan: bool = false;
  topFieldFirst: bool = false;
  repeatFirstField: bool = false;
  progressiveFrame: bool = true;
  /** 1: vectors count whole samples, in MPEG-1 only: forward, backward. */
  readonly wholeSamples: StaticArray<i32> = [0, 0];
  /**
   * Bits of a vector's residual, -1 where the picture has no such vectors: forward horizontal, vertical, backward
   * horizontal, vertical.
   */
  readonly residualBits: StaticArray<i32> = [-1, -1, -1, -1];
  private typeKnown: bool = false;
  private readonly unitReader: BitReader = new BitReader();

  /** No picture is known any more. */
  forgetPicture(): void {
    this.pictureKnown = false;
    this.typeKnown = false;
  }

  setSize(width: i32, height: i32): void {
    this.width = width;
    this.height = height;
    this.displayWidth = width;
    this.displayHeight = height;
    this.macroblocksWide = (width + 15) >> 4;
    this.tall = height > HEIGHT_MAX;
  }

  /** Rows of macroblocks of a frame: fields have whole ones. */
  macroblocksHigh(): i32 {
    return this.progressive ? (this.height + 15) >> 4 : ((this.height + 31) >> 5) << 1;
  }

  /** Is a picture of MPEG-1 known that has DC alone, which no division parses? */
  isDcPicture(): bool {
    return this.pictureType == TYPE_D && !this.mpeg2 && this.macroblocksWide > 0;
  }

  /**
   * Takes in one unit that is no slice.
   * @param unit   start code first
   * @param length bytes, at least 4
   */
  readUnit(unit: usize, length: i32): void {
    const code = startCodeAt(unit);
    const reader = this.unitReader;
    reader.open(unit + 4, length - 4);
    if (code == SEQUENCE_HEADER) this.readSequence(reader);
    else if (code == PICTURE_START) this.readPicture(reader);
    else if (code == GROUP_START) this.readGroup(reader);
    else if (code == EXTENSION_START) this.readExtension(reader);
  }

  /** sequence_header() behind its start code; what follows is MPEG-1 until an extension says otherwise. */
  readSequence(reader: BitReader): void {
    const width = <i32>reader.get(12);
    this.setSize(width, <i32>reader.get(12));
    this.aspectCode = <i32>reader.get(4);
    this.rateCode = <i32>reader.get(4);
    reader.get(30); // bit rate, marker, buffer size, constrained
    memory.copy(this.intraMatrix, defaultIntraMatrix, 64);
    if (reader.get(1) != 0) readMatrix(reader, this.intraMatrix);
    memory.fill(this.interMatrix, 16, 64);
    if (reader.get(1) != 0) readMatrix(reader, this.interMatrix);
    memory.copy(this.chromaIntraMatrix, this.intraMatrix, 64);
    memory.copy(this.chromaInterMatrix, this.interMatrix, 64);
    this.mpeg2 = false;
    this.chroma = CHROMA_420;
    this.progressive = true;
    this.scalable = false;
    this.rateFactor = 1;
    this.rateDivisor = 1;
    this.colourPrimaries = 0;
    this.transferCharacteristics = 0;
    this.matrixCoefficients = 0;
    this.forgetPicture();
  }

  /** group_of_pictures_header() behind its start code. */
  readGroup(reader: BitReader): void {
    reader.get(25); // time code
    this.closedGroup = reader.get(1) != 0;
    this.brokenLink = reader.get(1) != 0;
  }

  /** picture_header() behind its start code, up to what its extra information begins with. */
  readPicture(reader: BitReader): void {
    this.temporalReference = <i32>reader.get(10);
    const type = <i32>reader.get(3);
    reader.get(16); // vbv_delay
    this.pictureType = type;
    this.structure = FRAME_PICTURE;
    this.framePredFrameDct = true;
    this.concealment = false;
    this.dcPrecision = 0;
    this.intraTable = 0;
    this.quantiserScaleType = 0;
    this.alternateScan = false;
    this.topFieldFirst = false;
    this.repeatFirstField = false;
    this.progressiveFrame = true;
    for (let s = 0; s < 2; s++) {
      const has = type == TYPE_B || (type == TYPE_P && s == 0);
      const codes = has ? <i32>reader.get(4) : 0;
      this.wholeSamples[s] = codes >> 3;
      this.residualBits[2 * s] = (codes & 7) - 1;
      this.residualBits[2 * s + 1] = (codes & 7) - 1;
    }
    this.typeKnown =
      this.macroblocksWide > 0 && !this.scalable && type >= TYPE_I && type <= TYPE_B && !reader.overrun();
    this.pictureKnown = this.typeKnown && !this.mpeg2;
  }

  /** Any of MPEG-2's extensions behind its start code. */
  readExtension(reader: BitReader): void {
    const id = <i32>reader.get(4);
    if (id == SEQUENCE_EXTENSION) this.readSequenceExtension(reader);
    else if (id == SEQUENCE_DISPLAY && this.mpeg2) this.readSequenceDisplay(reader);
    else if (id == SEQUENCE_SCALABLE) this.scalable = true;
    else if (id == PICTURE_SPATIAL || id == PICTURE_TEMPORAL) this.forgetPicture();
    else if (id == QUANTISER_MATRICES && this.mpeg2) this.readMatrices(reader);
    else if (id == PICTURE_CODING && this.mpeg2) this.readPictureCoding(reader);
  }

  private readSequenceExtension(reader: BitReader): void {
    reader.get(8); // profile and level
    this.progressive = reader.get(1) != 0;
    this.mpeg2 = true;
    this.chroma = reader.get(2);
    const width = (this.width & 0xfff) | ((<i32>reader.get(2)) << 12);
    this.setSize(width, (this.height & 0xfff) | ((<i32>reader.get(2)) << 12));
    if (this.chroma == 0) this.macroblocksWide = 0;
    reader.get(22); // bit rate, marker, buffer size, low delay
    this.rateFactor = reader.get(2) + 1;
    this.rateDivisor = reader.get(5) + 1;
  }

  private readSequenceDisplay(reader: BitReader): void {
    reader.get(3); // video format
    if (reader.get(1) != 0) {
      this.colourPrimaries = reader.get(8);
      this.transferCharacteristics = reader.get(8);
      this.matrixCoefficients = reader.get(8);
    }
    const width = <i32>reader.get(14);
    reader.get(1); // marker
    const height = <i32>reader.get(14);
    if (width == 0 || height == 0 || reader.overrun()) return;
    this.displayWidth = width;
    this.displayHeight = height;
  }

  /** quant_matrix_extension(): a matrix for luminance is one for chrominance, too, until that has its own. */
  private readMatrices(reader: BitReader): void {
    if (reader.get(1) != 0) {
      readMatrix(reader, this.intraMatrix);
      memory.copy(this.chromaIntraMatrix, this.intraMatrix, 64);
    }
    if (reader.get(1) != 0) {
      readMatrix(reader, this.interMatrix);
      memory.copy(this.chromaInterMatrix, this.interMatrix, 64);
    }
    if (reader.get(1) != 0) readMatrix(reader, this.chromaIntraMatrix);
    if (reader.get(1) != 0) readMatrix(reader, this.chromaInterMatrix);
  }

  private readPictureCoding(reader: BitReader): void {
    for (let i = 0; i < 4; i++) {
      const code = <i32>reader.get(4);
      this.residualBits[i] = code >= 1 && code <= 9 ? code - 1 : -1;
    }
    this.dcPrecision = reader.get(2);
    this.structure = reader.get(2);
    this.topFieldFirst = reader.get(1) != 0;
    this.framePredFrameDct = reader.get(1) != 0;
    this.concealment = reader.get(1) != 0;
    this.quantiserScaleType = reader.get(1);
    this.intraTable = reader.get(1);
    // Slices parse by what has been read so far: a division takes them even if the extension ends here.
    this.pictureKnown = this.typeKnown && this.structure != 0 && !reader.overrun();
    this.alternateScan = reader.get(1) != 0;
    this.repeatFirstField = reader.get(1) != 0;
    reader.get(1); // chroma_420_type
    this.progressiveFrame = reader.get(1) != 0;
  }
}

function readMatrix(reader: BitReader, matrix: usize): void {
  for (let i: usize = 0; i < 64; i++) store<u8>(matrix + <usize>load<u8>(scanTransposed + i), <u8>reader.get(8));
}
