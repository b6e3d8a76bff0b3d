/** Matroska and WebM around other samples: the source's clusters as they are, and others between them (RFC 9559). */
import { type ByteSource, concatBytes, viewOf } from "../../bytes/bytes.ts";
import { WindowReader } from "../../bytes/window-reader.ts";
import { UnsupportedError } from "../../errors.ts";
import type { OwnSample, RenditionSample, RenditionWriter } from "../source-index.ts";
import { childElements, unsigned as numberOf, readElement } from "./ebml.ts";
import type { MatroskaTrack } from "./matroska-tracks.ts";
import { ID, walk } from "./matroska-walk.ts";
import { element, float, id as idBytes, size as sizeBytes, string, unsigned } from "./matroska-writer.ts";

const CUES = 0x1c53bb6b;
const TAGS = 0x1254c367;
const ATTACHMENTS = 0x1941a469;
/** What stands beside clusters and not in one: where it begins, one that does not tell its size is over. */
const BESIDE: ReadonlySet<number> = new Set([
  ...[ID.SEGMENT, ID.SEEK_HEAD, ID.INFO, ID.TRACKS, ID.CHAPTERS, ID.CLUSTER, CUES, TAGS, ATTACHMENTS],
]);
const METADATA_MAX_BYTES = 8 << 20;
const CONTENT_ENCODINGS = 0x6d80;
const TRACK_NUMBER = 0xd7;
/** Codings that need nothing but their key pictures. */
const FORMS: ReadonlySet<string> = new Set(["vp9", "av1", "picture"]);
/** Times in a cluster have 16 bits. */
const TIME_MAX = 32767;
/** Substitutes of a segment span so long, and a picture more. */
const CLUSTER_NANOSECONDS = 3_000_000_000;

interface MatroskaSource {
  tracks: readonly MatroskaTrack[];
  streams: readonly number[];
  /** Nanoseconds. */
  scale: number;
  /** In units of `scale`; 0 where the file does not tell. */
  duration: number;
  startMicroseconds: number;
}

/** A cluster of the rendition: its time, and where it begins behind the file's start. */
interface Cluster {
  time: number;
  place: number;
}

interface Around {
  ebml: Uint8Array;
  tracks: Uint8Array;
  clusters: { start: number; end: number }[];
}

export class MatroskaRendition implements RenditionWriter {
  readonly wholes: readonly { start: number; end: number }[];
  /** Those with a key picture. */
  private readonly cues: Cluster[] = [];
  private mediaEnd = 0;

  private constructor(
    private readonly source: MatroskaSource,
    private readonly film: number,
    private readonly around: Around,
  ) {
    this.wholes = around.clusters;
  }

  /** @throws {@link UnsupportedError} the file's coding, or its form, cannot be written anew in a part */
  static async open(file: ByteSource, source: MatroskaSource): Promise<MatroskaRendition> {
    const { tracks, streams } = source;
    const film = streams.find((stream) => tracks[stream]?.stream.track?.kind === "video") ?? -1;
    const refused = (what: string): UnsupportedError =>
      new UnsupportedError(`${what}: parts of this file cannot be hidden as it is; choose method compress`, {
        reason: "hiddenKept",
      });
    const stream = tracks[film]?.stream;
    if (stream === undefined || !FORMS.has(stream.form) || (stream.form === "picture" && codecOf(stream) !== "vp8"))
      throw refused(`Matroska with video in ${codecOf(stream)}`);
    if (source.scale * TIME_MAX < CLUSTER_NANOSECONDS) throw refused(`Matroska with times of ${source.scale} ns`);
    const around = await elementsOf(file);
    if (around === undefined) throw refused("Matroska without tracks before its clusters");
    const own = new Set(streams.map((one) => tracks[one]?.number));
    const { headBytes = 0 } = readElement(around.tracks, 0) ?? {};
    for (const entry of childElements(around.tracks, headBytes, around.tracks.length)) {
      const fields = childElements(around.tracks, entry.body, entry.end);
      const number = fields.find(({ id }) => id === TRACK_NUMBER);
      const isOwn = number !== undefined && own.has(numberOf(around.tracks.subarray(number.body, number.end)));
      if (isOwn && fields.some(({ id }) => id === CONTENT_ENCODINGS)) throw refused("Matroska that packs its samples");
    }
    return new MatroskaRendition(source, film, around);
  }

  configuration(): undefined {
    return undefined;
  }

  head(): Uint8Array {
    return new Uint8Array();
  }

