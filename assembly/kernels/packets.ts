import { ERROR_ARGUMENT } from "../common/status";

/**
 * Cuts the start off every coded packet: of each, the first min(size, withheldBytes) bytes go to the withheld part, the rest to the public part,
 * both without gaps. The copies are `memory.copy`, for which no quicker form exists.
 * Source: design of the method `samples`; the Cmix patent's slave [0155] for video that is already coded.
 * @param publicOut      u8[sum of sizes - result], written; bounds are the caller's duty
 * @param withheldOut    u8[result], written; at most count * withheldBytes; bounds are the caller's duty
 * @param packets        u8[sum of sizes], one packet behind another; overlaps no output
 * @param sizes          i32[count], each >= 0
 * @param count          packets, >= 0
 * @param withheldBytes  >= 0
 * @returns bytes written to withheldOut, or ERROR_ARGUMENT for a negative number (outputs then hold the packets before it)
 */
export function cutPackets(
  publicOut: usize,
  withheldOut: usize,
  packets: usize,
  sizes: usize,
  count: i32,
  withheldBytes: i32,
): i32 {
  if (count < 0 || withheldBytes < 0) return ERROR_ARGUMENT;
  const withheldStart = withheldOut;
  for (let i = 0; i < count; i++) {
    const size = load<i32>(sizes + ((<usize>i) << 2));
    if (size < 0) return ERROR_ARGUMENT;
    const withheld = <usize>min(size, withheldBytes);
    const open = <usize>size - withheld;
    memory.copy(withheldOut, packets, withheld);
    memory.copy(publicOut, packets + withheld, open);
    withheldOut += withheld;
    publicOut += open;
    packets += <usize>size;
  }
  return <i32>(withheldOut - withheldStart);
}

/**
 * Undoes {@link cutPackets} with the same sizes and withheldBytes.
 * @param packets     u8[sum of sizes], written; overlaps no input; bounds are the caller's duty
 * @param publicIn    the public part, whole
 * @param withheldIn  the withheld part, whole
 * @param sizes       i32[count], each >= 0
 * @param count       packets, >= 0
 * @param withheldBytes  >= 0
 * @returns bytes written to packets, or ERROR_ARGUMENT for a negative number (packets then holds those before it)
 */
export function mergePackets(
  packets: usize,
  publicIn: usize,
  withheldIn: usize,
  sizes: usize,
  count: i32,
  withheldBytes: i32,
): i32 {
  if (count < 0 || withheldBytes < 0) return ERROR_ARGUMENT;
  const packetsStart = packets;
  for (let i = 0; i < count; i++) {
    const size = load<i32>(sizes + ((<usize>i) << 2));
    if (size < 0) return ERROR_ARGUMENT;
    const withheld = <usize>min(size, withheldBytes);
    const open = <usize>size - withheld;
    memory.copy(packets, withheldIn, withheld);
    memory.copy(packets + withheld, publicIn, open);
    withheldIn += withheld;
    publicIn += open;
    packets += <usize>size;
  }
  return <i32>(packets - packetsStart);
}
