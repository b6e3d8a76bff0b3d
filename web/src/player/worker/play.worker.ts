/** Opens, decrypts, combines, decodes and shows a main; the page never decodes. */
import "../../shared/worker/no-eval.ts";
import * as Comlink from "comlink";
import { fetchKernels } from "../../../../codec/hosts/browser/index.ts";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import {
  type Kernels,
  type MainHeader,
  MainReader,
  posterBlob,
  RESTRICTED_LAYER,
  type VideoTrack,
} from "../../../../codec/index.ts";
import { BASE_LAYER, sourceFromBlob, toHex, UnsupportedError } from "../../../../codec/page.ts";
import { connection, type Loss } from "../../shared/net/connection.ts";
import { sourceFromUrl } from "../../shared/net/http-source.ts";
import { type ClockAnchor, epochMilliseconds, timeOfAnchor } from "../protocol/clock-anchor.ts";
import type { ChapterFacts, Display, MainFacts, PlayEvents, PlayTicket, PlayWorkerApi } from "../protocol/play-api.ts";
import type { MediaFeed } from "./feeds/media-feed.ts";
import { playbackMethod } from "./feeds/playback-methods.ts";
import { type PlayableSound, playableSounds } from "./feeds/sound-decodings.ts";
import { PictureNews } from "./playback/picture-news.ts";
import { Playback } from "./playback/playback.ts";
import { openScreen } from "./screen/open-screen.ts";
import type { Screen } from "./screen/screen.ts";
import { Thumbnails } from "./screen/thumbnails.ts";
import { loadedRanges } from "./units/loaded-ranges.ts";
import { openDelivery } from "./units/open-delivery.ts";
import { UnitStore } from "./units/unit-store.ts";
import { UnitTickets } from "./units/unit-tickets.ts";

interface OpenedMain {
  reader: MainReader;
  video: VideoTrack;
  playable: PlayableSound[];
  /** The one to be played. */
  sound: PlayableSound | undefined;
}

interface PreparedPlay {
  ticket: PlayTicket;
  cm: Blob;
  units: UnitStore;
  tickets: UnitTickets;
  events: PlayEvents;
}

class PlayWorker implements PlayWorkerApi {
  private kernels: Promise<Kernels> | undefined;
  private readonly mains = new Map<number, OpenedMain>();
  /** The one to be played. */
  private main: OpenedMain | undefined;
  private screen: Screen | undefined;
  private thumbnails: Thumbnails | undefined;
  private prepared: PreparedPlay | undefined;
  private playback: Playback | undefined;
  private feed: MediaFeed | undefined;
  /** Of the released main, with the sound that is chosen. */
  private openFeed: (() => MediaFeed) | undefined;
  private isDeinterlacing = true;
  /** Ends the reads of the mains. */
  private reading = new AbortController();
  private anchor: ClockAnchor = { mediaSeconds: 0, atMilliseconds: 0, running: false, rate: 1 };

  async watchConnection(onChange: (loss: Loss | undefined) => void): Promise<void> {
    connection.subscribe(() => onChange(connection.snapshot()));
  }

  async tryNow(): Promise<void> {
    connection.tryNow();
  }

  async open(key: number, source: Blob | string): Promise<MainFacts> {
    const bytes =
      typeof source === "string" ? await sourceFromUrl(source, () => this.reading.signal) : sourceFromBlob(source);
    const reader = await MainReader.open(bytes);
    const { header } = reader;
    const video = header.tracks.find((track) => track.kind === "video");
    const sounds = header.tracks.filter((track) => track.kind === "audio");
    if (video === undefined) throw new UnsupportedError("there is no video in this file that this player knows");
    await playbackMethod(header.method).checkPlayable(header, video);
    const playable = await playableSounds(sounds);
    this.mains.set(key, { reader, video, playable, sound: playable[0] });
    const { captions = [] } = header;
    return {
      mainId: toHex(header.id),
      slaveId: toHex(header.slaveId),
      slaveName: header.slaveName,
      title: header.title,
      copyright: header.copyright,
      genre: header.genre,
      ageLimit: header.ageLimit,
      hasHiddenParts: header.layers.some(({ id }) => id === RESTRICTED_LAYER),
      service: header.service,
      method: header.method,
      protection: header.protection,
      bytes: bytes.size,
      headerHash: toHex(reader.headerHash),
      tagsHash: reader.trailer && toHex(reader.trailer.tagsHash),
      durationSeconds: (reader.trailer?.durationMicroseconds ?? 0) / 1e6,
      poster: posterBlob(header),
      captions: captions.map(({ language, label, kind }) => ({ language, label, kind })),
      chapters: chapterFacts(header.chapters ?? [], (reader.trailer?.durationMicroseconds ?? 0) / 1e6),
      video: {
        width: video.width,
        height: video.height,
        rotation: video.rotation,
        mirrored: video.mirrored,
        pixelAspect: video.pixelAspect,
        framesPerSecond: video.frameRate[0] / video.frameRate[1],
        hasFields: playbackMethod(header.method).hasFields?.(header) === true,
      },
      sounds: sounds.map((track) => ({
        id: track.id,
        codec: track.codec,
        channels: track.channels,
        sampleRate: track.sampleRate,
        language: track.language,
        playable: playable.some((sound) => sound.track === track),
      })),
    };
  }

  async captions(key: number, number: number): Promise<string> {
    const main = this.mains.get(key);
    if (main === undefined) throw new TypeError("captions: open comes first");
    return main.reader.readCaptions(number);
  }

