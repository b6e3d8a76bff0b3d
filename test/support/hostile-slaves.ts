/** Slave files that cost whoever reads them without limits a lot. */
import { createHash, randomBytes } from "node:crypto";
import { encodeFields } from "../../codec/format/header.ts";
import { frameTrailer, SLAVE_CHECKED_BYTES, SLAVE_HEAD_BYTES, writeSlaveHead } from "../../codec/format/layout.ts";
import { encodeSlaveStart } from "../../codec/format/slave-file.ts";

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

interface BuiltSlave {
  slaveId: string;
  bytes: Buffer;
}

/** @param trailerCbor of the segments' lengths, instead of a right one */
function build(segments: number, seconds: number, trailerCbor?: Uint8Array): BuiltSlave {
  const id = randomBytes(16);
  const start = encodeSlaveStart({
    id,
    mainId: randomBytes(16),
    mainName: "many.cmx",
    title: "Many",
    createdAt: "2026-01-01T00:00:00Z",
    method: "samples",
    protection: "sealed",
    parameters: {},
    layers: [{ id: 0, name: "base", public: "sealed" }],
    secret: randomBytes(32),
  });
  const headerHash = sha256(start);
  const payload = randomBytes(4);
  const all = Buffer.alloc(segments * (SLAVE_HEAD_BYTES + payload.length));
  const index = Buffer.alloc(segments * 4);
  for (let number = 0; number < segments; number++) {
    const startMilliseconds = Math.floor((number / segments) * seconds * 1000);
    const last = number === segments - 1;
    const head = writeSlaveHead({
      ...{ number, layer: 0, track: 0, last, startUnit: false, substitute: false, absent: false },
      ...{ startMilliseconds, length: payload.length },
    });
    head.set(sha256(headerHash, head.subarray(0, SLAVE_CHECKED_BYTES), payload).subarray(0, 8), SLAVE_CHECKED_BYTES);
    all.set(head, number * (head.length + payload.length));
    all.set(payload, number * (head.length + payload.length) + head.length);
    index.writeUInt32BE(payload.length, number * 4);
  }
  const hashes = { mainHeaderHash: randomBytes(32), mainTagsHash: randomBytes(32) };
  const cbor = trailerCbor ?? encodeFields({ durationMicroseconds: seconds * 1e6, ...hashes, index });
  const trailer = frameTrailer(cbor, sha256(headerHash, cbor));
  return { slaveId: id.toString("hex"), bytes: Buffer.concat([start, all, trailer]) };
}

/** A whole slave of so many segments of four bytes. */
export const slaveOfSegments = (segments: number, seconds: number): BuiltSlave => build(segments, seconds);

/** A slave whose trailer is an array of so many zeros in CBOR, with a right checksum. */
export function slaveOfTrailerItems(items: number): BuiltSlave {
  const cbor = Buffer.alloc(5 + items);
  cbor[0] = 0x9a;
  cbor.writeUInt32BE(items, 1);
  return build(1, 1, cbor);
}
