/**
 * What a page's main thread takes of the library: errors, bytes, captions and the types of everything else. It loads no kernel;
 * what runs on kernels is behind index.ts, for workers.
 */
export {
  type ByteSink,
  type ByteSource,
  concatBytes,
  equalBytes,
  fromHex,
  MemorySink,
  sourceFromBlob,
  sourceFromBytes,
  toHex,
} from "./bytes/bytes.ts";
export {
  CAPTION_KINDS,
  CAPTION_LABEL_MAX,
  CAPTION_TRACKS_MAX,
  type CaptionKind,
  type CaptionLanguage,
  type CaptionTrack,
  captionsOfFileName,
  languageName,
  languageTag,
} from "./captions/caption-track.ts";
export {
  asWebVtt,
  CAPTION_MAX_BYTES,
  checkWebVtt,
  noCaptions,
  readCaptionFile,
  trimWebVtt,
} from "./captions/web-vtt.ts";
export { sha256 } from "./crypto/primitives.ts";
export { checkUnchanged } from "./division/pairing.ts";
export {
  CmixError,
  DeliveryError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorRecord,
  errorFromRecord,
  errorToRecord,
  FormatError,
  InputError,
  KernelError,
  PairingError,
  UnsupportedError,
} from "./errors.ts";
export { type Edit, editedMicroseconds, type PlacedEdit, placedEdits } from "./format/edit-list.ts";
export { BASE_LAYER } from "./layers/base.ts";
export { AREA_PRESETS, type AreaPreset, presetOf } from "./restriction/areas.ts";
export type { DrawnMark } from "./restriction/draw-mark.ts";
export { isMarkService, type Mark, type MarkRule, readMark, verifyMark, writeMark } from "./restriction/mark.ts";
export type { Area, PictureTreatment, RestrictedPart, SoundTreatment, Viewers } from "./restriction/part.ts";
export { createSigningKey, sign } from "./restriction/signing.ts";
export { isViewers } from "./restriction/viewers.ts";
