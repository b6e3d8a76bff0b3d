/** Puts an elementary stream into transport packets in all the ways that a demuxer has to bear. */
import { below, createRandom } from "./fills.ts";

const PID = 0x123;

/** @param prefix bytes before each packet */
export function intoTransport(video: Uint8Array, prefix: 0 | 4, seed: number): Uint8Array {
  const random = createRandom(seed);
  const packets: Uint8Array[] = [];
  let at = 0;
  /** @returns payload bytes that went in */
  const packet = (pid: number, starts: boolean, payload: Uint8Array): number => {
    const bytes = new Uint8Array(prefix + 188).map(random);
    const room = Math.min(payload.length, 184 - (below(random, 3) === 0 ? below(random, 150) : 0));
    const adapted = room < 184;
    bytes.set([0x47, (starts ? 0x40 : 0) | (pid >> 8), pid & 255, adapted ? 0x30 : 0x10], prefix);
    if (adapted) bytes[prefix + 4] = 183 - room;
    bytes.set(payload.subarray(0, room), prefix + 188 - room);
    packets.push(bytes);
    return room;
  };
  while (at < video.length) {
    // A PES packet with a head of any length, which may go on in the next packet; the first one shows at once what it carries.
    const head = new Uint8Array(at === 0 ? 14 : 9 + below(random, 200)).map(random);
    head.set([0, 0, 1, 0xe0, 0, 0, 0x80, 0, head.length - 9]);
    const size = Math.min(video.length - at, 100 + below(random, 2000));
    const pes = new Uint8Array([...head, ...video.subarray(at, at + size)]);
    for (let done = 0; done < pes.length; ) {
      // The head's first nine bytes stand together, as they always do.
      const part = pes.subarray(done);
      const taken = packet(PID, done === 0, part);
      if (done === 0 && taken < 9) throw new RangeError("a head cut too early");
      done += taken;
      if (below(random, 4) === 0) packet(0x200, below(random, 2) === 0, new Uint8Array(184).map(random));
    }
    at += size;
  }
  return new Uint8Array(Buffer.concat(packets));
}
