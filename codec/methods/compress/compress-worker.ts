import type { SourcePacket, SourcePicture } from "../../pictures/source-picture.ts";
import type { Transfer } from "../../pool/worker-pool.ts";
import type { DrawnMark } from "../../restriction/draw-mark.ts";
import type { HiddenAreas } from "../../restriction/treated-picture.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { cutAudioPackets } from "./audio-packets.ts";
import type { EncodedPicture, EncodeSettings } from "./compress-types.ts";
import type { DividedPacket } from "./packet-list.ts";
import { type EncoderVideo, PictureEncoder, type PlaneCode } from "./picture-encoder.ts";

export interface GopRequest {
  video: EncoderVideo;
  division: EncodeSettings["division"];
  planeCode: PlaneCode;
  /** Number of the group's first picture in the video. */
  firstPicture: number;
  /** Not to be seen of the group's pictures. */
  hidden?: HiddenAreas | undefined;
  /** Drawn into its pictures before; none where absent. */
  drawn?: readonly DrawnMark[] | undefined;
}

export interface CompressWorkerApi {
  /** Starts a closed group of pictures; the next picture is an I-picture. */
  beginGop(request: GopRequest): Promise<void>;
  /**
   * Encodes the group's next pictures, in runs of which the last picture may be coded ahead of the others; their `data`
   * is to be transferred, and comes back as `spent`.
   *
   * @returns pictures in the order in which they are decoded
   */
  addPictures(runs: SourcePicture[][], quality: number): Promise<{ pictures: EncodedPicture[]; spent: ArrayBuffer[] }>;
  /** Cuts the sound packets of one segment. */
  cutAudio(packets: SourcePacket[]): Promise<DividedPacket[]>;
}

const NOTHING_HIDDEN: HiddenAreas = { parts: [], fullRange: false };

export function createCompressWorker(kernels: Kernels, transfer: Transfer): CompressWorkerApi {
  let encoder: PictureEncoder | undefined;
  let openedFor = "";
  let picture = 0;
  let key = true;
  return {
    async beginGop({ video, division, planeCode, firstPicture, hidden = NOTHING_HIDDEN, drawn = [] }) {
      // The same settings reuse the encoder's memory.
      const settings = JSON.stringify([video, division, planeCode]);
      if (!encoder?.isOpen || openedFor !== settings) {
        encoder?.close();
        encoder = new PictureEncoder(kernels, video, division, planeCode);
        openedFor = settings;
      }
      encoder.hide(hidden);
      encoder.draw(drawn);
      picture = firstPicture;
      key = true;
    },

    async addPictures(runs, quality) {
      const own = encoder;
      if (own === undefined) throw new TypeError("addPictures before beginGop");
      const pictures = runs.flatMap((run): EncodedPicture[] => {
        const coded = [...own.encodeRun(run, { quality, key, number: picture })];
        picture += run.length;
        key = false;
        return coded;
      });
      const spent = runs.flat().map(({ data }) => data.buffer as ArrayBuffer);
      const coded = pictures.flatMap(({ publicBytes, withheld }) => [publicBytes.buffer, withheld.buffer]);
      return transfer({ pictures, spent }, [...coded, ...spent] as Transferable[]);
    },

    async cutAudio(packets) {
      return cutAudioPackets(kernels, packets);
    },
  };
}
