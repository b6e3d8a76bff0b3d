/** Pictures of a hidden slot as everybody sees them, coded anew: in the stream's own syntax, behind its own sequence headers. */
import { concatBytes } from "../../bytes/bytes.ts";
import { UnsupportedError } from "../../errors.ts";
import { chromaSize } from "../../pictures/planar-picture.ts";
import type { SourcePicture } from "../../pictures/source-picture.ts";
import type { PlanarOverlays } from "../../restriction/overlays.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { PictureEncoder } from "../compress/picture-encoder.ts";
import type { HiddenSlot, SlotFrame } from "./hidden-slots.ts";
import { MpegDecoder, type MpegPicture, tightPicture } from "./mpeg-decoder.ts";

/** Quantiser scale: what is not hidden stays over 38 dB. */
const QUALITY = 3;
/** A sequence header up to what says whether matrices follow, with its start code; the last two bits say that. */
const SEQUENCE_HEAD_BYTES = 12;
const NO_MATRICES = 0xfc;

/** A picture that takes a coded one's place. */
export interface SubstitutePicture {
  /** Whose place it takes in the order of coding. */
  frame: SlotFrame;
  /** When it is shown itself. */
  timeMicroseconds: number;
  bytes: Uint8Array;
}

/**
 * Codes a slot's pictures anew: those of whole groups in the order in which they are shown, so that they need no picture but those before
 * them; those before a group's first picture, where that stays as it is, each by itself.
 *
 * @param kernels hold no other decoder
 * @param video from `slot.readStart` on
 * @throws {@link UnsupportedError} pictures that are not 4:2:0
 */
export function codeSubstitutes(
  kernels: Kernels,
  video: Uint8Array,
  slot: HiddenSlot,
  overlays?: PlanarOverlays,
): SubstitutePicture[] {
  const own = slot.frames.filter(({ isOwn, fate }) => isOwn && fate !== "kept");
  const last = own.at(-1);
  if (last === undefined) return [];
  const coder = new SlotCoder(kernels, slot, own, overlays);
  const decoder = new MpegDecoder(kernels);
  try {
    const { offset } = slot.readStart;
    // The number of a picture goes with it as its time.
    const marks = own.map((frame, timeMicroseconds) => ({ offset: frame.start - offset, timeMicroseconds }));
    const { holds } = slot.contexts[own[0]?.group ?? 0] ?? { holds: new Uint8Array() };
    for (const pictures of [
      decoder.decode(holds),
      decoder.decode(video.subarray(0, last.end - offset), marks),
      decoder.end(),
    ])
      for (const picture of pictures) {
        const frame = picture.marked ? own[picture.timeMicroseconds ?? -1] : undefined;
        if (frame !== undefined) coder.push(picture, frame);
      }
    return coder.end();
  } finally {
    coder.close();
    decoder.close();
  }
}

class SlotCoder {
  private readonly coded: SubstitutePicture[] = [];
  private encoder: PictureEncoder | undefined;
  private openedFor = "";
  private group: number | undefined;
  private number = 0;
  /** Of each group, whose places are still free, in the order of coding. */
  private readonly places = new Map<number, SlotFrame[]>();

  constructor(
    private readonly kernels: Kernels,
    private readonly slot: HiddenSlot,
    own: readonly SlotFrame[],
    private readonly overlays: PlanarOverlays | undefined,
  ) {
    for (const frame of own) {
      if (!frame.isShown || frame.fate !== "anew") continue;
      const places = this.places.get(frame.group) ?? [];
      places.push(frame);
      this.places.set(frame.group, places);
    }
  }

  /** @param picture the next one that is shown; @param shown what the headers tell of it */
  push(picture: MpegPicture, shown: SlotFrame): void {
    const { fate, group, temporalReference, timeMicroseconds, parts } = shown;
    const encoder = this.encoderFor(picture);
    encoder.hide({ parts, fullRange: false, overlays: this.overlays });
    if (picture.sequence.mpeg2) encoder.describe(picture);
    const source = sourcePicture(picture);
    if (fate === "alone") {
      const { publicBytes: bytes } = encoder.encodeAlone(source, { quality: QUALITY, number: temporalReference });
      this.coded.push({ frame: shown, timeMicroseconds, bytes });
      return;
    }
    const frame = this.places.get(group)?.shift();
    if (frame === undefined) return;
    const isKey = this.group !== group;
    this.group = group;
    const { publicBytes } = encoder.encode(source, { quality: QUALITY, key: isKey, number: this.number++ });
    const bytes = isKey ? concatBytes(withoutMatrices(this.contextOf(group)), publicBytes) : publicBytes;
    this.coded.push({ frame, timeMicroseconds, bytes });
  }

  /** In the order of their places. */
  end(): SubstitutePicture[] {
    for (const picture of this.coded) {
      const { frame } = picture;
      const isLast = this.coded.findLast((other) => other.frame.group === frame.group) === picture;
      if (isLast && frame.fate === "anew" && this.slot.contexts[frame.group]?.isRestoredBehind)
        picture.bytes = concatBytes(picture.bytes, this.contextOf(frame.group));
    }
    return this.coded.sort((a, b) => a.frame.start - b.frame.start);
  }

  close(): void {
    this.encoder?.close();
  }

  private contextOf(group: number): Uint8Array {
    return this.slot.contexts[group]?.holds ?? new Uint8Array();
  }

  private encoderFor({ width, height, chroma, sequence }: MpegPicture): PictureEncoder {
    if (chroma !== "420")
      throw new UnsupportedError(
        `pictures with ${chroma} chroma are not coded anew here, so no part of them can be hidden: choose method compress`,
        { chroma },
      );
    const syntax = !sequence.mpeg2 ? "mpeg1" : sequence.progressive ? "mpeg2" : "fields";
    const wanted = `${width}x${height} ${syntax}`;
    if (this.encoder === undefined || this.openedFor !== wanted) {
      this.encoder?.close();
      const video = { width, height, frameRate: [...sequence.frameRate] as [number, number] };
      this.encoder = new PictureEncoder(this.kernels, video, "none", "read", syntax);
      this.openedFor = wanted;
      this.group = undefined;
    }
    return this.encoder;
  }
}

function sourcePicture(picture: MpegPicture): SourcePicture {
  const { width, height } = picture;
  const [chromaWidth, chromaHeight] = chromaSize(width, height, "420");
  const [luma, chroma] = [width * height, chromaWidth * chromaHeight];
  const planes = [
    { offset: 0, stride: width },
    { offset: luma, stride: chromaWidth },
    { offset: luma + chroma, stride: chromaWidth },
  ];
  const data = tightPicture(picture);
  return { timestampMicroseconds: 0, durationMicroseconds: 0, format: "I420", width, height, data, planes };
}

/** A sequence header with the matrices of the standard: what our encoder uses. @param context with its extensions */
function withoutMatrices(context: Uint8Array): Uint8Array {
  const head = context.slice(0, SEQUENCE_HEAD_BYTES);
  head[SEQUENCE_HEAD_BYTES - 1] = (head[SEQUENCE_HEAD_BYTES - 1] ?? 0) & NO_MATRICES;
  let at = SEQUENCE_HEAD_BYTES;
  while (at < context.length && !(context[at] === 0 && context[at + 1] === 0 && context[at + 2] === 1)) at += 1;
  return concatBytes(head, context.subarray(at));
}
