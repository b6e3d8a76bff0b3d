/** What both files of a division that begins say of themselves. */
import type { CaptionTrack } from "../captions/caption-track.ts";
import { InputError } from "../errors.ts";
import { encodeCaptions } from "../format/caption-texts.ts";
import type { Chapter } from "../format/chapters.ts";
import {
  type MainHeader,
  type Method,
  type ProtectionName,
  RESTRICTIONS_MAX,
  type Restriction,
  type SlaveHeader,
  type Track,
  umidFor,
} from "../format/header.ts";
import type { Storyboard } from "../format/storyboard.ts";
import { BASE_LAYER, base } from "../layers/base.ts";
import type { LayerKind } from "../layers/layer.ts";
import { restricted } from "../layers/restricted.ts";

/** What a method knows at the start of a division. */
export interface DivisionDescription {
  method: Method;
  protection: ProtectionName;
  /** Decoding information, in both files' headers (Cmix patent [0073], [0080]). */
  parameters: Record<string, string | number | boolean>;
  tracks: Track[];
  title: string;
  copyright?: string;
  ageLimit?: number;
  genre?: string;
  service?: string;
  player?: string;
  mainName: string;
  slaveName: string;
  poster?: MainHeader["poster"];
  /** In the order in which they are offered; public, as title and poster are. */
  captions?: readonly CaptionTrack[];
  /** As {@link tidyChapters} gives them; public too. */
  chapters?: readonly Chapter[];
  /** In the slave alone. Whoever has base's units sees it: hidden areas are covered on it. */
  storyboard?: Storyboard | undefined;
  /** Parts that not everybody sees: then there is the layer `restricted` too. In the slave alone. */
  restrictions?: readonly Restriction[] | undefined;
}

/** Headers with a fresh id for each file and what is kept apart of them until it is written. */
export interface NewHeaders {
  mainHeader: MainHeader;
  slaveHeader: SlaveHeader;
  /** By the numbers of the layers; none where nothing is sealed. */
  secrets: ReadonlyMap<number, Uint8Array>;
  /** For the main's trailer. */
  captionTexts: Uint8Array;
}

/**
 * Makes the headers of a division that begins: of the base layer, and of `restricted` where there are restrictions.
 *
 * @throws {@link UnsupportedError} restrictions under a protection that cannot carry them
 */
export async function newHeaders(description: DivisionDescription): Promise<NewHeaders> {
  const ids = { main: crypto.getRandomValues(new Uint8Array(16)), slave: crypto.getRandomValues(new Uint8Array(16)) };
  const restrictions = restrictionsOf(description);
  const layers: readonly LayerKind[] = restrictions === undefined ? [base] : [base, restricted];
  const fresh = layers.map((kind) => kind.create(description.protection));
  const entries = fresh.map(({ entry }) => entry);
  const createdAt = new Date().toISOString();
  const captions = await encodeCaptions(description.captions);
  const { method, protection, parameters, title, mainName, slaveName } = description;
  const mainHeader: MainHeader = {
    id: ids.main,
    umid: umidFor(ids.main),
    slaveId: ids.slave,
    slaveName,
    title,
    copyright: description.copyright ?? "",
    ageLimit: description.ageLimit ?? 0,
    genre: description.genre ?? "",
    service: description.service ?? "",
    player: description.player ?? "",
    createdAt,
    method,
    protection,
    parameters,
    layers: entries,
    tracks: description.tracks,
    poster: description.poster,
    captions: captions.entries,
    chapters: description.chapters?.length ? [...description.chapters] : undefined,
  };
  const slaveHeader: SlaveHeader = {
    id: ids.slave,
    mainId: ids.main,
    mainName,
    title,
    createdAt,
    method,
    protection,
    parameters,
    layers: entries,
    secret: fresh.find(({ entry }) => entry.id === BASE_LAYER)?.secret,
    storyboard: description.storyboard,
    restrictions,
  };
  const secrets = new Map<number, Uint8Array>();
  for (const { entry, secret } of fresh) if (secret !== undefined) secrets.set(entry.id, secret);
  return { mainHeader, slaveHeader, secrets, captionTexts: captions.texts };
}

/**
 * What a slave's header tells of parts.
 *
 * @returns undefined where there are none
 * @throws {@link InputError} more than a header holds
 */
export function restrictionsOf({ restrictions }: Pick<DivisionDescription, "restrictions">): Restriction[] | undefined {
  if (restrictions === undefined || restrictions.length === 0) return undefined;
  if (restrictions.length > RESTRICTIONS_MAX)
    throw new InputError(
      `${restrictions.length} parts that not everybody sees, at most ${RESTRICTIONS_MAX} are kept: join those that lie near each other`,
      { parts: restrictions.length },
    );
  return restrictions.map(({ startMicroseconds, endMicroseconds, viewers }) => ({
    ...{ startMicroseconds, endMicroseconds, viewers },
  }));
}
