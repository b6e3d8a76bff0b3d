/**
 * Defines `<cmix-player main="ID" service="https://…">`: a player of Cmix in a page, with HTMLMediaElement's interface. What plays is in a
 * frame of the service, whose cookies the page cannot read; this mirrors its state. Built into one script without imports.
 */
import type { CmixPlayer } from "./cmix-player.d.ts";
import { FrameLink } from "./frame-link.ts";
import { eventsBetween } from "./media-events.ts";
import { CmixTextTrackList, Ranges } from "./media-lists.ts";
import { type CmState, type MediaState, NO_MEDIA, RATE_RANGE } from "./media-state.ts";

/** Of this script, where a page of another site took it from the service itself. */
const ownService = new URL((document.currentScript as HTMLScriptElement | null)?.src ?? location.href).origin;
const STYLE = `
  :host { display: block; position: relative; aspect-ratio: 16/9 }
  iframe, img { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; display: block }
  img { object-fit: contain; background: #05090a; pointer-events: none }
  img[hidden] { display: none }`;
const MAIN = /^[0-9a-f]{32}$/;

class CmixPlayerElement extends HTMLElement implements CmixPlayer {
  static readonly observedAttributes = ["main", "service", "title", "slot", "nocontrols", "poster"];
  static readonly HAVE_NOTHING = 0;
  static readonly HAVE_METADATA = 1;
  static readonly HAVE_CURRENT_DATA = 2;
  static readonly HAVE_FUTURE_DATA = 3;
  static readonly HAVE_ENOUGH_DATA = 4;
  static readonly NETWORK_EMPTY = 0;
  static readonly NETWORK_IDLE = 1;
  static readonly NETWORK_LOADING = 2;
  static readonly NETWORK_NO_SOURCE = 3;

  readonly textTracks = new CmixTextTrackList((value) => this.link?.send({ kind: "track", value }));
  private readonly image = document.createElement("img");
  private link: FrameLink | undefined;
  /** What the frame was made for. */
  private shown = "";
  private state: MediaState = NO_MEDIA;
  private isStarted = false;

  // ---- What a page sets and asks ----

  get main(): string {
    return this.getAttribute("main") ?? "";
  }

  set main(id: string) {
    this.setAttribute("main", id);
  }

  get service(): string {
    return new URL(this.getAttribute("service") ?? ownService).origin;
  }

  set service(origin: string) {
    this.setAttribute("service", origin);
  }

  get src(): string {
    return MAIN.test(this.main) ? `${this.service}/api/mains/${this.main}` : "";
  }

  set src(address: string) {
    const { origin, pathname } = new URL(address, this.service);
    const id = pathname.split("/").at(-1) ?? "";
    if (!MAIN.test(id)) throw new TypeError(`src: ${address} is no video of a Cmix service: .../api/mains/ID`);
    this.service = origin;
    this.main = id;
  }

  get currentSrc(): string {
    return this.src;
  }

  get poster(): string {
    return this.getAttribute("poster") ?? "";
  }

  set poster(address: string) {
    this.setAttribute("poster", address);
  }

  get autoplay(): boolean {
    return this.hasAttribute("autoplay");
  }

  set autoplay(isOn: boolean) {
    this.toggleAttribute("autoplay", isOn);
  }

  get defaultMuted(): boolean {
    return this.hasAttribute("muted");
  }

  set defaultMuted(isMuted: boolean) {
    this.toggleAttribute("muted", isMuted);
  }

  /** The frame's own controls; not where others are given by the page, such as media-chrome's around `slot="media"`. */
  get controls(): boolean {
    return !this.hasAttribute("nocontrols") && this.slot !== "media";
  }

  set controls(isShown: boolean) {
    this.toggleAttribute("nocontrols", !isShown);
  }

  get currentTime(): number {
    return this.state.currentTime;
  }

  set currentTime(seconds: number) {
    if (!Number.isFinite(seconds)) throw new TypeError(`currentTime: ${seconds} is no number of seconds`);
    this.link?.send({ kind: "seek", value: seconds });
    const [range] = this.state.seekable;
    if (range === undefined) return; // in a CM: the frame says why not
    this.take({ ...this.state, currentTime: Math.min(Math.max(range[0], seconds), range[1]), seeking: true });
  }

  fastSeek(seconds: number): void {
    this.currentTime = seconds;
  }

  get volume(): number {
    return this.state.volume;
  }

  set volume(volume: number) {
    if (!(volume >= 0 && volume <= 1)) throw new DOMException(`volume: ${volume} is not from 0 to 1`, "IndexSizeError");
    this.link?.send({ kind: "volume", value: volume });
    this.take({ ...this.state, volume });
  }

  get muted(): boolean {
    return this.state.muted;
  }

