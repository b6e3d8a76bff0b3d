/** Which captions there are for the present video, and which of them are shown. */
import type { CaptionLanguage } from "../../../../../codec/page.ts";
import { Store } from "../../../shared/store.ts";
import { cuesOfFile, cuesOfText } from "./captions.ts";
import { type CaptionTaste, keepCaptionTaste, keptCaptionTaste } from "./kept-captions.ts";

/** One of the video's own, or a file that the viewer opened. */
export type CaptionOffer = CaptionLanguage | { file: File; label: string };

export interface CaptionsState {
  offers: readonly CaptionOffer[];
  /** Place in `offers`; undefined: off. */
  chosen: number | undefined;
  /** Of the chosen; none while they are fetched. */
  cues: readonly VTTCue[];
}

const NONE: CaptionsState = { offers: [], chosen: undefined, cues: [] };

export class CaptionsStore extends Store<CaptionsState> {
  /** Names the present video towards the worker. */
  private key: number | undefined;
  private lastChosen: number | undefined;
  private readonly fetchText: (key: number, number: number) => Promise<string>;
  private readonly onRefused: (error: Error) => void;

  /**
   * @param fetchText gives the WebVTT of one of a main's captions; an AbortError means that it may be asked again
   * @param onRefused captions cannot be shown
   */
  constructor(fetchText: (key: number, number: number) => Promise<string>, onRefused: (error: Error) => void) {
    super(NONE);
    this.fetchText = fetchText;
    this.onRefused = onRefused;
  }

  /** Another video is shown. Its captions too where the viewer has them on and it has the viewer's language. */
  setVideo(key: number | undefined, offers: readonly CaptionLanguage[]): void {
    this.key = key;
    this.lastChosen = undefined;
    this.set({ ...NONE, offers });
    const taste = keptCaptionTaste();
    const place = taste.isOn ? placeFor(offers, taste) : undefined;
    if (place !== undefined) this.show(place);
  }

  /** The viewer's choice, which the device remembers. @param place in `offers`; undefined: off */
  choose(place: number | undefined): void {
    const offer = place === undefined ? undefined : this.current.offers[place];
    const { kind, language } = offer !== undefined && "language" in offer ? offer : keptCaptionTaste();
    keepCaptionTaste({ isOn: offer !== undefined, kind, language });
    if (offer === undefined) this.set({ ...this.current, chosen: undefined, cues: [] });
    else this.show(place ?? 0);
  }

  /**
   * Off, or on with what was on last, else the viewer's language, else the page's, else the first.
   *
   * @returns false where there are none
   */
  toggle(pageLanguage: string): boolean {
    const { offers, chosen } = this.current;
    if (offers.length === 0) return false;
    const usual = () =>
      placeFor(offers, keptCaptionTaste()) ?? placeFor(offers, { language: pageLanguage, kind: undefined }) ?? 0;
    this.choose(chosen === undefined ? (this.lastChosen ?? usual()) : undefined);
    return true;
  }

  /** Shows what a file says beside the present video. @param file WebVTT or SubRip */
  openFile(file: File): void {
    if (this.key === undefined) return;
    const { offers } = this.current;
    this.set({ ...this.current, offers: [...offers, { file, label: file.name }] });
    this.choose(offers.length);
  }

  private show(place: number): void {
    this.lastChosen = place;
    this.set({ ...this.current, chosen: place, cues: [] });
    void this.load(place);
  }

  private async load(place: number): Promise<void> {
    const { key } = this;
    const offer = this.current.offers[place];
    if (key === undefined || offer === undefined) return;
    const isWanted = () => key === this.key && this.current.offers[place] === offer && this.current.chosen === place;
    try {
      const cues =
        "file" in offer
          ? await cuesOfFile(offer.file)
          : await cuesOfText(await this.fetchText(key, place), offer.label);
      if (isWanted()) this.set({ ...this.current, cues });
    } catch (error) {
      if (!isWanted()) return;
      // A play that began or ended stopped all reads of the main.
      if ((error as Error).name === "AbortError") return this.load(place);
      this.lastChosen = undefined;
      const offers = "file" in offer ? this.current.offers.toSpliced(place, 1) : this.current.offers;
      this.set({ offers, chosen: undefined, cues: [] });
      this.onRefused(error as Error);
    }
  }
}

/** Where captions of a language stand: of that kind if there are, else of its other regions and scripts. */
export function placeFor(
  offers: readonly CaptionOffer[],
  { language, kind }: Pick<CaptionTaste, "language" | "kind">,
): number | undefined {
  if (language === undefined) return undefined;
  const base = primary(language);
  const fits: ((offer: CaptionLanguage) => boolean)[] = [
    (offer) => offer.language === language && offer.kind === kind,
    (offer) => offer.language === language,
    (offer) => primary(offer.language) === base,
  ];
  for (const isFit of fits) {
    const place = offers.findIndex((offer) => "language" in offer && isFit(offer));
    if (place >= 0) return place;
  }
  return undefined;
}

/** Places of the offers as they are listed: those in the page's language first. */
export function listedPlaces(offers: readonly CaptionOffer[], pageLanguage: string): number[] {
  const isFirst = (place: number) => {
    const offer = offers[place];
    return offer !== undefined && "language" in offer && primary(offer.language) === primary(pageLanguage);
  };
  return offers.map((_, place) => place).sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
}

const primary = (language: string): string => language.toLowerCase().split("-")[0] ?? "";
