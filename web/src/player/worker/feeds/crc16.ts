/** CRC-16 of ETSI TS 102 366 6.1.7: 0 over a frame behind its sync word. */
export function crc16(bytes: Uint8Array): number {
  let check = 0;
  for (const byte of bytes) check = ((check << 8) ^ (CHECKS[(check >> 8) ^ byte] as number)) & 0xffff;
  return check;
}

const CHECKS = Uint16Array.from({ length: 256 }, (_, byte) => {
  let check = byte << 8;
  for (let bit = 0; bit < 8; bit++) check = (check << 1) ^ (check & 0x8000 ? 0x8005 : 0);
  return check;
});
