import { FormatError } from "../errors.ts";
import type { ProtectionName } from "../format/header.ts";
import { createPatentProtection } from "./patent.ts";
import type { Protection, ProtectionContext } from "./protection.ts";
import { createSealedProtection } from "./sealed.ts";

/** @param secret the slave header's secret; needed for `sealed` */
export async function createProtection(
  name: ProtectionName,
  context: ProtectionContext,
  secret: Uint8Array | undefined,
): Promise<Protection> {
  if (name === "patent") return createPatentProtection(context);
  if (secret === undefined)
    throw new FormatError("slave file of a sealed division without its secret: the file is damaged; fetch it again");
  return createSealedProtection(context, secret);
}
