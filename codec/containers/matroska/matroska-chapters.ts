/** Chapters of Matroska and WebM (RFC 9559 5.1.7): those of one edition, without those inside of others. */
import { CHAPTERS_MAX, type Chapter } from "../../format/chapters.ts";
import { childElements, unsigned } from "./ebml.ts";

const EDITION = 0x45b9;
const EDITION_DEFAULT = 0x45db;
const EDITION_HIDDEN = 0x45bd;
/** Its times are those of another order of the file's parts. */
const EDITION_ORDERED = 0x45dd;
const ATOM = 0xb6;
const TIME_START = 0x91;
const HIDDEN = 0x98;
const ENABLED = 0x4598;
const DISPLAY = 0x80;
const STRING = 0x85;

/** An element's children at hand. */
class Children {
  private readonly children: ReturnType<typeof childElements>;

  constructor(
    private readonly bytes: Uint8Array,
    { body, end }: { body: number; end: number },
  ) {
    this.children = childElements(bytes, body, end);
  }

  all(id: number): Children[] {
    return this.children.filter((child) => child.id === id).map((child) => new Children(this.bytes, child));
  }

  value(id: number): Uint8Array | undefined {
    const child = this.children.find((one) => one.id === id);
    return child && this.bytes.subarray(child.body, child.end);
  }

  number(id: number, absent: number): number {
    const value = this.value(id);
    return value === undefined ? absent : unsigned(value);
  }
}

/** @param bytes the content of `Chapters` */
export function readMatroskaChapters(bytes: Uint8Array): Chapter[] {
  const editions = new Children(bytes, { body: 0, end: bytes.length })
    .all(EDITION)
    .filter((edition) => edition.number(EDITION_HIDDEN, 0) === 0 && edition.number(EDITION_ORDERED, 0) === 0);
  const edition = editions.find((one) => one.number(EDITION_DEFAULT, 0) === 1) ?? editions[0];
  const chapters: Chapter[] = [];
  for (const atom of edition?.all(ATOM) ?? []) {
    if (chapters.length > CHAPTERS_MAX) break;
    if (atom.number(HIDDEN, 0) === 1 || atom.number(ENABLED, 1) === 0) continue;
    const name = atom.all(DISPLAY)[0]?.value(STRING);
    const title = name === undefined ? "" : new TextDecoder().decode(name);
    chapters.push({ startMicroseconds: atom.number(TIME_START, 0) / 1000, title });
  }
  return chapters;
}
