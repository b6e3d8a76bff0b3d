import { FILE_TRACK, type IndexEntry } from "../../../../../codec/index.ts";
import { BASE_LAYER } from "../../../../../codec/page.ts";
import { entriesOf, type TrackPlace } from "./track-reader.ts";

/** Where the source file's segments are (FORMAT.md 10). */
export const FILE: TrackPlace = { layer: BASE_LAYER, track: FILE_TRACK };

/** The source file's segments in their order, its structure too. */
export const fileEntries = (index: readonly IndexEntry[]): IndexEntry[] => entriesOf(index, FILE);
