/** Frames of sound out of packets that hold one or several, each found damaged or not before a decoder has it. */
import { type FrameHead, readFrameHead, type SoundCoding } from "../../../../../codec/index.ts";
import type { CodedSound } from "./sound-decoder.ts";

export interface WholeFrame extends CodedSound {
  /** Of a damaged frame: the one's before. */
  head: FrameHead;
  isDamaged: boolean;
}

/** What is no frame stands for one that is damaged; before the first good one it is left out. */
export async function* wholeFrames(
  coding: SoundCoding,
  packets: AsyncIterable<CodedSound>,
): AsyncGenerator<WholeFrame, undefined> {
  let last: FrameHead | undefined;
  for await (const packet of packets) {
    let { timeMicroseconds } = packet;
    for (let at = 0; at < packet.data.length; ) {
      const head = readFrameHead(coding, packet.data, at);
      const data = head && packet.data.subarray(at, endOf(coding, packet.data, at, head));
      const isDamaged = head === undefined || data === undefined || data.length < head.bytes;
      // Behind a packet's first frame there may be other bytes than frames.
      if (isDamaged && at > 0) break;
      if (!isDamaged) last = head;
      if (last === undefined) break;
      yield { timeMicroseconds, data: data ?? packet.data, head: last, isDamaged };
      if (isDamaged) break;
      timeMicroseconds += (1e6 * last.samples) / last.sampleRate;
      at += data.length;
    }
  }
}

/** With the further channels behind a frame, which go with it. */
function endOf(coding: SoundCoding, bytes: Uint8Array, at: number, head: FrameHead): number {
  let end = at + head.bytes;
  for (;;) {
    const next = readFrameHead(coding, bytes, end);
    if (next?.isAddition !== true || end + next.bytes > bytes.length) return end;
    end += next.bytes;
  }
}
