/**
 * Decides which bytes of a segment are withheld and which are structure. Order: codec configuration, the starts of key pictures' slices,
 * then of the other pictures', then of sound packets, as far as the allowance goes;
 * and a part of all bytes of which nothing is known. FORMAT.md 10 does not bind a divider to any of it.
 */
import { innerBlock } from "../../containers/matroska/matroska-blocks.ts";
import { START_CODES } from "../../containers/source-index.ts";
import { isSlice, NAL, nextStartCode } from "../../containers/streams/annexb.ts";
import type { Alignment } from "./columns.ts";
import { type Mark, markAv1, markUnknown, markVp9, UNKNOWN_BYTES } from "./frame-marks.ts";
import { findLengthField, lengthAtEnd, NO_LENGTH_FIELD, withBytesBehind } from "./length-field.ts";
import { endOf, type Range, type StructurePart } from "./ranges.ts";
import type { Piece } from "./segment-planner.ts";
import { markBeside, markTransport, transportHeads } from "./transport-marks.ts";

/** Parameter sets come first in a configuration; what follows in long ones is text of the encoder. */
const CONFIGURATION_MAX_BYTES = 512;
const SOUND_CONFIGURATION_MAX_BYTES = 64;
/** Head and first coefficients of a slice. Beyond this nothing is won: entropy decoding cannot start any more. */
const KEY_MAX_BYTES = 1024;
const OTHER_MAX_BYTES = 256;
const SOUND_MAX_BYTES = 4;
/** Taken of every slice below 500 kbit/s, where no share binds: NAL unit head and slice head. */
const KEY_LEAST_BYTES = 16;
const OTHER_LEAST_BYTES = 6;
/** Taken of every slice even beyond the share: one slice left whole can be a picture. */
const KEY_ALWAYS_BYTES = 8;
const OTHER_ALWAYS_BYTES = 3;
/** Of what the configuration leaves; the least where other pictures are short of {@link wantedOf}. */
const KEY_SHARE = 0.6;
const KEY_LEAST_SHARE = 0.2;
/** The head of a slice, which is the same in all that an encoder writes, and the start of what is behind it; HEVC's heads are long. */
const wantedOf = (pieces: Piece[]): number => (pieces.some(({ form }) => form === "hevc") ? 16 : 8);
const OTHER_SHARE_BESIDE_SOUND = 0.8;
/** Shorter runs without a length cost more in the list than packing saves. */
const STRUCTURE_MIN_BYTES = 8;
/** Text of an encoder inside a sample. */
const TEXT_MIN_BYTES = 32;
const START_CODE_BYTES = 3;
/** Fewer have nothing to be alike with. */
const COLUMNS_FROM_PARTS = 4;

export interface CutRequest {
  pieces: Piece[];
  /** Parameters of other pictures and of sound in a transport stream's packets. */
  beside: number[];
  /** Of Matroska: numbers of the tracks with pictures. */
  pictureTracks: ReadonlySet<number> | undefined;
  /** Bytes that may be withheld. */
  allowance: number;
  /** Low bit rates: at least the least of every slice, beyond the allowance. */
  generous: boolean;
  /** Nothing else hides what is left: sound packets are cut too, and bytes of which it is not known what they are. */
  alone: boolean;
}

/** Both in order and without overlaps; a withheld range lies inside or outside of a part of the structure. */
export interface Cuts {
  withheld: Range[];
  structure: StructurePart[];
  alignment: Alignment;
  /** Inside structure; `parameter` as in StructureRange. */
  tables: (Range & { parameter: number })[];
}

export function chooseCuts(bytes: Uint8Array, request: CutRequest): Cuts {
  const marks: Mark[] = [];
  const structure = new Structure();
  const tables: Cuts["tables"] = [];
  const firstPacket = request.pieces.find(({ form }) => form === "ts");
  let at = 0;
  const between = (end: number, sample: number): void => {
    if (firstPacket !== undefined || end === at) return;
    const lengthField = findLengthField(bytes, at, end, sample);
    if (end - at >= STRUCTURE_MIN_BYTES || lengthField !== NO_LENGTH_FIELD) structure.add(at, end - at, lengthField);
  };
  const { alone, pieces, beside, pictureTracks } = request;
  // In a damaged file samples may lie beside what they are told to be: then pictures may lie in what is told to be sound, too.
  const isBeside = alone && pieces.some((piece) => hasLengthUnits(piece) && !hasLengths(bytes, piece));
  for (const piece of pieces) {
    // Configuration lies inside structure.
    if (piece.form === "configuration" || piece.form === "audio-configuration") {
      const most = piece.form === "configuration" ? CONFIGURATION_MAX_BYTES : SOUND_CONFIGURATION_MAX_BYTES;
      marks.push({ offset: piece.offset, room: Math.min(piece.size, most), kind: "configuration" });
      continue;
    }
    if (piece.form === "table") {
      tables.push({ offset: piece.offset, size: piece.size, parameter: piece.parameter });
      continue;
    }
    between(piece.offset, piece.size);
    at = piece.offset + piece.size;
    if (isBeside && piece.form !== "other") markUnknown(piece.offset, at, marks);
    else {
      // A damaged block may end by chance where one inside of it does.
      const inner = alone && pictureTracks !== undefined ? innerBlock(bytes, piece.offset, at, pictureTracks) : at;
      markPiece(bytes, { ...piece, size: inner - piece.offset }, alone, marks, structure);
      if (inner < at) markUnknown(inner, at, marks);
    }
  }
  between(bytes.length, 0);
  if (alone) for (const parameter of beside) markBeside(bytes, parameter, marks);
  if (firstPacket !== undefined)
    for (const { offset, size } of transportHeads(bytes, firstPacket)) structure.add(offset, size);
  const withheld = allocate(withoutOverlaps(marks), request);
  const parts = withoutCrossed(structure.parts, withheld);
  const alignment = parts.length < COLUMNS_FROM_PARTS ? "none" : firstPacket === undefined ? "end" : "start";
  return { withheld, structure: parts, alignment, tables };
}

