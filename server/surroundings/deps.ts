import type { VideoStore } from "../library/store.ts";
import type { SurroundingStore } from "./store.ts";

/** What entries around videos work with. */
export interface SurroundingDeps {
  store: { surroundings: SurroundingStore; videos: VideoStore };
  /** Milliseconds since 1970. */
  now(): number;
}
