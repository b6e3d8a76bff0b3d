import { randomInt } from "node:crypto";
import { hashToken } from "../security/session-token.ts";

/** Without letters and digits that look alike. */
const LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 20; // 98 bits: nobody finds one by trying

/** A code that a person can type, as ABCDE-FGHJK-….  */
export function newVoucherCode(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]);
  return letters.join("").replace(/(.{5})(?=.)/g, "$1-");
}

/** What the database holds of a code, however it was typed. */
export const hashVoucherCode = (code: string): string =>
  hashToken(`voucher ${code.toUpperCase().replaceAll(/[^0-9A-Z]/g, "")}`);
