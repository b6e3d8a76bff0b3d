/** The CBOR headers and trailers of both files. Fields: FORMAT.md 3 and 5. Unknown fields are skipped. */
import { decode, encode, Tokenizer } from "cborg";
import { z } from "zod";
import {
  CAPTION_KINDS,
  CAPTION_LABEL_MAX,
  CAPTION_TRACKS_MAX,
  LANGUAGE_TAG,
  LANGUAGE_TAG_MAX,
} from "../captions/caption-track.ts";
import { CAPTION_MAX_BYTES } from "../captions/web-vtt.ts";
import { FormatError } from "../errors.ts";
import { CHAPTER_TITLE_MAX, CHAPTERS_MAX } from "./chapters.ts";
import { CAPTIONS_MAX_BYTES } from "./layout.ts";
import { storyboardFields } from "./storyboard.ts";

export const METHODS = ["compress", "mpeg", "samples"] as const;
export const PROTECTIONS = ["sealed", "patent"] as const;
/** How a video was divided. */
export type Method = (typeof METHODS)[number];
/** `sealed`: everything coded is encrypted; `patent`: the patents' operations alone, which are weak. */
export type ProtectionName = (typeof PROTECTIONS)[number];

const bytes = (length?: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && (length === undefined || value.length === length),
    `expected ${length ?? ""} bytes`,
  );
const text = z.string().max(2000);
const ratio = z.tuple([z.int().positive(), z.int().positive()]);
const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** At most as many parts as a film that was cut by hand has. */
export const EDITS_MAX = 1024;
const edits = z
  .array(
    z.object({
      fromMicroseconds: z.int().optional(),
      durationMicroseconds: z.int().min(0),
      isHeld: z.boolean().optional(),
    }),
  )
  .min(1)
  .max(EDITS_MAX);

const layer = z.object({ id: z.int().min(0).max(255), name: text, public: z.enum(["sealed", "clear"]) });

const videoTrack = z.object({
  id: z.int().min(0).max(254),
  kind: z.literal("video"),
  /** `cmix-mpeg1` for method `compress`, otherwise an RFC 6381 name. */
  codec: text,
  width: z.int().min(1).max(65535),
  height: z.int().min(1).max(65535),
  /** Nominal pictures a second; true times stand with the pictures. */
  frameRate: ratio,
  pixelAspect: ratio.default([1, 1]),
  /** Clockwise turn before showing, degrees. */
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]).default(0),
  /** Left and right change places, after the turn. */
  mirrored: z.boolean().default(false),
  matrix: z.enum(["bt601", "bt709"]).default("bt601"),
  fullRange: z.boolean().default(false),
  edits: edits.optional(),
});

const audioTrack = z.object({
  id: z.int().min(0).max(254),
  kind: z.literal("audio"),
  /** RFC 6381, as WebCodecs takes it: `mp4a.40.2`, `opus`. */
  codec: text,
  sampleRate: z.int().min(1).max(768000),
  channels: z.int().min(1).max(64),
  /** Decoder configuration (AudioSpecificConfig for AAC, OpusHead for Opus). */
  description: bytes().optional(),
  /** Which of a transport stream's elementary streams it is. */
  pid: z.int().min(0).max(8191).optional(),
  /** As the source names it (ISO 639-2). */
  language: z.string().max(LANGUAGE_TAG_MAX).optional(),
  edits: edits.optional(),
});

const poster = z.object({ type: z.enum(["image/jpeg", "image/png", "image/webp"]), data: bytes() });

/** What stands of captions in the header; their texts stand in the trailer. */
const captions = z.object({
  language: z.string().regex(LANGUAGE_TAG).max(LANGUAGE_TAG_MAX),
  label: z.string().min(1).max(CAPTION_LABEL_MAX),
  kind: z.enum(CAPTION_KINDS),
  bytes: z.int().min(1).max(CAPTION_MAX_BYTES),
  sha256: bytes(32),
});

const chapter = z.object({ startMicroseconds: z.int().min(0), title: z.string().min(1).max(CHAPTER_TITLE_MAX) });

const mainHeader = z.object({
  id: bytes(16),
  umid: bytes(32),
  slaveId: bytes(16),
  slaveName: text,
  title: text,
  copyright: text.default(""),
  ageLimit: z.int().min(0).max(120).default(0),
  genre: text.default(""),
  /** Address of the service that holds the slave; empty where the player's own origin does. */
  service: text.default(""),
  /** Where a viewer without a player gets one. */
  player: text.default(""),
  createdAt: text,
  method: z.enum(METHODS),
  protection: z.enum(PROTECTIONS),
  parameters,
  layers: z.array(layer).min(1).max(16),
  tracks: z.array(z.discriminatedUnion("kind", [videoTrack, audioTrack])).max(64),
  poster: poster.optional(),
  captions: z
    .array(captions)
    .min(1)
    .max(CAPTION_TRACKS_MAX)
    .refine(
      (all) => all.reduce((sum, one) => sum + one.bytes, 0) <= CAPTIONS_MAX_BYTES,
      `more than ${CAPTIONS_MAX_BYTES} bytes in all`,
    )
    .optional(),
  /** In their order. */
  chapters: z
    .array(chapter)
    .min(1)
    .max(CHAPTERS_MAX)
    .refine(
      (all) => all.every((one, i) => i === 0 || one.startMicroseconds > (all[i - 1]?.startMicroseconds ?? 0)),
      "not in order",
    )
    .optional(),
});

