/** Posters and teasers that a provider adds to a video; both are shown in the clear. */

import { decode as decodeJpeg } from "jpeg-js";
import { BufferSource, EncodedPacketSink, Input, MP4, QTFF, WEBM } from "mediabunny";
import { PNG } from "pngjs";
import { FormatError, UnsupportedError } from "../../codec/index.ts";
import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import type { LibraryDeps } from "./deps.ts";
import type { Extra, ExtraKind } from "./store.ts";

export const EXTRA_MAX_BYTES: Record<ExtraKind, number> = { poster: 1 << 20, teaser: 4 << 20 };
export const TEASER_MAX_SECONDS = 10;
/** A last picture that is shown a little longer is none too long. */
const TEASER_GRACE_SECONDS = 0.5;
const TEASER_CODECS = ["avc", "vp8", "vp9", "av1"];
const POSTER_MAX_PIXELS = 4096 * 4096;
const POSTER_MAX_MEMORY_MEGABYTES = 256;

/**
 * Takes a poster (JPEG or PNG, decoded to the end) or a teaser (MP4 or WebM of at most 10 s, read packet by packet).
 *
 * @throws FormatError, UnsupportedError it is not such a file; Refusal too_large
 */
export async function importExtra(
  deps: LibraryDeps,
  mainId: string,
  kind: ExtraKind,
  body: ByteStream,
): Promise<Extra> {
  const { blobs, store } = deps;
  return receive(blobs, "extras", body, EXTRA_MAX_BYTES[kind], async (upload) => {
    const { source, sha256 } = await upload.finish();
    const bytes = await source.read(0, source.size);
    const type = kind === "poster" ? imageType(bytes) : await videoType(bytes);
    const extra: Extra = { kind, type, bytes: source.size, sha256 };
    return deps.importLock.run("extras", async () => {
      const before = await store.library.extra(mainId, kind);
      await upload.commit(extraBlobId(extra));
      await store.library.putExtra(mainId, extra);
      if (before !== undefined) await removeUnused(deps, before);
      return extra;
    });
  });
}

export async function removeExtra(deps: LibraryDeps, mainId: string, kind: ExtraKind): Promise<void> {
  await deps.importLock.run("extras", async () => {
    const extra = await deps.store.library.extra(mainId, kind);
    await deps.store.library.removeExtra(mainId, kind);
    if (extra !== undefined) await removeUnused(deps, extra);
  });
}

export const extraBlobId = ({ sha256 }: Pick<Extra, "sha256">): string => sha256.slice(0, 32);

async function removeUnused({ blobs, store }: LibraryDeps, extra: Extra): Promise<void> {
  if (!(await store.library.usesExtra(extra.sha256))) await blobs.remove("extras", extraBlobId(extra));
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function imageType(bytes: Uint8Array): string {
  const image = Buffer.from(bytes);
  try {
    if (image.subarray(0, 8).equals(PNG_SIGNATURE)) {
      const pixels = image.readUInt32BE(16) * image.readUInt32BE(20);
      if (pixels > POSTER_MAX_PIXELS) throw new Error(`${pixels} pixels, at most ${POSTER_MAX_PIXELS} are allowed`);
      PNG.sync.read(image);
      return "image/png";
    }
    if (image[0] === 0xff && image[1] === 0xd8) {
      decodeJpeg(image, {
        maxResolutionInMP: POSTER_MAX_PIXELS / 1e6,
        maxMemoryUsageInMB: POSTER_MAX_MEMORY_MEGABYTES,
        tolerantDecoding: false,
      });
      return "image/jpeg";
    }
  } catch (error) {
    throw new FormatError(`the poster cannot be decoded (${(error as Error).message}): send another JPEG or PNG`);
  }
  throw new UnsupportedError("the poster is neither JPEG nor PNG: send one of these");
}

async function videoType(bytes: Uint8Array): Promise<string> {
  const input = new Input({ source: new BufferSource(bytes), formats: [MP4, QTFF, WEBM] });
  try {
    const format = await input.getFormat();
    const track = await input.getPrimaryVideoTrack();
    if (track === null) throw new UnsupportedError("the teaser has no video track: send an MP4 or WebM video");
    if (track.codec === null || !TEASER_CODECS.includes(track.codec))
      throw new UnsupportedError(
        `the teaser is coded in ${track.codec ?? "something unknown"}: use H.264, VP8, VP9 or AV1`,
      );
    let end = 0;
    for (const each of await input.getTracks()) {
      for await (const packet of new EncodedPacketSink(each).packets())
        end = Math.max(end, packet.timestamp + packet.duration);
    }
    if (!(end > 0)) throw new FormatError("the teaser has no pictures: send another file");
    if (end > TEASER_MAX_SECONDS + TEASER_GRACE_SECONDS)
      throw new UnsupportedError(
        `the teaser runs for ${end.toFixed(1)} s: at most ${TEASER_MAX_SECONDS} s are allowed`,
        {
          maxSeconds: TEASER_MAX_SECONDS,
        },
      );
    return format === WEBM ? "video/webm" : "video/mp4";
  } catch (error) {
    if (error instanceof FormatError || error instanceof UnsupportedError) throw error;
    throw new FormatError(`the teaser cannot be read (${(error as Error).message}): send an MP4 or WebM video`);
  } finally {
    input.dispose();
  }
}
