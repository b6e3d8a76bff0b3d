import type { SourcePacket, SourcePicture } from "../pictures/source-picture.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import { cutAudioPackets } from "./compress/audio-packets.ts";
import type { EncodedPicture, EncodeSettings } from "./compress/compress-types.ts";
import type { DividedPacket } from "./compress/packet-list.ts";
import { type EncoderVideo, PictureEncoder, type PlaneCode } from "./compress/picture-encoder.ts";
import { type CutMpeg, cutMpeg, type MpegRequest, mergeMpeg } from "./mpeg/segment-bytes.ts";
import type { CutRequest } from "./samples/choose-cuts.ts";
import { type CutSegment, cutSegment, mergeSegment } from "./samples/segment-bytes.ts";

export interface GopRequest {
  video: EncoderVideo;
  division: EncodeSettings["division"];
  planeCode: PlaneCode;
  /** Number of the group's first picture in the video. */
  firstPicture: number;
}

/** What a codec worker does, in a Web Worker or a Node worker, behind comlink. */
export interface CodecWorkerApi {
  /** Starts a closed group of pictures; the next picture is an I-picture. */
  beginGop(request: GopRequest): Promise<void>;
  /** Encodes the group's next pictures; their `data` is to be transferred, and comes back as `spent`. */
  addPictures(
    pictures: SourcePicture[],
    quality: number,
  ): Promise<{ pictures: EncodedPicture[]; spent: ArrayBuffer[] }>;
  /** Cuts the sound packets of one segment. */
  cutAudio(packets: SourcePacket[]): Promise<DividedPacket[]>;
  /** Cuts one segment of method `samples`; `bytes` is to be transferred. */
  cutSamples(bytes: Uint8Array, request: CutRequest): Promise<CutSegment>;
  /** The source bytes of one segment of method `samples`. */
  mergeSamples(publicBytes: Uint8Array, withheld: Uint8Array): Promise<Uint8Array>;
  /** Divides one segment of method `mpeg`; `bytes` is to be transferred. */
  cutMpeg(bytes: Uint8Array, request: MpegRequest): Promise<CutMpeg>;
  /** The source bytes of one segment of method `mpeg`. */
  mergeMpeg(publicBytes: Uint8Array, withheld: Uint8Array): Promise<Uint8Array>;
}

/** @param transfer marks buffers that go over without a copy (`Comlink.transfer`) */
export function createCodecWorkerApi(
  kernels: Kernels,
  transfer: <T>(value: T, buffers: Transferable[]) => T,
): CodecWorkerApi {
  let encoder: PictureEncoder | undefined;
  let openedFor = "";
  let picture = 0;
  let key = true;
  return {
    async beginGop({ video, division, planeCode, firstPicture }) {
      // The same settings reuse the encoder's memory.
      const settings = JSON.stringify([video, division, planeCode]);
      if (encoder === undefined || openedFor !== settings) {
        encoder?.close();
        encoder = new PictureEncoder(kernels, video, division, planeCode);
        openedFor = settings;
      }
      picture = firstPicture;
      key = true;
    },

    async addPictures(sources, quality) {
      const own = encoder;
      if (own === undefined) throw new TypeError("addPictures before beginGop");
      const pictures = sources.map((source): EncodedPicture => {
        const coded = own.encode(source, { quality, key, number: picture });
        picture += 1;
        key = false;
        return { ...coded, durationMicroseconds: source.durationMicroseconds };
      });
      const spent = sources.map(({ data }) => data.buffer as ArrayBuffer);
      const coded = pictures.flatMap(({ publicBytes, withheld }) => [publicBytes.buffer, withheld.buffer]);
      return transfer({ pictures, spent }, [...coded, ...spent] as Transferable[]);
    },

    async cutAudio(packets) {
      return cutAudioPackets(kernels, packets);
    },

    async cutSamples(bytes, request) {
      const cut = await cutSegment(kernels, bytes, request);
      return transfer(cut, [cut.publicBytes.buffer, cut.withheld.buffer] as Transferable[]);
    },

    async mergeSamples(publicBytes, withheld) {
      const bytes = await mergeSegment(kernels, publicBytes, withheld);
      return transfer(bytes, [bytes.buffer] as Transferable[]);
    },

    async cutMpeg(bytes, request) {
      const cut = await cutMpeg(kernels, bytes, request);
      return transfer(cut, [cut.publicBytes.buffer, cut.withheld.buffer] as Transferable[]);
    },

    async mergeMpeg(publicBytes, withheld) {
      const bytes = await mergeMpeg(kernels, publicBytes, withheld);
      return transfer(bytes, [bytes.buffer] as Transferable[]);
    },
  };
}
