/** Divides the sample video with the built program: its pictures as ffmpeg decodes them, its sound as it stands in the file. */
import { execFileSync, spawn } from "node:child_process";
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
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

/** @param video the .mp4; main and slave are written beside it, named after it */
export async function dividePair(video, { title, copyright, genre }) {
  const [{ readY4m }, { divideCompress }, { FileSink }, { createNodePool }] = await Promise.all(
    ["codec/containers/y4m.js", "codec/methods/compress.js", "cli/files.js", "cli/node-pool.js"].map(load),
  );
  const ffmpeg = ["-hide_banner", "-loglevel", "error"];
  const poster = execFileSync("ffmpeg", [
    ...ffmpeg,
    "-ss",
    String(POSTER_SECONDS),
    "-i",
    video,
    ..."-frames:v 1 -vf scale=320:-2 -q:v 4 -fflags +bitexact -f mjpeg -".split(" "),
  ]);
  const decoder = spawn("ffmpeg", [...ffmpeg, "-i", video, ..."-pix_fmt yuv420p -f yuv4mpegpipe -".split(" ")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { header, pictures } = await readY4m(decoder.stdout);
  const input = new Input({ source: new BlobSource(await openAsBlob(video)), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const config = await track.getDecoderConfig();

  const paths = { main: video.replace(/\.mp4$/, ".cmx"), slave: video.replace(/\.mp4$/, ".cms") };
  const sinks = { main: await FileSink.open(paths.main), slave: await FileSink.open(paths.slave) };
  const pool = createNodePool(undefined);
  try {
    await divideCompress(
      {
        video: { ...header, matrix: "bt709" },
        pictures,
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
        title,
        copyright,
        genre,
        mainName: basename(paths.main),
        slaveName: basename(paths.slave),
        poster: { type: "image/jpeg", data: new Uint8Array(poster) },
      },
      sinks,
      pool,
    );
  } finally {
    pool.close();
    input.dispose();
  }
}