  /** The first key picture of a cluster of the source is where decoding may begin. */
  add({ stream, timeMicroseconds, key }: RenditionSample, offset: number, size: number, whole: number): void {
    this.mediaEnd = Math.max(this.mediaEnd, offset + size);
    if (stream === this.film && key && this.cues.at(-1)?.place !== whole)
      this.cues.push({ time: this.ticks(timeMicroseconds), place: whole });
  }

  lay(samples: readonly OwnSample[], offset: number): { bytes: Uint8Array; places: number[] } {
    const times = samples.map(({ timeMicroseconds }) => this.ticks(timeMicroseconds));
    const clusterTime = Math.max(0, Math.min(...times));
    const blocks = samples.map(({ stream, key, data }, i) => {
      const number = this.source.tracks[stream]?.number ?? 1;
      const head = new Uint8Array(5);
      viewOf(head).setUint16(0, 0x4000 | number);
      viewOf(head).setInt16(2, (times[i] ?? 0) - clusterTime);
      head[4] = key ? 0x80 : 0;
      return element(ID.SIMPLE_BLOCK, head, data);
    });
    const time = unsigned(ID.TIMESTAMP, clusterTime);
    const bytes = element(ID.CLUSTER, time, ...blocks);
    let at = bytes.length - blocks.reduce((sum, block) => sum + block.length, 0);
    const places = blocks.map((block, i) => {
      at += block.length;
      return at - (samples[i]?.data.length ?? 0);
    });
    for (const [i, sample] of samples.entries())
      this.add(sample, offset + (places[i] ?? 0), sample.data.length, offset);
    this.mediaEnd = Math.max(this.mediaEnd, offset + bytes.length);
    return { bytes, places };
  }

  start(mediaBytes: number): Uint8Array {
    const { tracks, scale, duration } = this.source;
    const info = element(
      ID.INFO,
      ...[unsigned(0x2ad7b1, scale), string(0x4d80, "Cmix"), string(0x5741, "Cmix")],
      ...(duration > 0 ? [float(0x4489, duration)] : []),
    );
    const before = concatBytes(info, this.around.tracks);
    const number = tracks[this.film]?.number ?? 1;
    // Numbers of eight bytes: the places are those behind the cues, whose length they do not change.
    const cuesFor = (from: number): Uint8Array =>
      element(
        CUES,
        ...this.cues.map(({ time, place }) =>
          element(0xbb, wide(0xb3, time), element(0xb7, unsigned(0xf7, number), wide(0xf1, from + place))),
        ),
      );
    const seekFor = (place: number): Uint8Array =>
      element(ID.SEEK_HEAD, element(0x4dbb, element(0x53ab, idBytes(CUES)), wide(0x53ac, place)));
    const cuesAt = seekFor(0).length + before.length;
    const cues = cuesFor(cuesAt + cuesFor(0).length);
    const content = cuesAt + cues.length + mediaBytes;
    return concatBytes(this.around.ebml, idBytes(ID.SEGMENT), sizeBytes(content), seekFor(cuesAt), before, cues);
  }

  end(): Uint8Array {
    return new Uint8Array();
  }

  private ticks(timeMicroseconds: number): number {
    return Math.round(((timeMicroseconds + this.source.startMicroseconds) * 1000) / this.source.scale);
  }
}

const codecOf = (stream: MatroskaTrack["stream"] | undefined): string =>
  stream?.track?.kind === "video" ? stream.track.codec : "an unknown coding";

/** A number in eight bytes, whatever it is. */
function wide(id: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt(value));
  return element(id, bytes);
}

/** Head, tracks and clusters of a file; undefined where there is one of them too few, or too large. */
async function elementsOf(file: ByteSource): Promise<Around | undefined> {
  const whole = (start: number, end: number): Promise<Uint8Array> | undefined =>
    end - start > METADATA_MAX_BYTES ? undefined : file.read(start, end - start);
  let ebml: Uint8Array | undefined;
  let tracks: Uint8Array | undefined;
  const clusters: Around["clusters"] = [];
  let open: { start: number; end: number } | undefined;
  for await (const { id, start, body, end, size } of walk(new WindowReader(file))) {
    if (open !== undefined && BESIDE.has(id)) {
      open.end = Math.min(open.end, start);
      open = undefined;
    }
    if (id === ID.EBML) ebml ??= await whole(start, end);
    if (id === ID.TRACKS) tracks ??= await whole(start, end);
    if (id !== ID.CLUSTER) continue;
    open = { start, end: size === undefined ? file.size : Math.min(file.size, body + size) };
    clusters.push(open);
  }
  return ebml === undefined || tracks === undefined || clusters.length === 0 ? undefined : { ebml, tracks, clusters };
}
