/** `Tracks` of Matroska and WebM (RFC 9559 5.1.4). */
import { untaggedMatrix, type VideoTrack } from "../../format/header.ts";
import { av1Name, avcName, hevcName } from "../codec-names.ts";
import {
  languageField,
  ratioOf,
  type SourceStream,
  START_CODES,
  type StructureRange,
  type TextCoding,
} from "../source-index.ts";
import { childElements, float, unsigned } from "./ebml.ts";

const TRACK_ENTRY = 0xae;
const VIDEO = 1;
const AUDIO = 2;
const SUBTITLES = 17;

/** An avcC's fixed fields; hvcC has more. */
const CONFIGURATION_MIN_BYTES = 6;

export interface MatroskaTrack {
  number: number;
  /** Nanoseconds; 0 where the file does not tell. */
  defaultDuration: number;
  stream: SourceStream;
}

const FORMS: Record<string, SourceStream["form"]> = {
  "V_MPEG4/ISO/AVC": "avc",
  "V_MPEGH/ISO/HEVC": "hevc",
  V_VP9: "vp9",
  V_AV1: "av1",
};
const TEXT_CODINGS: Record<string, TextCoding> = {
  "S_TEXT/UTF8": "subrip",
  "S_TEXT/WEBVTT": "webvtt",
  "D_WEBVTT/SUBTITLES": "webm",
  "D_WEBVTT/CAPTIONS": "webm",
};
const AUDIO_NAMES: Record<string, string> = {
  A_OPUS: "opus",
  A_VORBIS: "vorbis",
  A_FLAC: "flac",
  "A_MPEG/L1": "mp1",
  "A_MPEG/L2": "mp2",
  "A_MPEG/L3": "mp3",
  A_AC3: "ac-3",
  A_EAC3: "ec-3",
};

/** @param offset where the content of `Tracks` stands in the file */
export function readTracks(
  bytes: Uint8Array,
  offset: number,
): { tracks: MatroskaTrack[]; structure: StructureRange[] } {
  const tracks: MatroskaTrack[] = [];
  const structure: StructureRange[] = [];
  for (const entry of childElements(bytes, 0, bytes.length)) {
    if (entry.id !== TRACK_ENTRY || tracks.length >= 64) continue;
    const fields = new Map<number, Uint8Array>();
    let privateAt = 0;
    for (const child of childElements(bytes, entry.body, entry.end)) {
      fields.set(child.id, bytes.subarray(child.body, child.end));
      if (child.id === 0x63a2) privateAt = child.body;
    }
    const number = unsigned(fields.get(0xd7) ?? new Uint8Array());
    const type = unsigned(fields.get(0x83) ?? new Uint8Array());
    const codec = String.fromCharCode(...(fields.get(0x86) ?? []).slice(0, 64)).replace(/\0+$/, "");
    const configuration = fields.get(0x63a2) ?? new Uint8Array();
    const encodings = fields.get(0x6d80); // samples are not the codec's plain bytes
    const packed = encodings !== undefined;
    const stream: SourceStream = { form: "other", parameter: 0 };
    const defaultDuration = unsigned(fields.get(0x23e383) ?? new Uint8Array());
    if (type === VIDEO) {
      stream.form = packed ? "picture" : (FORMS[codec] ?? "picture");
      const isConfigured = configuration.length > CONFIGURATION_MIN_BYTES && configuration[0] === 1;
      if (stream.form === "avc") {
        // Some programs write the stream as it is, with start codes, and no configuration.
        if (isConfigured) stream.parameter = ((configuration[4] ?? 3) & 3) + 1;
        else stream.form = "annexb";
      }
      // Its first years' files have version 0.
      const isHevcConfigured = configuration.length > 22 && (configuration[0] === 1 || configuration[1] !== 0);
      if (stream.form === "hevc")
        stream.parameter = isHevcConfigured ? ((configuration[21] ?? 3) & 3) + 1 : START_CODES;
      stream.needsRate = defaultDuration === 0;
      stream.isPacked = packed && !isStripped(encodings);
      describeVideo(stream, codec, configuration, fields.get(0xe0) ?? new Uint8Array(), defaultDuration);
    } else if (type === AUDIO) {
      stream.form = "audio";
      describeAudio(stream, codec, fields.get(0xe1) ?? new Uint8Array(), languageOf(fields) ?? "");
    } else if (type === SUBTITLES && !packed) describeText(stream, codec, fields);
    if (configuration.length > 0 && type <= AUDIO)
      structure.push({
        offset: offset + privateAt,
        size: configuration.length,
        form: type === VIDEO ? "configuration" : "audio-configuration",
        parameter: 0,
      });
    tracks.push({ number, defaultDuration, stream });
  }
  return { tracks, structure };
}

const HEADER_STRIPPING = 3;

/** Whether all that was done to the samples is that equal first bytes were left out. @param encodings content of ContentEncodings (RFC 9559 5.1.4.1.31) */
function isStripped(encodings: Uint8Array): boolean {
  const inside = (from: Uint8Array, id: number): Uint8Array[] =>
    childElements(from, 0, from.length).flatMap((child) =>
      child.id === id ? [from.subarray(child.body, child.end)] : [],
    );
  return inside(encodings, 0x6240).every((encoding) => {
    const [compression] = inside(encoding, 0x5034);
    const [algorithm] = compression === undefined ? [] : inside(compression, 0x4254);
    return algorithm !== undefined && unsigned(algorithm) === HEADER_STRIPPING;
  });
}

