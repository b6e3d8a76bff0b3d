/** Opens, decrypts, combines, decodes and shows a main; the page never decodes. */
import "../shared/no-eval.ts";
import * as Comlink from "comlink";
import { UnsupportedError } from "../../../codec/errors.ts";
import { sourceFromBlob, toHex } from "../../../codec/format/bytes.ts";
import type { AudioTrack, VideoTrack } from "../../../codec/format/header.ts";
import { MainReader } from "../../../codec/format/main-file.ts";
import { mergeAudioPackets } from "../../../codec/methods/audio-packets.ts";
import { CompressDecoder } from "../../../codec/methods/compress-decoder.ts";
import type { Kernels } from "../../../codec/wasm/load-kernels.ts";
import { installErrorTransfer } from "../../../codec/worker/error-transfer.ts";
import { type ClockAnchor, epochMilliseconds, timeOfAnchor } from "../player/clock.ts";
import { sourceFromUrl } from "../player/http-source.ts";
import type { Screen } from "../player/picture-pump.ts";
import { Playback } from "../player/playback.ts";
import { type PlayTicket, SegmentOpener } from "../player/segment-opener.ts";
import { canDecodeSound } from "../player/sound-pump.ts";
import { UnitStore } from "../player/unit-store.ts";
import { readUnits } from "../player/unit-stream.ts";
import { fetchUnits, postSeek } from "../shared/service.ts";
import { fetchKernels } from "./kernels.ts";
import type { MainFacts, PlayEvents, PlayWorkerApi } from "./play-api.ts";

interface OpenedMain {
  reader: MainReader;
  video: VideoTrack;
  sound: AudioTrack | undefined;
}

interface PreparedPlay {
  ticket: PlayTicket;
  cm: Blob;
  units: UnitStore;
  events: PlayEvents;
}

class PlayWorker implements PlayWorkerApi {
  private kernels: Promise<Kernels> | undefined;
  private main: OpenedMain | undefined;
  private screen: Screen | undefined;
  private prepared: PreparedPlay | undefined;
  private playback: Playback | undefined;
  private decoder: CompressDecoder | undefined;
  private anchor: ClockAnchor = { mediaSeconds: 0, atMilliseconds: 0, running: false };

  async open(source: Blob | string): Promise<MainFacts> {
    await this.stop();
    const bytes = typeof source === "string" ? await sourceFromUrl(source) : sourceFromBlob(source);
    const reader = await MainReader.open(bytes);
    const { header } = reader;
    const video = header.tracks.find((track) => track.kind === "video");
    const sound = header.tracks.find((track) => track.kind === "audio");
    if (header.method !== "compress" || video === undefined) {
      throw new UnsupportedError(
        `this video was divided with method ${header.method}, which this player does not play: combine it with the cmix command`,
        {
          method: header.method,
        },
      );
    }
    const playable = sound !== undefined && (await canDecodeSound(sound));
    this.main = { reader, video, sound: playable ? sound : undefined };
    this.screen = undefined;
    const { poster } = header;
    return {
      mainId: toHex(header.id),
      slaveId: toHex(header.slaveId),
      slaveName: header.slaveName,
      title: header.title,
      copyright: header.copyright,
      genre: header.genre,
      ageLimit: header.ageLimit,
      service: header.service,
      method: header.method,
      protection: header.protection,
      bytes: bytes.size,
      durationSeconds: (reader.trailer?.durationMicroseconds ?? 0) / 1e6,
      poster: poster === undefined ? undefined : new Blob([poster.data as BlobPart], { type: poster.type }),
      video: {
        width: video.width,
        height: video.height,
        rotation: video.rotation,
        pixelAspect: video.pixelAspect,
        framesPerSecond: video.frameRate[0] / video.frameRate[1],
      },
      sound:
        sound === undefined
          ? undefined
          : { codec: sound.codec, sampleRate: sound.sampleRate, channels: sound.channels, playable },
    };
  }

  async attachScreen(canvas: OffscreenCanvas): Promise<void> {
    const { video } = this.opened();
    canvas.width = video.width;
    canvas.height = video.height;
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new UnsupportedError("this browser gives no 2d canvas in a worker: use a newer one");
    this.screen = { width: video.width, height: video.height, paint: (image) => context.putImageData(image, 0, 0) };
  }

  async prepare(ticket: PlayTicket, cm: Blob, events: PlayEvents): Promise<void> {
    await this.stop();
    this.kernels ??= fetchKernels();
    const units = new UnitStore({
      segments: ticket.segments,
      async *fetch(from, most, signal) {
        const { body } = await fetchUnits(ticket.playId, from, most, signal);
        if (body !== null) yield* readUnits(body);
      },
      onHeldBack: (seconds) => events.onHeldBack(seconds),
    });
    this.prepared = { ticket, cm, units, events };
    await this.kernels;
  }

  async release(secret: string): Promise<void> {
    const { reader, video, sound } = this.opened();
    const { prepared, screen } = this;
    if (prepared === undefined || screen === undefined)
      throw new TypeError("release: prepare and attachScreen come first");
    const { ticket, cm, units, events } = prepared;
    this.kernels ??= fetchKernels();
    const kernels = await this.kernels;
    const opener = await SegmentOpener.open({ kernels, main: reader, units, cm: sourceFromBlob(cm) }, ticket, secret);
    this.decoder = new CompressDecoder(kernels, video, reader.header.parameters);
    this.playback = new Playback({
      main: reader,
      opener,
      units,
      video,
      decoder: this.decoder,
      screen,
      clock: () => ({ seconds: timeOfAnchor(this.anchor, epochMilliseconds()), running: this.anchor.running }),
      postSeek: (segment, signal) => postSeek(ticket.playId, segment, signal),
      onHeldBack: (seconds) => events.onHeldBack(seconds),
      events,
      ...(sound === undefined
        ? {}
        : { sound: { track: sound, merge: (packets) => mergeAudioPackets(kernels, packets) } }),
    });
  }

  async start(run: number, seconds: number): Promise<void> {
    if (this.playback === undefined) throw new TypeError("start: release comes first");
    await this.playback.start(run, seconds);
  }

  async setClock(anchor: ClockAnchor): Promise<void> {
    this.anchor = anchor;
  }

  async stop(): Promise<void> {
    this.prepared?.units.close();
    this.prepared = undefined;
    await this.playback?.stop();
    this.playback = undefined;
    this.decoder?.close();
    this.decoder = undefined;
  }

  private opened(): OpenedMain {
    if (this.main === undefined) throw new TypeError("open comes first");
    return this.main;
  }
}

installErrorTransfer();
Comlink.expose(new PlayWorker());
