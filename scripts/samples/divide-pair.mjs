/** Divides the sample video with the built program: its pictures as ffmpeg decodes them, its sound as it stands in the file. */
import { execFileSync } from "node:child_process";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from "mediabunny";

/** Where the poster is taken from. */
const POSTER_SECONDS = 2;

async function load(path) {
  return import(new URL(`../../dist/node/${path}`, import.meta.url)).catch((cause) => {
    throw new Error(`the program is not built (${cause.message}): npm run build first`);
  });
}

async function* soundPackets(track) {
  for await (const packet of new EncodedPacketSink(track).packets()) {
    yield {
      timestampMicroseconds: Math.max(0, Math.round(packet.timestamp * 1e6)),
      durationMicroseconds: Math.round(packet.duration * 1e6),
      data: packet.data,
    };
  }
}

/**
 * @param video    the .mp4; main and slave are written beside it, named after it
 * @param settings title, copyright and genre; `protection` and `bitplane` where they are not the usual ones
 */
export async function dividePair(video, settings) {
  const [{ divideCompress, PictureBuffers, readY4m }, { createNodePool, FileSink, openFile }] = await Promise.all(
    ["codec/index.js", "codec/hosts/node/index.js"].map(load),
  );
  const ffmpeg = ["-hide_banner", "-loglevel", "error", "-i", video];
  const poster = execFileSync("ffmpeg", [
    ...ffmpeg,
    ..."-frames:v 1 -vf scale=320:-2 -q:v 4 -fflags +bitexact -f mjpeg".split(" "),
    "-ss",
    String(POSTER_SECONDS),
    "-",
  ]);
  const folder = await mkdtemp(join(tmpdir(), "cmix-pair-"));
  const decoded = join(folder, "pictures.y4m");
  execFileSync("ffmpeg", [...ffmpeg, ..."-pix_fmt yuv420p -f yuv4mpegpipe".split(" "), decoded]);
  const file = await openFile(decoded);
  const input = new Input({ source: new BlobSource(await openAsBlob(video)), formats: ALL_FORMATS });
  const pool = createNodePool(undefined);
  try {
    const buffers = new PictureBuffers();
    const { header, pictures } = await readY4m(file, buffers);
    const track = await input.getPrimaryAudioTrack();
    const config = await track.getDecoderConfig();
    const paths = { main: video.replace(/\.mp4$/, ".cmx"), slave: video.replace(/\.mp4$/, ".cms") };
    await divideCompress(
      {
        video: { ...header, matrix: "bt709" },
        pictures,
        buffers,
        audio: {
          codec: config.codec,
          sampleRate: config.sampleRate,
          channels: config.numberOfChannels,
          description: new Uint8Array(config.description),
          packets: soundPackets(track),
        },
      },
      {
        protection: "sealed",
        bitplane: "gray",
        quality: 4,
        gopPictures: 30,
        mainName: basename(paths.main),
        slaveName: basename(paths.slave),
        poster: { type: "image/jpeg", data: new Uint8Array(poster) },
        ...settings,
      },
      { main: await FileSink.open(paths.main), slave: await FileSink.open(paths.slave) },
      pool,
    );
  } finally {
    pool.close();
    input.dispose();
    await file.close();
    await rm(folder, { recursive: true });
  }
}
