/** How fast a CM's bytes go out: at once what a player needs to begin, then little faster than they are watched. */
import type { ByteSource } from "../../codec/index.ts";

const BURST_BYTES = 1 << 20;
const BURST_SECONDS = 3;
/** Times the CM's own rate. */
const SPEED = 4;
/** More boxes or elements than that are not looked through. */
const INDEX_PARTS_MOST = 1000;

/** One showing of a CM, over all of its answers. */
export class CmPace {
  private readonly bytesPerMillisecond: number;
  private readonly burstBytes: number;
  private readonly clock: () => number;
  private readonly since: number;
  private bytes = 0;

  /**
   * @param indexBytes what a player reads before the first picture
   * @param clock milliseconds that are never set back
   */
  constructor(
    cm: { bytes: number; durationMilliseconds: number },
    indexBytes: number,
    clock: () => number = () => performance.now(),
  ) {
    const bytesPerMillisecond = cm.bytes / cm.durationMilliseconds;
    this.burstBytes = Math.max(BURST_BYTES, bytesPerMillisecond * BURST_SECONDS * 1000, indexBytes);
    this.bytesPerMillisecond = bytesPerMillisecond * SPEED;
    this.clock = clock;
    this.since = clock();
  }

  /** @returns milliseconds until `bytes` more may go; they are taken for sent */
  waitFor(bytes: number): number {
    this.bytes += bytes;
    const due = this.since + Math.max(0, this.bytes - this.burstBytes) / this.bytesPerMillisecond;
    return Math.max(0, due - this.clock());
  }
}

/** Bytes of a video that hold no pictures: of an MP4 all but its `mdat` boxes, of a WebM what stands before its first cluster. */
export async function indexBytesOf(source: ByteSource, type: string): Promise<number> {
  if (type === "video/mp4") return mp4IndexBytes(source);
  return type === "video/webm" ? webmIndexBytes(source) : 0;
}

/** ISO/IEC 14496-12, 4.2: size and type of each box; size 1: 64 bits behind the type, size 0: to the file's end. */
async function mp4IndexBytes(source: ByteSource): Promise<number> {
  let bytes = 0;
  let offset = 0;
  for (let parts = 0; offset + 8 <= source.size && parts < INDEX_PARTS_MOST; parts++) {
    const head = Buffer.from(await source.read(offset, Math.min(16, source.size - offset)));
    const small = head.readUInt32BE(0);
    if (small === 1 && head.length < 16) break;
    const size = small === 0 ? source.size - offset : small === 1 ? Number(head.readBigUInt64BE(8)) : small;
    if (size < 8) break;
    if (head.toString("latin1", 4, 8) !== "mdat") bytes += Math.min(size, source.size - offset);
    offset += size;
  }
  return bytes;
}

const WEBM_HEAD_BYTES = 1 << 20;
const CLUSTER = Buffer.from("1f43b675", "hex"); // RFC 9559, 5.1.3

async function webmIndexBytes(source: ByteSource): Promise<number> {
  const head = Buffer.from(await source.read(0, Math.min(WEBM_HEAD_BYTES, source.size)));
  const at = head.indexOf(CLUSTER);
  return at === -1 ? head.length : at;
}