/** Gathers parts in order; one that begins where the last one ends goes on with it. */
class Structure {
  readonly parts: StructurePart[] = [];

  add(offset: number, size: number, lengthField: number = NO_LENGTH_FIELD): void {
    const last = this.parts.at(-1);
    if (last === undefined || last.offset + last.size < offset) {
      this.parts.push({ offset, size, lengthField });
      return;
    }
    last.lengthField = lengthField === NO_LENGTH_FIELD ? withBytesBehind(last.lengthField, size) : lengthField;
    last.size += size;
  }
}

/** In order. In damaged files, and where the film's PID changes, two may claim the same bytes: each ends where the next one begins. */
function withoutOverlaps(marks: Mark[]): Mark[] {
  marks.sort((a, b) => a.offset - b.offset);
  for (const [i, mark] of marks.entries()) {
    const next = marks[i + 1];
    if (next !== undefined) mark.room = Math.min(mark.room, next.offset - mark.offset);
  }
  return marks.filter(({ room }) => room > 0);
}

/** In damaged files a withheld range may begin or end inside a part; such parts stay open. */
function withoutCrossed(parts: StructurePart[], withheld: Range[]): StructurePart[] {
  let next = 0;
  return parts.filter(({ offset, size }) => {
    const end = offset + size;
    while (endOf(withheld[next]) <= offset && next < withheld.length) next += 1;
    for (let i = next; i < withheld.length; i++) {
      const cut = withheld[i] as Range;
      if (cut.offset >= end) break;
      if (cut.offset < offset || endOf(cut) > end) return false;
    }
    return true;
  });
}

function markPiece(bytes: Uint8Array, piece: Piece, alone: boolean, marks: Mark[], structure: Structure): void {
  const { offset, size, form } = piece;
  const kind = piece.key ? "key" : "other";
  if (form === "annexb" || (form === "hevc" && piece.parameter === START_CODES))
    markStartCodes(bytes, piece, marks, structure);
  else if (form === "avc" || form === "hevc") markLengths(bytes, piece, marks, structure);
  else if (form === "ts") markTransport(bytes, piece, marks, (from, to) => alone && markUnknown(from, to, marks));
  else if (form === "av1") markAv1(bytes, piece, marks);
  else if (form === "vp9") markVp9(bytes, piece, marks);
  else if (form === "picture") marks.push({ offset, room: size, kind });
  else if (form === "audio" && alone) marks.push({ offset, room: Math.min(size, SOUND_MAX_BYTES), kind: "sound" });
  else if (form === "unknown" && alone) markUnknown(offset, offset + size, marks);
}

function lengthAt(bytes: Uint8Array, at: number, lengthBytes: number): number {
  let length = 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[at + i] ?? 0);
  return length;
}

const hasLengthUnits = ({ form, parameter }: Piece): boolean =>
  form === "avc" || (form === "hevc" && parameter !== START_CODES);

/** Whether a sample's NAL units end where it does. */
function hasLengths(bytes: Uint8Array, { offset, size, parameter }: Piece): boolean {
  let at = offset;
  while (at + parameter <= offset + size) at += parameter + lengthAt(bytes, at, parameter);
  return at === offset + size;
}

/** NAL units behind their lengths (ISO/IEC 14496-15). A length beyond the sample takes the rest. */
function markLengths(bytes: Uint8Array, piece: Piece, marks: Mark[], structure: Structure): void {
  const end = piece.offset + piece.size;
  const lengthBytes = piece.parameter;
  for (let at = piece.offset; at + lengthBytes < end; ) {
    const length = lengthAt(bytes, at, lengthBytes);
    const start = at + lengthBytes;
    const next = Math.min(end, start + length);
    structure.add(at, lengthBytes, lengthAtEnd(lengthBytes));
    if (length > 0) markUnit(bytes, start, next, piece, marks, structure);
    at = next;
  }
}

