/** Programme association and programme map (ISO/IEC 13818-1 2.4.4): which PID carries the H.264 video, also where that changes. */

const H264 = 0x1b;
const ASSOCIATION = 0;
const MAP = 2;
const SECTION_MAX_BYTES = 4096;
const STUFFING = 0xff;

/** Joins a PID's packets to sections. */
class Sections {
  private pending: number[] | undefined;

  /** @param payload a packet's; @param starts a section begins in it, where its first byte says */
  push(payload: Uint8Array, starts: boolean): Uint8Array[] {
    const found: Uint8Array[] = [];
    const rest = starts ? payload.subarray(1 + (payload[0] ?? 0)) : payload.subarray(0, 0);
    this.pending?.push(...(starts ? payload.subarray(1, 1 + (payload[0] ?? 0)) : payload));
    this.take(found);
    if (starts) {
      this.pending = [...rest];
      this.take(found);
    }
    return found;
  }

  /** Takes the sections that are whole. */
  private take(found: Uint8Array[]): void {
    let { pending } = this;
    while (pending !== undefined && pending.length >= 3 && pending[0] !== STUFFING) {
      const length = 3 + ((((pending[1] ?? 0) & 15) << 8) | (pending[2] ?? 0));
      if (pending.length < length) break;
      found.push(Uint8Array.from(pending.slice(0, length)));
      pending = pending.slice(length);
    }
    this.pending = (pending?.length ?? 0) > SECTION_MAX_BYTES || pending?.[0] === STUFFING ? undefined : pending;
  }
}

export class Programme {
  /** Of the video, as the newest map says, which may be damaged; undefined until one names it. */
  pid: number | undefined;
  private map: number | undefined;
  private maps: ReadonlySet<number> = new Set();
  private readonly sections = new Map<number, Sections>();

  /** Told of every packet. @param payload behind its head */
  push(pid: number, payload: Uint8Array, starts: boolean): void {
    if (pid !== ASSOCIATION && !this.maps.has(pid)) return;
    let sections = this.sections.get(pid);
    if (sections === undefined) {
      sections = new Sections();
      this.sections.set(pid, sections);
    }
    for (const section of sections.push(payload, starts)) {
      if (pid === ASSOCIATION && section[0] === ASSOCIATION) this.associate(section);
      else if (pid !== ASSOCIATION && section[0] === MAP) this.readMap(pid, section);
    }
  }

  private associate(section: Uint8Array): void {
    const maps = new Set<number>();
    for (let i = 8; i + 4 <= section.length - 4; i += 4)
      if (((section[i] ?? 0) | (section[i + 1] ?? 0)) !== 0) maps.add(pidAt(section, i + 2)); // number 0 is the network's
    if (maps.size > 0) this.maps = maps;
  }

  /** The first programme with H.264 stays the one, as long as it is there. */
  private readMap(mapPid: number, section: Uint8Array): void {
    if (this.map !== undefined && this.map !== mapPid && this.maps.has(this.map)) return;
    const pids: number[] = [];
    const end = section.length - 4;
    for (let i = 12 + (((section[10] ?? 0) & 15) << 8) + (section[11] ?? 0); i + 5 <= end; ) {
      if (section[i] === H264) pids.push(pidAt(section, i + 1));
      i += 5 + ((((section[i + 3] ?? 0) & 15) << 8) | (section[i + 4] ?? 0));
    }
    if (pids.length === 0 || (this.pid !== undefined && pids.includes(this.pid))) return;
    this.map = mapPid;
    this.pid = pids[0];
  }
}

const pidAt = (section: Uint8Array, at: number): number => (((section[at] ?? 0) & 31) << 8) | (section[at + 1] ?? 0);
