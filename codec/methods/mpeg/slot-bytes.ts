/** A hidden slot on its way to what stands in for it: the packets that it has, and the video that takes the place of theirs. */
import type { PesTimes } from "../../containers/mpeg-ps/pes.ts";

/** A run of video bytes in the file: where it stands in the bytes at hand, and in the video's. */
export interface VideoRun {
  from: number;
  to: number;
  offset: number;
}

/** Video bytes of which packets are to be made, and what these say. */
export interface VideoPiece {
  /** Its place in the order of the video's bytes. */
  at: number;
  bytes: Uint8Array;
  times: PesTimes;
}

/** The bytes of a slot's packets, and what becomes of the video in them. */
export interface SlotBytes {
  bytes: Uint8Array;
  /** Of the slot, in `bytes`. */
  start: number;
  end: number;
  runs: VideoRun[];
  /** Whether the video from one offset to another is not what it was. */
  isChanged(from: number, to: number): boolean;
  /** What takes its place. */
  piecesIn(from: number, to: number): VideoPiece[];
}
