import type { ByteSource } from "../../codec/index.ts";

const BLOCK_BYTES = 1 << 20;
const BLOCKS_KEPT = 8;

/** Another process's file, asked for in large blocks: there are files with a million segments of some bytes. */
export class BlockSource implements ByteSource {
  private readonly blocks = new Map<number, Promise<Uint8Array>>();

  constructor(
    readonly size: number,
    private readonly ask: (offset: number, length: number) => Promise<Uint8Array>,
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / BLOCK_BYTES);
    const start = offset - first * BLOCK_BYTES;
    const isWithin = offset >= 0 && length >= 0 && offset + length <= this.size;
    if (isWithin && start + length <= BLOCK_BYTES && length > 0)
      return (await this.block(first)).slice(start, start + length);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size)));
    if (length !== bytes.length) throw this.outside(offset, length);
    await this.readInto(offset, bytes);
    return bytes;
  }

  async readInto(offset: number, target: Uint8Array): Promise<void> {
    const end = offset + target.length;
    if (!(offset >= 0 && end <= this.size)) throw this.outside(offset, target.length);
    for (let number = Math.floor(offset / BLOCK_BYTES); number * BLOCK_BYTES < end; number++) {
      const start = number * BLOCK_BYTES;
      const from = Math.max(0, offset - start);
      const to = Math.min(BLOCK_BYTES, end - start);
      target.set((await this.block(number)).subarray(from, to), start + from - offset);
    }
  }

  private outside(offset: number, length: number): RangeError {
    return new RangeError(`bytes ${offset} to ${offset + length}: the file has ${this.size}`);
  }

  private block(number: number): Promise<Uint8Array> {
    const start = number * BLOCK_BYTES;
    const block = this.blocks.get(number) ?? this.ask(start, Math.min(BLOCK_BYTES, this.size - start));
    this.blocks.delete(number);
    this.blocks.set(number, block); // last in the order of the map: the last to go
    const [oldest] = this.blocks.keys();
    if (this.blocks.size > BLOCKS_KEPT && oldest !== undefined) this.blocks.delete(oldest);
    return block;
  }
}
