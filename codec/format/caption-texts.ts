/**
 * The texts of captions in a main's trailer, and what its header says of them (FORMAT.md 5). They stand at the very end, behind a checksum of
 * what comes before them, so that a file is opened without reading them, and by readers that do not know of them.
 */

import { type ByteSource, concatBytes, equalBytes } from "../bytes/bytes.ts";
import { CAPTION_TRACKS_MAX, type CaptionTrack } from "../captions/caption-track.ts";
import { checkWebVtt, decodeCaptions } from "../captions/web-vtt.ts";
import { sha256 } from "../crypto/primitives.ts";
import { FormatError, InputError } from "../errors.ts";
import type { MainHeader } from "./header.ts";
import { CAPTIONS_MAX_BYTES, CHECKSUM_BYTES, FOOTER_BYTES, isTrailer, TRAILER_HEAD_BYTES } from "./layout.ts";

type CaptionEntry = NonNullable<MainHeader["captions"]>[number];

/** Texts, and what the header says of them; no entries where there are no captions. */
export interface CaptionTexts {
  entries: CaptionEntry[] | undefined;
  texts: Uint8Array;
}

/** @throws {@link InputError} more than readers take, or a text that is no WebVTT */
export async function encodeCaptions(tracks: readonly CaptionTrack[] = []): Promise<CaptionTexts> {
  if (tracks.length === 0) return { entries: undefined, texts: new Uint8Array() };
  if (tracks.length > CAPTION_TRACKS_MAX)
    throw new InputError(`${tracks.length} captions, at most ${CAPTION_TRACKS_MAX} are allowed: leave some out`);
  const texts = tracks.map(({ text }) => new TextEncoder().encode(text));
  const entries: CaptionEntry[] = [];
  for (const [i, { language, label, kind, text }] of tracks.entries()) {
    checkWebVtt(text, label, "every cue");
    const bytes = texts[i] ?? new Uint8Array();
    entries.push({ language, label, kind, bytes: bytes.length, sha256: await sha256(bytes) });
  }
  const total = captionBytes({ captions: entries });
  if (total > CAPTIONS_MAX_BYTES)
    throw new InputError(
      `captions of ${total} bytes in all, at most ${CAPTIONS_MAX_BYTES} are allowed: leave some out`,
    );
  return { entries, texts: concatBytes(...texts) };
}

/** Bytes of all texts. */
export function captionBytes({ captions = [] }: Pick<MainHeader, "captions">): number {
  return captions.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The head of the trailer's last entry: its key and the length of a byte string. */
function entryHead(textBytes: number): Uint8Array {
  const head = Uint8Array.of(0x68, ...new TextEncoder().encode("captions"), 0x5a, 0, 0, 0, 0);
  new DataView(head.buffer).setUint32(head.length - 4, CHECKSUM_BYTES + textBytes);
  return head;
}

const ENTRY_HEAD_BYTES = entryHead(0).length;

/** Puts texts behind the other entries of a trailer's map, which are fewer than 23. */
export async function appendTexts(cbor: Uint8Array, headerHash: Uint8Array, texts: Uint8Array): Promise<Uint8Array> {
  if (texts.length === 0) return cbor;
  const checksum = (await sha256(headerHash, cbor)).subarray(0, CHECKSUM_BYTES);
  const joined = concatBytes(cbor, entryHead(texts.length), checksum, texts);
  joined[0] = (cbor[0] ?? 0) + 1; // the map's head, A0 to B7, counts its entries
  return joined;
}

/**
 * The map without the texts, from a trailer's bytes up to them.
 *
 * @param trailerBytes of the whole trailer
 * @returns its CBOR and checksum; undefined where they do not hold together
 */
export function withoutTexts(
  bytes: Uint8Array,
  trailerBytes: number,
  textBytes: number,
): { cbor: Uint8Array; checksum: Uint8Array } | undefined {
  const end = bytes.length - CHECKSUM_BYTES - ENTRY_HEAD_BYTES;
  if (end <= TRAILER_HEAD_BYTES || !isTrailer(bytes)) return undefined;
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
  if (claimed !== trailerBytes - TRAILER_HEAD_BYTES - FOOTER_BYTES) return undefined;
  if (!equalBytes(bytes.subarray(end, end + ENTRY_HEAD_BYTES), entryHead(textBytes))) return undefined;
  const cbor = Uint8Array.from(bytes.subarray(TRAILER_HEAD_BYTES, end)); // `slice` of a Buffer would be a view
  cbor[0] = (cbor[0] ?? 0) - 1;
  return { cbor, checksum: bytes.subarray(end + ENTRY_HEAD_BYTES) };
}

/**
 * @param source a main file with its trailer
 * @throws {@link FormatError} the text is not the one that the header names
 * @throws {@link InputError} it is no WebVTT that a page can take
 */
export async function readCaptionText(
  source: ByteSource,
  { captions = [] }: MainHeader,
  number: number,
): Promise<string> {
  const entry = captions[number];
  if (entry === undefined) throw new RangeError(`captions ${number}: the file has ${captions.length}`);
  const behind = captionBytes({ captions: captions.slice(number) });
  const bytes = await source.read(source.size - FOOTER_BYTES - behind, entry.bytes);
  const what = `captions "${entry.label}"`;
  if (!equalBytes(await sha256(bytes), entry.sha256))
    throw new FormatError(`${what} do not agree with their hash in the header: the file is damaged; fetch it again`);
  const text = decodeCaptions(bytes, what);
  checkWebVtt(text, what, "bounds");
  return text;
}