function markStartCodes(bytes: Uint8Array, piece: Piece, marks: Mark[], structure: Structure): void {
  const view = bytes.subarray(piece.offset, piece.offset + piece.size);
  for (let at = nextStartCode(view, 0); at >= 0 && at + 3 < view.length; ) {
    const next = nextStartCode(view, at + 3);
    const end = next < 0 ? view.length : next;
    const start = piece.offset + at + START_CODE_BYTES;
    structure.add(piece.offset + at, START_CODE_BYTES);
    markUnit(bytes, start, piece.offset + end, piece, marks, structure);
    at = next;
  }
}

/** @param start where the unit's head stands, behind its length or start code */
function markUnit(
  bytes: Uint8Array,
  start: number,
  end: number,
  piece: Piece,
  marks: Mark[],
  structure: Structure,
): void {
  const head = bytes[start] ?? 0;
  const type = piece.form === "hevc" ? (head >> 1) & 63 : head & 31;
  const hevc = piece.form === "hevc";
  const kind = piece.key ? "key" : "other";
  if (hevc ? type < 32 : isSlice(type)) marks.push({ offset: start, room: end - start, kind });
  else if (hevc ? type <= 34 : [NAL.sequence, NAL.picture, NAL.extension, 13].some((set) => set === type))
    marks.push({ offset: start, room: Math.min(end - start, CONFIGURATION_MAX_BYTES), kind: "configuration" });
  else if ((hevc ? type === 39 || type === 40 : type === NAL.sei) && end - start >= TEXT_MIN_BYTES)
    structure.add(start, end - start);
}

/** Shares the allowance out. */
function allocate(marks: Mark[], { pieces, allowance, generous }: CutRequest): Range[] {
  const count = (kind: Mark["kind"]): number => marks.filter((mark) => mark.kind === kind).length;
  const taken = (kind: Mark["kind"], most: number): number =>
    marks.reduce((sum, mark) => sum + (mark.kind === kind ? Math.min(mark.room, most) : 0), 0);
  const [keys, others, sounds] = [count("key"), count("other"), count("sound")];
  let left = allowance - taken("configuration", CONFIGURATION_MAX_BYTES);

  const wanted = wantedOf(pieces);
  const othersShare = sounds > 0 ? OTHER_SHARE_BESIDE_SOUND : 1;
  const besideOthers = Math.max(left * KEY_LEAST_SHARE, left - (others * wanted) / othersShare);
  const forKeys = others > 0 ? Math.min(left * KEY_SHARE, besideOthers) : left;
  const keyShare = keys === 0 ? 0 : Math.floor(Math.max(0, forKeys) / keys);
  const key = Math.min(KEY_MAX_BYTES, Math.max(keyShare, generous ? KEY_LEAST_BYTES : KEY_ALWAYS_BYTES));
  left -= taken("key", key) + taken("unknown", UNKNOWN_BYTES);
  const otherOf = shareOutOthers(marks, left * othersShare, wanted, generous ? OTHER_LEAST_BYTES : OTHER_ALWAYS_BYTES);
  for (const { kind, room } of marks) if (kind === "other") left -= Math.min(room, otherOf(room));
  const sound = Math.min(
    SOUND_MAX_BYTES,
    Math.max(sounds === 0 ? 0 : Math.floor(Math.max(0, left) / sounds), generous ? 1 : 0),
  );

  const ranges: Range[] = [];
  for (const mark of marks) {
    const size = Math.min(
      mark.room,
      { configuration: CONFIGURATION_MAX_BYTES, key, other: otherOf(mark.room), sound, unknown: mark.room }[mark.kind],
    );
    if (size > 0) ranges.push({ offset: mark.offset, size });
  }
  return ranges;
}

/**
 * What is taken of a picture's slice or frame, by its room. Where `wanted` bytes of each are too much, the larger ones get
 * what the smaller can spare: what is new in them would be seen on any background.
 */
function shareOutOthers(marks: Mark[], bytes: number, wanted: number, least: number): (room: number) => number {
  const rooms = marks.filter(({ kind }) => kind === "other").map(({ room }) => room);
  const bounded = (size: number): number => Math.min(OTHER_MAX_BYTES, Math.max(least, Math.floor(size)));
  const evenly = bounded(bytes / rooms.length);
  if (evenly >= wanted) return () => evenly;
  const mean = rooms.reduce((sum, room) => sum + room, 0) / rooms.length;
  const largeOnes = rooms.filter((room) => room >= mean).length;
  const small = Math.min(evenly, OTHER_LEAST_BYTES);
  const large = bounded((bytes - small * (rooms.length - largeOnes)) / largeOnes);
  return (room) => (room >= mean ? large : small);
}
