/** The pictures of a segment of method `compress` stand in the order in which they are decoded: here is the one in which they are shown. */
import type { DividedPacket } from "./packet-list.ts";

/** picture_coding_type. */
const TYPE_B = 3;
const SEQUENCE_HEADER = 0xb3;

/** Whether a coded picture is a B-picture: nothing stands before the header of such a one. */
export function isBPicture({ publicBytes }: Pick<DividedPacket, "publicBytes">): boolean {
  const [zero, alsoZero, one, start, , type = 0] = publicBytes;
  return zero === 0 && alsoZero === 0 && one === 1 && start === 0 && ((type >> 3) & 7) === TYPE_B;
}

/** Whether a coded picture is an I-picture: a sequence header stands before its own. */
export function isKeyPicture({ publicBytes }: Pick<DividedPacket, "publicBytes">): boolean {
  const [zero, alsoZero, one, start] = publicBytes;
  return zero === 0 && alsoZero === 0 && one === 1 && start === SEQUENCE_HEADER;
}

/** Indices of a segment's pictures, the first shown first: one is shown behind the B-pictures that follow it. */
function orderOf(packets: readonly DividedPacket[]): number[] {
  const order: number[] = [];
  let waiting: number | undefined;
  packets.forEach((packet, i) => {
    if (!isBPicture(packet)) {
      if (waiting !== undefined) order.push(waiting);
      waiting = i;
    } else order.push(i);
  });
  return waiting === undefined ? order : [...order, waiting];
}

/** When each of a segment's pictures is shown, in microseconds. */
export function displayTimes(packets: readonly DividedPacket[], startMicroseconds: number): number[] {
  const times: number[] = [];
  let time = startMicroseconds;
  for (const i of orderOf(packets)) {
    times[i] = time;
    time += packets[i]?.durationMicroseconds ?? 0;
  }
  return times;
}

/** Takes a segment's pictures as they are decoded, and gives them as they are shown. */
export class DisplayOrder<Picture> {
  private readonly order: number[];
  private readonly waiting = new Map<number, Picture>();
  private decoded = 0;
  private shown = 0;

  constructor(packets: readonly DividedPacket[]) {
    this.order = orderOf(packets);
  }

  /** @param picture of the next packet; @returns all that are due, the first shown first */
  put(picture: Picture): Picture[] {
    this.waiting.set(this.decoded, picture);
    this.decoded += 1;
    const due: Picture[] = [];
    for (;;) {
      const next = this.order[this.shown] ?? -1;
      const found = this.waiting.get(next);
      if (found === undefined) return due;
      this.waiting.delete(next);
      this.shown += 1;
      due.push(found);
    }
  }

  /** Decoded, and not yet due. */
  left(): Picture[] {
    return [...this.waiting.values()];
  }
}
