/** A CM as fragments that a `<video>` can be fed with while its file still arrives; its packets are copied as they are. */
import {
  AppendOnlyStreamTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  MP4,
  Mp4OutputFormat,
  Output,
  ReadableStreamSource,
  WEBM,
} from "mediabunny";
import { UnsupportedError } from "../../../../../codec/page.ts";
import { deferred } from "../../../shared/deferred.ts";
import type { ArrivingCm } from "../play/arriving-cm.ts";

/** At least; a fragment begins with a key picture. */
const FRAGMENT_SECONDS = 0.25;
/** Where pictures or sound begin later, a `<video>` waits for what stands before. */
const LATE_START_SECONDS = 0.1;

export interface CmStream {
  /** With its codecs. */
  mimeType: string;
  /** The first one is there. */
  fragments: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
}

/** One of the CM's tracks on its way from the file to the fragments. */
interface Copied {
  /** The next one to be copied; null at the end. */
  packet: EncodedPacket | null;
  copy(packet: EncodedPacket): Promise<void>;
  next(packet: EncodedPacket): Promise<EncodedPacket | null>;
  close(): void;
}

/**
 * Resolves when the first fragment is there. Where the file's index stands at its end, that is when all of it is.
 *
 * @param signal ends it, and the fragments
 * @throws whatever keeps this CM from being played so; the whole file may play all the same
 */
export async function openCmStream(cm: ArrivingCm, signal: AbortSignal): Promise<CmStream> {
  const source = new ReadableStreamSource(cm.stream(), { handleUnhandledError: () => {} });
  const input = new Input({ source, formats: [MP4, WEBM] });
  const hasFragment = deferred<void>();
  let fragments: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      fragments = controller;
    },
  });
  const output = new Output({
    format: new Mp4OutputFormat({
      fastStart: "fragmented",
      minimumFragmentDuration: FRAGMENT_SECONDS,
      onMoof: () => hasFragment.resolve(),
    }),
    target: new AppendOnlyStreamTarget(
      new WritableStream<Uint8Array>({
        write: (chunk) => fragments?.enqueue(new Uint8Array(chunk)),
        close: () => fragments?.close(),
      }),
    ),
  });
  const fail = (error: unknown) => {
    input.dispose();
    if (output.state !== "finalized") void output.cancel().catch(() => {});
    fragments?.error(error);
    hasFragment.reject(error);
  };
  signal.addEventListener("abort", () => fail(signal.reason), { once: true });
  copyTracks(input, output).catch(fail);
  await hasFragment.promise;
  return { mimeType: await output.getMimeType(), fragments: readable.getReader() };
}

async function copyTracks(input: Input, output: Output): Promise<void> {
  const tracks = await openTracks(input, output);
  await output.start();
  for (;;) {
    const [first] = tracks
      .filter((track) => track.packet !== null)
      .sort((a, b) => (a.packet?.timestamp ?? 0) - (b.packet?.timestamp ?? 0));
    if (first === undefined || first.packet === null) break;
    await first.copy(first.packet);
    first.packet = await first.next(first.packet);
    if (first.packet === null) first.close();
  }
  await output.finalize();
}

async function openTracks(input: Input, output: Output): Promise<Copied[]> {
  const video = await input.getPrimaryVideoTrack();
  const sound = await input.getPrimaryAudioTrack();
  const tracks: Copied[] = [];
  for (const track of [video, sound]) {
    if (track === null) continue;
    const sink = new EncodedPacketSink(track);
    let packet = await sink.getFirstPacket();
    // What a coder of sound needs before the first sample stands before 0.
    while (packet !== null && track === sound && packet.timestamp < 0) packet = await sink.getNextPacket(packet);
    if (packet === null || packet.timestamp < 0 || packet.timestamp > LATE_START_SECONDS)
      throw new UnsupportedError("the commercial does not begin at 0");
    tracks.push({ packet, next: (last) => sink.getNextPacket(last), ...(await copierOf(track, output)) });
  }
  if (video === null) throw new UnsupportedError("the commercial has no pictures");
  return tracks;
}

async function copierOf(
  track: InputVideoTrack | InputAudioTrack,
  output: Output,
): Promise<Pick<Copied, "copy" | "close">> {
  if (track.isVideoTrack()) {
    const [codec, decoderConfig] = [await track.getCodec(), await track.getDecoderConfig()];
    if (codec === null || decoderConfig === null) throw new UnsupportedError("the commercial's pictures are not known");
    if ((await track.getRotation()) !== 0) throw new UnsupportedError("not every browser turns a video in pieces");
    const to = new EncodedVideoPacketSource(codec);
    output.addVideoTrack(to);
    return { copy: (packet) => to.add(packet, { decoderConfig }), close: () => to.close() };
  }
  const [codec, decoderConfig] = [await track.getCodec(), await track.getDecoderConfig()];
  if (codec === null || decoderConfig === null) throw new UnsupportedError("the commercial's sound is not known");
  const to = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(to);
  return { copy: (packet) => to.add(packet, { decoderConfig }), close: () => to.close() };
}
