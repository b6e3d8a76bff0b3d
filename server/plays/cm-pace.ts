/** How fast a CM's bytes go out: at once what a player needs to begin, then little faster than they are watched. */
import { type ByteSource, ELEMENT_HEAD_BYTES, readBox, readElement } from "../../codec/index.ts";

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

async function mp4IndexBytes(source: ByteSource): Promise<number> {
  let bytes = 0;
  let offset = 0;
  for (let parts = 0; parts < INDEX_PARTS_MOST; parts++) {
    const box = readBox(await headAt(source, offset, 16), offset, source.size);
    if (box === undefined) break;
    if (box.type !== "mdat") bytes += Math.min(box.end, source.size) - offset;
    offset = box.end;
  }
  return bytes;
}

const SEGMENT = 0x18538067; // RFC 9559, 5.1
const CLUSTER = 0x1f43b675;

async function webmIndexBytes(source: ByteSource): Promise<number> {
  let offset = 0;
  for (let parts = 0; parts < INDEX_PARTS_MOST; parts++) {
    const element = readElement(await headAt(source, offset, ELEMENT_HEAD_BYTES), 0);
    const content = element?.id === SEGMENT ? 0 : element?.size;
    if (element === undefined || content === undefined || element.id === CLUSTER) break;
    offset += element.headBytes + content;
  }
  return Math.min(offset, source.size);
}

/** Bytes from `offset` on, as many as there are. */
const headAt = (source: ByteSource, offset: number, bytes: number): Promise<Uint8Array> =>
  source.read(Math.min(offset, source.size), Math.max(0, Math.min(bytes, source.size - offset)));
