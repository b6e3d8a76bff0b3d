import type { Mark } from "./frame-marks.ts";
import type { Piece } from "./segment-planner.ts";

export function markTransport(_bytes: Uint8Array, _piece: Piece, _marks: Mark[]): void {}