  async chooseSound(key: number, id: number | undefined): Promise<void> {
    const main = this.mains.get(key);
    if (main === undefined) throw new TypeError("chooseSound: open comes first");
    main.sound = main.playable.find(({ track }) => track.id === id);
    const { playback, openFeed } = this;
    if (main !== this.main || playback === undefined || openFeed === undefined) return;
    await playback.stop();
    this.feed?.close();
    this.feed = openFeed();
    playback.setFeed(this.feed);
  }

  async setDeinterlacing(isOn: boolean): Promise<void> {
    this.isDeinterlacing = isOn;
    this.feed?.setDeinterlacing?.(isOn);
  }

  async forget(key: number): Promise<void> {
    this.mains.delete(key);
  }

  async attachScreen(key: number, canvas: OffscreenCanvas, display: Display): Promise<Screen["display"]> {
    this.main = this.mains.get(key);
    const { reader, video } = this.opened();
    this.screen?.close();
    this.screen = openScreen(canvas, video, display);
    this.thumbnails = new Thumbnails(
      canvas,
      (reader.trailer?.durationMicroseconds ?? 0) / 1e6,
      this.screen.display === "2d",
    );
    return this.screen.display;
  }

  async setScreenSize(width: number, height: number): Promise<void> {
    if (this.screen?.setSize(width, height)) this.playback?.repaint();
  }

  async prepare(ticket: PlayTicket, cm: Blob, events: PlayEvents): Promise<void> {
    await this.stop();
    this.kernels ??= fetchKernels();
    const { reader } = this.opened();
    const onHeldBack = (seconds: number) => void events.onHeldBack(seconds);
    const tickets = new UnitTickets(ticket.playId, ticket.firstTicket, onHeldBack);
    const shown = reader.index.filter(({ layer }) => layer === BASE_LAYER);
    // Of hidden parts the service sends both what everybody sees and, to who may see it, the truth.
    const known = reader.index.filter(({ layer }) => layer === BASE_LAYER || layer === RESTRICTED_LAYER);
    const units: UnitStore = new UnitStore({
      order: known.map(({ number }) => number),
      fetch: (from, most, signal, heard) => tickets.fetch(from, most, signal, heard),
      onHeldBack,
      onKept: () => void events.onLoaded(loadedRanges(shown, (number) => units.has(number))),
      move: (segment, signal) => tickets.move(segment, signal),
      ...playbackMethod(reader.header.method).unitOrder(shown),
    });
    this.prepared = { ticket, cm, units, tickets, events };
    await this.kernels;
  }

  async release(secret: string): Promise<void> {
    const main = this.opened();
    const { reader, video } = main;
    const { prepared, screen } = this;
    if (prepared === undefined || screen === undefined)
      throw new TypeError("release: prepare and attachScreen come first");
    const { ticket, cm, units, tickets, events } = prepared;
    this.kernels ??= fetchKernels();
    const kernels = await this.kernels;
    const { opener, storyboard } = await openDelivery(
      { kernels, main: reader, units, cm: sourceFromBlob(cm) },
      ticket,
      secret,
    );
    this.thumbnails?.setStoryboard(storyboard);
    const method = playbackMethod(reader.header.method);
    this.openFeed = () => {
      const feed = method.openFeed({ kernels, main: reader, opener, screen, video, sound: main.sound });
      feed.setDeinterlacing?.(this.isDeinterlacing);
      return feed;
    };
    this.feed = this.openFeed();
    const news = new PictureNews((...values) => events.onPicture(...values));
    this.playback = new Playback({
      feed: this.feed,
      units,
      clock: () => ({ seconds: timeOfAnchor(this.anchor, epochMilliseconds()), running: this.anchor.running }),
      moveService: (segment, signal) => tickets.move(segment, signal),
      events: {
        onSound: (run, piece) => events.onSound(run, piece),
        onReady: (run) => events.onReady(run),
        onStarved: (run) => events.onStarved(run),
        onEnded: (run) => events.onEnded(run),
        onError: (run, error) => events.onError(run, error),
        onPicture: (run, timeSeconds) => {
          this.thumbnails?.pictureShown(timeSeconds);
          news.pictureShown(run, timeSeconds);
        },
      },
    });
  }

  async thumbnail(seconds: number): Promise<Blob | undefined> {
    return this.thumbnails?.at(seconds);
  }

  async start(run: number, seconds: number): Promise<void> {
    if (this.playback === undefined) throw new TypeError("start: release comes first");
    await this.playback.start(run, seconds);
  }

  async setClock(anchor: ClockAnchor): Promise<void> {
    this.anchor = anchor;
  }

  async stop(): Promise<void> {
    this.reading.abort();
    this.reading = new AbortController();
    this.prepared?.units.close();
    this.prepared = undefined;
    await this.playback?.stop();
    this.playback = undefined;
    this.feed?.close();
    this.feed = undefined;
    this.openFeed = undefined;
  }

  private opened(): OpenedMain {
    if (this.main === undefined) throw new TypeError("open comes first");
    return this.main;
  }
}

function chapterFacts(chapters: NonNullable<MainHeader["chapters"]>, durationSeconds: number): ChapterFacts[] {
  const inside = chapters.filter(({ startMicroseconds }) => startMicroseconds / 1e6 < durationSeconds);
  return inside.map(({ startMicroseconds, title }, i) => ({
    startSeconds: startMicroseconds / 1e6,
    endSeconds: Math.min(durationSeconds, (inside[i + 1]?.startMicroseconds ?? Number.POSITIVE_INFINITY) / 1e6),
    title,
  }));
}

installErrorTransfer();
Comlink.expose(new PlayWorker());
