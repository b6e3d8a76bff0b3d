/** The sample tables of one track (ISO/IEC 14496-12 8.6, 8.7), read where they stand, in the order of the file. */

import { viewOf } from "../../bytes/bytes.ts";
import { type Box, BoxTable, childBox } from "./iso-boxes.ts";

/** A sample in units of its track's time scale. */
export interface TableSample {
  offset: number;
  size: number;
  decodeTime: number;
  compositionOffset: number;
  duration: number;
  key: boolean;
}

/** Rows of (count, value): the value of any sample, quick where samples are asked for in order. */
class Runs {
  private readonly starts: Float64Array;
  private readonly sums: Float64Array;
  private row = 0;

  /** @param summed whether sums are asked for; they cost 8 bytes a row */
  constructor(
    private readonly table: BoxTable,
    summed: boolean,
  ) {
    this.starts = new Float64Array(table.rows + 1);
    this.sums = new Float64Array(summed ? table.rows + 1 : 1);
    for (let row = 0; row < table.rows; row++) {
      const count = table.u32(row);
      this.starts[row + 1] = (this.starts[row] ?? 0) + count;
      if (summed) this.sums[row + 1] = (this.sums[row] ?? 0) + count * Math.max(0, table.i32(row, 1));
    }
  }

  get total(): number {
    return this.sums[this.table.rows] ?? 0;
  }

  get count(): number {
    return this.starts[this.table.rows] ?? 0;
  }

  /** The row of a sample; `table.rows` behind the last one. */
  private find(sample: number): number {
    const { starts } = this;
    if (sample >= (starts[this.row] ?? 0)) {
      if (sample < (starts[this.row + 1] ?? 0)) return this.row;
      if (sample < (starts[this.row + 2] ?? 0)) return ++this.row;
    }
    let [low, high] = [0, this.table.rows];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle + 1] ?? 0) > sample) high = middle;
      else low = middle + 1;
    }
    this.row = low;
    return low;
  }

  value(sample: number): number {
    const row = this.find(sample);
    return row < this.table.rows ? this.table.i32(row, 1) : 0;
  }

  /** Sum of the values of all samples before. */
  sumBefore(sample: number): number {
    const row = this.find(sample);
    if (row >= this.table.rows) return this.total;
    return (this.sums[row] ?? 0) + (sample - (this.starts[row] ?? 0)) * Math.max(0, this.table.i32(row, 1));
  }
}

/** Sizes of samples: `stsz`, or `stz2` with sizes of 4, 8 or 16 bits (8.7.3). */
class SampleSizes {
  readonly count: number;
  /** Shared by every sample; 0 where they differ. */
  readonly constant: number;
  private readonly view: DataView;
  private readonly bits: number;

  constructor(bytes: Uint8Array, stbl: Box) {
    const box = childBox(bytes, stbl, "stsz") ?? childBox(bytes, stbl, "stz2");
    this.view = viewOf(box === undefined ? bytes.subarray(0, 0) : bytes.subarray(box.body, box.end));
    const isCompact = box?.type === "stz2";
    const known = this.view.byteLength >= 12;
    this.constant = known && !isCompact ? this.view.getUint32(4) : 0;
    this.bits = known && isCompact ? this.view.getUint8(7) : 32;
    const claimed = known ? this.view.getUint32(8) : 0;
    const bits = Math.max(0, this.view.byteLength - 12) * 8;
    const room = [4, 8, 16, 32].includes(this.bits) ? Math.floor(bits / this.bits) : 0;
    this.count = this.constant > 0 ? claimed : Math.min(claimed, room);
  }

  of(sample: number): number {
    if (this.constant > 0) return this.constant;
    const { view } = this;
    if (this.bits === 32) return view.getUint32(12 + sample * 4);
    if (this.bits === 16) return view.getUint16(12 + sample * 2);
    if (this.bits === 8) return view.getUint8(12 + sample);
    return (view.getUint8(12 + (sample >> 1)) >> (sample & 1 ? 0 : 4)) & 15; // the first of two in the high bits
  }
}

/** Samples of uncompressed sound are as small as two bytes: so many are told as one, but no longer than a 20th of a second. */
const RUN_MAX_BYTES = 4096;
const RUNS_A_SECOND = 20;
/** What one point in time of uncompressed sound takes: 8 channels of 64 bits. */
const PCM_SAMPLE_MAX_BYTES = 64;

/** A sound track's own facts that its tables depend on. */
export interface SoundUnits {
  timescale: number;
  /** QuickTime's sound description of version 1 counts points in time, and tells what so many of them take in the file. */
  packet?: { samples: number; bytes: number } | undefined;
}

export class SampleTables {
  private readonly sizes: SampleSizes;
  /** Samples told as one, and what the smallest number that stands by itself takes. */
  private readonly run: { samples: number; unit: number; unitBytes: number } | undefined;
  private readonly chunks: BoxTable;
  private readonly wide: boolean;
  private readonly times: Runs;
  private readonly offsets: Runs;
  private readonly syncs: BoxTable | undefined;
  private readonly chunkRuns: BoxTable;