function describeVideo(
  stream: SourceStream,
  codec: string,
  configuration: Uint8Array,
  video: Uint8Array,
  defaultDuration: number,
): void {
  const fields = new Map(
    childElements(video, 0, video.length).map(({ id, body, end }) => [id, video.subarray(body, end)]),
  );
  const number = (id: number, fallback = 0): number => {
    const value = fields.get(id);
    return value === undefined ? fallback : unsigned(value);
  };
  const [width, height] = [number(0xb0), number(0xba)];
  if (width < 1 || height < 1 || width > 65535 || height > 65535) return;
  const colour = fields.get(0x55b0) ?? new Uint8Array();
  const colourFields = new Map(
    childElements(colour, 0, colour.length).map(({ id, body, end }) => [id, unsigned(colour.subarray(body, end))]),
  );
  const matrix = colourFields.get(0x55b1) ?? 2;
  const [displayWidth, displayHeight] = [number(0x54b0, width), number(0x54ba, height)];
  stream.track = {
    id: 0,
    kind: "video",
    codec: videoName(codec, configuration),
    width,
    height,
    frameRate: defaultDuration > 0 ? ratioOf(1e9 / defaultDuration) : [25, 1],
    pixelAspect: pixelAspect(displayWidth * height, displayHeight * width),
    ...turn(fields.get(0x7670)),
    matrix: matrix === 1 ? "bt709" : matrix === 2 ? untaggedMatrix(height) : "bt601",
    fullRange: colourFields.get(0x55b9) === 2,
  };
}

/** @param projection its element's content: a pose in degrees, counter-clockwise; yaw and pitch of 180 turn the picture over before the roll */
function turn(projection: Uint8Array | undefined): Pick<VideoTrack, "rotation" | "mirrored"> {
  const fields = new Map(
    childElements(projection ?? new Uint8Array(), 0, projection?.length ?? 0).map(({ id, body, end }) => [
      id,
      projection?.subarray(body, end) ?? new Uint8Array(),
    ]),
  );
  const angle = (id: number): number => float(fields.get(id) ?? new Uint8Array(4));
  const isFlat = unsigned(fields.get(0x7671) ?? new Uint8Array()) === 0;
  const [yaw, pitch, roll] = [0x7673, 0x7674, 0x7675].map(angle) as [number, number, number];
  const [turned, tipped] = [yaw, pitch].map((degrees) => Math.abs(degrees) === 180);
  if (!isFlat || roll % 90 !== 0 || (yaw !== 0 && !turned) || (pitch !== 0 && !tipped))
    return { rotation: 0, mirrored: false };
  const mirrored = turned !== tipped;
  const clockwise = (mirrored ? roll : -roll) + (tipped ? 180 : 0);
  return { rotation: ((((clockwise % 360) + 360) % 360) as VideoTrack["rotation"]) || 0, mirrored };
}

function pixelAspect(numerator: number, denominator: number): [number, number] {
  let [a, b] = [numerator, denominator];
  if (a < 1 || b < 1 || a > 2 ** 40 || b > 2 ** 40) return [1, 1];
  while (b > 0) [a, b] = [b, a % b];
  return [numerator / a, denominator / a];
}

function videoName(codec: string, configuration: Uint8Array): string {
  if (codec === "V_MPEG4/ISO/AVC") return avcName("avc1", configuration);
  if (codec === "V_MPEGH/ISO/HEVC") return hevcName("hvc1", configuration);
  if (codec === "V_AV1") return configuration.length < 4 ? "av01.0.08M.08" : av1Name(configuration);
  if (codec === "V_VP9") return "vp09.00.10.08";
  return codec === "V_VP8" ? "vp8" : codec.toLowerCase();
}

function textOf(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value.subarray(0, 400)).replace(/\0+$/, "");
}

/** LanguageBCP47, else Language (RFC 9559 5.1.4.1.19 and 20). */
const languageOf = (fields: Map<number, Uint8Array>): string | undefined =>
  textOf(fields.get(0x22b59d)) ?? textOf(fields.get(0x22b59c));

function describeText(stream: SourceStream, codec: string, fields: Map<number, Uint8Array>): void {
  const coding = TEXT_CODINGS[codec];
  if (coding === undefined) return;
  stream.text = {
    coding,
    language: languageOf(fields) ?? "eng", // what stands for no Language
    name: textOf(fields.get(0x536e)) ?? "",
    isForDeaf: codec === "D_WEBVTT/CAPTIONS" || unsigned(fields.get(0x55ab) ?? new Uint8Array()) === 1,
  };
}

function describeAudio(stream: SourceStream, codec: string, audio: Uint8Array, language: string): void {
  const fields = new Map(
    childElements(audio, 0, audio.length).map(({ id, body, end }) => [id, audio.subarray(body, end)]),
  );
  const rate = fields.get(0xb5);
  const sampleRate = Math.round(rate === undefined ? 8000 : float(rate));
  const channelField = fields.get(0x9f);
  const channels = channelField === undefined ? 1 : unsigned(channelField);
  if (!(sampleRate >= 1 && sampleRate <= 768000) || channels < 1 || channels > 64) return;
  const name = AUDIO_NAMES[codec] ?? (codec.startsWith("A_AAC") ? "mp4a.40.2" : codec.toLowerCase());
  stream.track = { id: 0, kind: "audio", codec: name, sampleRate, channels, ...languageField(language) };
}
