/**
 * Encryption of slave units on their way to one viewer: XOR with the CM's bytes (Cmix patent [0206]-[0207]) and with an AES-CTR key
 * stream from the play's own secret, since the CM alone is known to every viewer. FORMAT.md 8.
 */
import { type ByteSource, concatBytes } from "../bytes/bytes.ts";
import type { Kernels } from "../wasm/load-kernels.ts";

/** Number of the unit that carries the slave's preamble and header. */
export const START_UNIT = 0xffffffff;

/** Where in the CM the pad of unit `number` starts: spread, so that the whole CM is needed. */
export const CM_PAD_STEP_BYTES = 65536;

const LABEL = new TextEncoder().encode("cmix/1 delivery");

/** What the pad of a unit is derived from. */
export interface DeliveryContext {
  /** 32 bytes, others for each video of a play and each time the play comes to it; known to the viewer only after the CM. */
  playSecret: Uint8Array;
  /** 16 bytes. */
  playId: Uint8Array;
  /** 16 bytes. */
  slaveId: Uint8Array;
  layer: number;
  /** 16 bytes. */
  cmId: Uint8Array;
  /** SHA-256 of the CM's bytes. */
  cmHash: Uint8Array;
}

/**
 * Encrypts one unit for delivery, or, being its own inverse, decrypts it.
 * A unit is a slave segment's head and payload as they stand in the slave file, or its start ({@link START_UNIT}).
 *
 * @param cm     the bytes of the CM played directly before this video; not empty
 * @param number the segment's, or {@link START_UNIT}
 * @param cipher WebCrypto's unless the host has a quicker one
 * @returns as many bytes as `unit` has
 * @throws RangeError an empty CM
 */
export async function cryptUnit(
  kernels: Kernels,
  context: DeliveryContext,
  cm: ByteSource,
  number: number,
  unit: Uint8Array,
  cipher: UnitCipher = webCipher,
): Promise<Uint8Array> {
  if (cm.size === 0) throw new RangeError("cm: empty");
  const pad = await readPad(cm, (number * CM_PAD_STEP_BYTES) % cm.size, unit.length);
  const info = infoOf(context, number);
  return withXor(kernels, unit, pad, (mixed) => cipher(context.playSecret, context.cmHash, info, mixed));
}

/**
 * HKDF-SHA-256 to a key of 32 bytes and a counter block of 16, then AES-256-CTR; a host may bring its own, since for units of some
 * kilobytes WebCrypto's calls cost more than their work. `bytes` are good until it returns, not until its promise resolves.
 */
export type UnitCipher = (
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  bytes: Uint8Array,
) => Uint8Array | Promise<Uint8Array>;

/** The cipher by WebCrypto, in any host. */
export const webCipher: UnitCipher = async (secret, salt, info, view) => {
  const bytes = view.slice();
  const material = await crypto.subtle.importKey("raw", secret as BufferSource, "HKDF", false, ["deriveBits"]);
  const bits = new Uint8Array(
    await crypto.subtle.deriveBits(
      { name: "HKDF", hash: "SHA-256", salt: salt as BufferSource, info: info as BufferSource },
      material,
      384,
    ),
  );
  const key = await crypto.subtle.importKey("raw", bits.subarray(0, 32), "AES-CTR", false, ["encrypt"]);
  const counter = bits.subarray(32);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 64 }, key, bytes));
};

async function readPad(cm: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const whole = Math.min(length, cm.size);
  const first = await cm.read(offset, Math.min(whole, cm.size - offset));
  return first.length === whole ? first : concatBytes(first, await cm.read(0, whole - first.length));
}

/** Gives `work` a view of the kernels' memory. */
function withXor<T>(kernels: Kernels, data: Uint8Array, pad: Uint8Array, work: (mixed: Uint8Array) => T): T {
  const { memory, raw } = kernels;
  return memory.withAllocations(({ put }) => {
    const [dataPointer, padPointer] = [put(data), put(pad)];
    if (data.length > 0) raw.xorRepeat(dataPointer, dataPointer, data.length, padPointer, pad.length, 0);
    return work(memory.bytes(dataPointer, data.length));
  });
}

function infoOf(context: DeliveryContext, number: number): Uint8Array {
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, number);
  return concatBytes(LABEL, context.playId, context.slaveId, Uint8Array.of(context.layer), context.cmId, place);
}
