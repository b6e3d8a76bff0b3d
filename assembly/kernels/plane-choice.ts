/**
 * The encoder's free choice of the top bit. A sample near 128 may keep its neighbours' bit: the fold then saturates at 127 instead of
 * turning back, which costs an error of at most `slack` and saves a crease in the low bits and an edge in the plane.
 */

/**
 * Splits a plane in `gray` with that freedom. Sequential by nature (each bit depends on the one before), so there is no SIMD form.
 *
 * @param low7   u8[stride * lines], written, 0..127; may be `source`
 * @param bits   u8[stride * lines / 8], written, most significant bit first
 * @param stride samples a line, a multiple of 8
 * @param slack  0 takes every bit as it is; otherwise samples of 128 - slack to 127 + slack follow their neighbours
 */
export function choosePlane(low7: usize, bits: usize, source: usize, stride: i32, lines: i32, slack: i32): void {
  const first = 128 - slack;
  const free = <u32>(2 * slack);
  let above: usize = 0;
  for (let y = 0; y < lines; y++) {
    let left = y > 0 ? <i32>(load<u8>(above) >> 7) : <i32>(load<u8>(source) >> 7);
    for (let x = 0; x < stride; x += 8) {
      const aboveByte = y > 0 ? <i32>load<u8>(above + (x >> 3)) : -1;
      let byte = 0;
      for (let i = 0; i < 8; i++) {
        const sample = <i32>load<u8>(source + x + i);
        let bit = sample >> 7;
        if (<u32>(sample - first) < free) {
          // In the first line there is only the left neighbour; where the two neighbours differ the sample decides.
          const other = aboveByte < 0 ? left : (aboveByte >> (7 - i)) & 1;
          if (other == left) bit = left;
        }
        left = bit;
        byte = (byte << 1) | bit;
        const low = bit ? 255 - sample : sample;
        store<u8>(low7 + x + i, <u8>Math.min(low, 127));
      }
      store<u8>(bits + (x >> 3), <u8>byte);
    }
    above = bits;
    bits += stride >> 3;
    low7 += stride;
    source += stride;
  }
}