  set muted(muted: boolean) {
    this.link?.send({ kind: "muted", value: muted });
    this.take({ ...this.state, muted });
  }

  get playbackRate(): number {
    return this.state.playbackRate;
  }

  set playbackRate(rate: number) {
    const value = Math.min(RATE_RANGE[1], Math.max(RATE_RANGE[0], rate));
    if (Number.isNaN(value)) throw new TypeError(`playbackRate: ${rate} is no number`);
    this.link?.send({ kind: "rate", value });
    if (this.cm === null) this.take({ ...this.state, playbackRate: value });
  }

  readonly defaultPlaybackRate = 1;
  readonly preservesPitch = true;
  readonly preload = "metadata";
  /** Playing again is a new play, with a CM of its own: a page asks for it by `play`. */
  readonly loop = false;

  get paused(): boolean {
    return this.state.paused;
  }

  get ended(): boolean {
    return this.state.ended;
  }

  get seeking(): boolean {
    return this.state.seeking;
  }

  get duration(): number {
    return this.state.duration;
  }

  get readyState(): number {
    return this.state.readyState;
  }

  get networkState(): number {
    return this.state.networkState;
  }

  get videoWidth(): number {
    return this.state.videoWidth;
  }

  get videoHeight(): number {
    return this.state.videoHeight;
  }

  get buffered(): TimeRanges {
    return new Ranges(this.state.buffered);
  }

  get seekable(): TimeRanges {
    return new Ranges(this.state.seekable);
  }

  get played(): TimeRanges {
    return new Ranges(this.state.played);
  }

  get error(): { readonly code: number; readonly message: string } | null {
    return this.state.error ?? null;
  }

  get cm(): CmState | null {
    return this.state.cm ?? null;
  }

  async play(): Promise<void> {
    if (this.link === undefined) throw new DOMException("main names no video", "NotSupportedError");
    await this.link.play();
  }

  pause(): void {
    this.link?.send({ kind: "pause" });
  }

  stop(): void {
    this.link?.send({ kind: "stop" });
  }

  load(): void {
    this.isStarted = false;
    this.link?.send({ kind: "load" });
  }

  canPlayType(): CanPlayTypeResult {
    return "";
  }

  visitSponsor(): void {
    const { cm } = this;
    if (cm === null || cm.link === "") return;
    this.link?.send({ kind: "sponsor" });
    open(new URL(cm.link, this.service), "_blank", "noopener,noreferrer");
  }

  // ---- The frame ----

  connectedCallback(): void {
    this.show();
  }

  disconnectedCallback(): void {
    this.leave();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.show();
  }

  private show(): void {
    const { main, service, controls, title } = this;
    if (this.poster !== "") this.image.src = this.poster;
    if (this.link !== undefined) this.link.frame.title = title || "Cmix";
    const address = new URL(`/embed?main=${main}${controls ? "" : "&controls=none"}`, service);
    if (this.shown === address.href) {
      this.showPoster();
      return;
    }
    this.leave();
    if (!MAIN.test(main)) {
      console.error(`<cmix-player>: main="${main}" is no video's id: copy the 32 digits from its page in the library`);
      return;
    }
    this.shown = address.href;
    this.link = new FrameLink(address, title || "Cmix", {
      onState: (state, isAfterAll) => {
        // What the page has set meanwhile is newer.
        if (isAfterAll) this.take(state);
      },
      onRefused: () => this.dispatchEvent(new Event("cmrefused")),
    });
    this.image.alt = "";
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = STYLE;
    root.replaceChildren(style, this.link.frame, this.image);
    this.showPoster();
    if (this.defaultMuted) this.link.send({ kind: "muted", value: true });
  }

  private leave(): void {
    this.link?.close();
    this.link = undefined;
    this.shown = "";
    this.isStarted = false;
    this.take({ ...NO_MEDIA, volume: this.volume, muted: this.muted });
  }

  private take(state: MediaState): void {
    const before = this.state;
    this.state = state;
    this.toggleAttribute("cm", state.cm !== undefined);
    this.showPoster();
    this.textTracks.set(state.textTracks);
    this.textTracks.setTime(state.currentTime);
    for (const name of eventsBetween(before, state)) this.dispatchEvent(new Event(name));
    if (this.isStarted || state.readyState === 0) return;
    this.isStarted = true;
    if (this.autoplay) this.play().catch(() => {}); // the browser may want a click; the frame says so
  }

  private showPoster(): void {
    const isBefore = this.state.paused && this.state.currentTime === 0 && !this.state.ended;
    this.image.hidden = this.poster === "" || !isBefore || this.controls;
  }
}

if (customElements.get("cmix-player") === undefined) customElements.define("cmix-player", CmixPlayerElement);
