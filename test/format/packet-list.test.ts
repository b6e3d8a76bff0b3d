import { describe, expect, it } from "vitest";
import { FormatError } from "../../codec/errors.ts";
import { type DividedPacket, decodePacketList, encodePacketList } from "../../codec/methods/compress/packet-list.ts";
import { below, createRandom } from "../support/fills.ts";
import { expectSameBytes } from "../support/kernels.ts";
import { mutate } from "../support/mutate.ts";

function randomPackets(random: () => number): DividedPacket[] {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, random);
  return Array.from({ length: below(random, 20) }, () => ({
    durationMicroseconds: below(random, 2 ** below(random, 32)),
    publicBytes: bytes(below(random, 300)),
    withheld: bytes(below(random, 40)),
  }));
}

describe("a packet list", () => {
  it("is written as FORMAT.md 9 says, worked by hand", () => {
    const packets = [
      { durationMicroseconds: 40_000, publicBytes: Uint8Array.of(1, 2, 3), withheld: Uint8Array.of(9) },
      { durationMicroseconds: 0, publicBytes: new Uint8Array(), withheld: Uint8Array.of(8, 7) },
    ];
    const { publicBytes, withheld } = encodePacketList(packets);
    // 40000 = 2 * 16384 + 56 * 128 + 64, low bits first.
    expect([...publicBytes]).toEqual([2, 0x80 | 64, 0x80 | 56, 2, 3, 1, 0, 0, 2, 1, 2, 3]);
    expect([...withheld]).toEqual([9, 8, 7]);
    expect(decodePacketList(publicBytes, withheld)).toEqual(packets);
  });

  it("gives random packets back, and keeps times of over an hour", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const packets = randomPackets(createRandom(seed));
      packets.push({
        durationMicroseconds: 5_000_000_000,
        publicBytes: new Uint8Array(200),
        withheld: new Uint8Array(),
      });
      const { publicBytes, withheld } = encodePacketList(packets);
      const found = decodePacketList(publicBytes, withheld);
      expect(found.length, `seed=${seed}`).toBe(packets.length);
      for (const [i, packet] of packets.entries()) {
        expect(found[i]?.durationMicroseconds, `seed=${seed}`).toBe(packet.durationMicroseconds);
        expectSameBytes(
          found[i]?.publicBytes ?? new Uint8Array(),
          packet.publicBytes,
          `public bytes ${i}, seed=${seed}`,
        );
        expectSameBytes(found[i]?.withheld ?? new Uint8Array(), packet.withheld, `withheld bytes ${i}, seed=${seed}`);
      }
    }
  });

  it("ends in a FormatError, or in packets inside its bytes, for 10000 mutations", () => {
    for (let seed = 1; seed <= 10_000; seed++) {
      const random = createRandom(seed);
      const { publicBytes, withheld } = encodePacketList(randomPackets(random));
      const damaged =
        random() & 1 ? mutate(publicBytes, random) : Uint8Array.from({ length: below(random, 60) }, random);
      try {
        const packets = decodePacketList(damaged, withheld);
        const total = packets.reduce((sum, packet) => sum + packet.publicBytes.length, 0);
        if (total > damaged.length) expect.fail(`seed=${seed}: ${total} bytes out of ${damaged.length}`);
        if (packets.reduce((sum, packet) => sum + packet.withheld.length, 0) !== withheld.length)
          expect.fail(`seed=${seed}: withheld bytes are left over`);
      } catch (error) {
        if (!(error instanceof FormatError)) throw new Error(`seed=${seed}: ${error}`, { cause: error });
      }
    }
  });

  it("refuses claims of millions of packets and of numbers without end", () => {
    for (const bytes of [
      [0xff, 0xff, 0xff, 0x7f],
      [0x81, 0x80, 0x04],
      Array(20).fill(0xff),
      [1, 0, 0xff, 0xff, 0xff, 0xff, 0x7f, 0],
      [],
      [0x80],
    ]) {
      expect(() => decodePacketList(Uint8Array.from(bytes), new Uint8Array())).toThrow(FormatError);
    }
  });
});