  /** @param sound absent for other tracks */
  constructor(bytes: Uint8Array, stbl: Box, sound?: SoundUnits) {
    const find = (type: string): Box | undefined => childBox(bytes, stbl, type);
    this.sizes = new SampleSizes(bytes, stbl);
    this.wide = find("stco") === undefined;
    this.chunks = new BoxTable(bytes, this.wide ? find("co64") : find("stco"), 8, 4, this.wide ? 8 : 4);
    this.chunkRuns = new BoxTable(bytes, find("stsc"), 8, 4, 12);
    this.times = new Runs(new BoxTable(bytes, find("stts"), 8, 4, 8), true);
    this.offsets = new Runs(new BoxTable(bytes, find("ctts"), 8, 4, 8), false);
    const stss = find("stss");
    this.syncs = stss === undefined ? undefined : new BoxTable(bytes, stss, 8, 4, 4);
    if (sound !== undefined && stss === undefined) this.run = this.runOf(sound);
  }

  /** How uncompressed sound is told; undefined where samples are packets. */
  private runOf({ timescale, packet }: SoundUnits): SampleTables["run"] {
    const { constant } = this.sizes;
    if (constant === 0 || constant > PCM_SAMPLE_MAX_BYTES || this.constantDuration !== 1) return undefined;
    const unit = constant === 1 ? (packet?.samples ?? 1) : 1;
    const unitBytes = constant === 1 ? (packet?.bytes ?? 1) : constant;
    const units = Math.floor(Math.min(RUN_MAX_BYTES / unitBytes, timescale / RUNS_A_SECOND / unit));
    return { samples: Math.max(1, units) * unit, unit, unitBytes };
  }

  get sampleCount(): number {
    return this.sizes.count;
  }

  /** Of all samples, in time scale units. */
  get duration(): number {
    return this.times.total;
  }

  /** Samples that the time table knows. */
  get timedSamples(): number {
    return this.times.count;
  }

  /** Shared by every sample; undefined where they differ. */
  get constantDuration(): number | undefined {
    return this.times.count > 0 && this.times.value(0) * this.times.count === this.times.total
      ? this.times.value(0)
      : undefined;
  }

  private chunkOffset(chunk: number): number {
    return this.wide ? this.chunks.u64(chunk) : this.chunks.u32(chunk);
  }

  /** Number of each chunk's first sample, with the end of the last chunk behind. */
  private firstSamples(): Uint32Array {
    const firsts = new Uint32Array(this.chunks.rows + 1);
    let run = -1;
    for (let chunk = 0; chunk < this.chunks.rows; chunk++) {
      while (run + 1 < this.chunkRuns.rows && this.chunkRuns.u32(run + 1) <= chunk + 1) run++;
      const samples = run < 0 ? 0 : this.chunkRuns.u32(run, 1);
      firsts[chunk + 1] = Math.min(this.sampleCount, (firsts[chunk] ?? 0) + samples);
    }
    return firsts;
  }

  /** Chunks by their place in the file; undefined where they stand in order anyway. */
  private chunkOrder(): Uint32Array | undefined {
    let ordered = true;
    for (let chunk = 1; chunk < this.chunks.rows && ordered; chunk++)
      ordered = this.chunkOffset(chunk) >= this.chunkOffset(chunk - 1);
    if (ordered) return undefined;
    return Uint32Array.from({ length: this.chunks.rows }, (_, i) => i).sort(
      (a, b) => this.chunkOffset(a) - this.chunkOffset(b),
    );
  }

  /**
   * @param fileBytes samples that do not lie inside are left out; the sum of all sizes stays within it too, so that chunks laid over each
   * other in a damaged file cannot make an endless list
   */
  *inFileOrder(fileBytes: number): Generator<TableSample> {
    const firsts = this.firstSamples();
    const order = this.chunkOrder();
    const { run, sizes } = this;
    let sync = 0;
    let total = 0;
    for (let i = 0; i < this.chunks.rows; i++) {
      const chunk = order?.[i] ?? i;
      let offset = this.chunkOffset(chunk);
      if (offset >= fileBytes) continue;
      const end = firsts[chunk + 1] ?? 0;
      let decodeTime = this.times.sumBefore(firsts[chunk] ?? 0);
      for (let sample = firsts[chunk] ?? 0; sample < end; ) {
        const count = Math.min(run?.samples ?? 1, end - sample);
        const size = run === undefined ? sizes.of(sample) : Math.ceil(count / run.unit) * run.unitBytes;
        const duration = Math.max(0, this.times.value(sample)) * count;
        if (offset + size > fileBytes) break;
        total += size;
        if (total > fileBytes) return;
        let key = this.syncs === undefined;
        if (this.syncs !== undefined) {
          if (sync > 0 && this.syncs.u32(sync - 1) > sample) sync = 0;
          while (sync < this.syncs.rows && this.syncs.u32(sync) <= sample) sync++;
          key = sync < this.syncs.rows && this.syncs.u32(sync) === sample + 1;
        }
        if (size > 0) yield { offset, size, decodeTime, compositionOffset: this.offsets.value(sample), duration, key };
        decodeTime += duration;
        offset += size;
        sample += count;
      }
    }
  }
}