/** At most as many parts as fit beside all else into a header. */
export const RESTRICTIONS_MAX = 1024;
const restriction = z
  .object({
    startMicroseconds: z.int().min(0),
    endMicroseconds: z.int().min(1),
    /** As {@link Viewers} has them; what a service does not know is nobody. */
    viewers: z.string().min(1).max(200),
  })
  .refine(({ startMicroseconds, endMicroseconds }) => startMicroseconds < endMicroseconds, "ends before it begins");

const slaveHeader = z.object({
  id: bytes(16),
  mainId: bytes(16),
  mainName: text,
  title: text,
  createdAt: text,
  method: z.enum(METHODS),
  protection: z.enum(PROTECTIONS),
  parameters,
  layers: z.array(layer).min(1).max(16),
  /** Present for `sealed`: what every segment key is derived from. */
  secret: bytes(32).optional(),
  storyboard: storyboardFields.optional(),
  /** What the layer `restricted` holds: in the slave alone, a service decides by it. */
  restrictions: z.array(restriction).min(1).max(RESTRICTIONS_MAX).optional(),
});

const mainTrailer = z.object({
  durationMicroseconds: z.number().int().min(0),
  /** Pictures of the first video track. */
  pictures: z.int().min(0),
  index: bytes(),
  tagsHash: bytes(32),
  /** Methods `samples` and `mpeg`: source bytes of each segment, u32 each. */
  sourceLengths: bytes().optional(),
  /** Methods `samples` and `mpeg`: bytes of the source file. */
  sourceBytes: z.number().int().min(0).optional(),
});

const slaveTrailer = z.object({
  durationMicroseconds: z.number().int().min(0),
  mainHeaderHash: bytes(32),
  mainTagsHash: bytes(32),
  /** Length of each segment's payload, u32 each. */
  index: bytes(),
});

/** A video track, as the main's header describes it; sizes in pixels. */
export type VideoTrack = z.infer<typeof videoTrack>;

/** Lines up to which pictures that say nothing of their matrix are taken for BT.601, as players do. */
export const SD_MAX_HEIGHT = 576;

/**
 * The colour matrix of pictures that do not name theirs.
 *
 * @param height in lines
 */
export const untaggedMatrix = (height: number): VideoTrack["matrix"] => (height > SD_MAX_HEIGHT ? "bt709" : "bt601");
/** A sound track, as the main's header describes it. */
export type AudioTrack = z.infer<typeof audioTrack>;
/** A track of the main. */
export type Track = VideoTrack | AudioTrack;
export type Layer = z.infer<typeof layer>;
/** A part that not everybody sees, as the slave's header tells of it. */
export type Restriction = z.infer<typeof restriction>;
/** The main's header (FORMAT.md 3): public, known when the division begins. */
export type MainHeader = z.infer<typeof mainHeader>;
/** The slave's header (FORMAT.md 5), with the secret that every segment key of the base layer is derived from. */
export type SlaveHeader = z.infer<typeof slaveHeader>;
export type MainTrailer = z.infer<typeof mainTrailer>;
/** The slave's trailer (FORMAT.md 5), with hashes of the main. */
export type SlaveTrailer = z.infer<typeof slaveTrailer>;

/** Data items of a header or trailer: a million small ones would take seconds, and a hundred times their bytes in memory. */
const ITEMS_MAX = 10_000;

class CountedItems extends Tokenizer {
  private count = 0;

  override next(): ReturnType<Tokenizer["next"]> {
    this.count += 1;
    if (this.count > ITEMS_MAX) throw new Error(`more than ${ITEMS_MAX} items`);
    return super.next();
  }
}

function decodeCbor<T>(schema: z.ZodType<T>, cbor: Uint8Array, what: string, offsetBytes: number): T {
  let value: unknown;
  try {
    const options = { rejectDuplicateMapKeys: true };
    value = decode(cbor, { ...options, tokenizer: new CountedItems(cbor, options) });
  } catch (cause) {
    throw new FormatError(
      `${what} at byte ${offsetBytes} is no CBOR (${(cause as Error).message}): the file is damaged`,
      { offsetBytes },
    );
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new FormatError(
      `${what} at byte ${offsetBytes}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}: the file is damaged`,
      { offsetBytes },
    );
  }
  return result.data;
}

/** CBOR of the given fields; fields that are undefined are left out. */
export function encodeFields(fields: object): Uint8Array {
  return encode(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
}

export const decodeMainHeader = (cbor: Uint8Array, offsetBytes: number): MainHeader =>
  decodeCbor(mainHeader, cbor, "main header", offsetBytes);
export const decodeSlaveHeader = (cbor: Uint8Array, offsetBytes: number): SlaveHeader =>
  decodeCbor(slaveHeader, cbor, "slave header", offsetBytes);
export const decodeMainTrailer = (cbor: Uint8Array, offsetBytes: number): MainTrailer =>
  decodeCbor(mainTrailer, cbor, "main trailer", offsetBytes);
export const decodeSlaveTrailer = (cbor: Uint8Array, offsetBytes: number): SlaveTrailer =>
  decodeCbor(slaveTrailer, cbor, "slave trailer", offsetBytes);

/** The main's picture, as pages show it. */
export function posterBlob({ poster }: Pick<MainHeader, "poster">): Blob | undefined {
  return poster && new Blob([poster.data as BlobPart], { type: poster.type });
}

/**
 * A UMID in the form of SMPTE ST 330 (basic, 32 bytes): the label for a material number made as a UUID, length 0x13, instance 0,
 * and the main's random id as material number.
 */
export function umidFor(mainId: Uint8Array): Uint8Array {
  const umid = new Uint8Array(32);
  umid.set([0x06, 0x0a, 0x2b, 0x34, 0x01, 0x01, 0x01, 0x05, 0x01, 0x01, 0x0d, 0x20, 0x13]);
  umid.set(mainId, 16);
  return umid;
}
