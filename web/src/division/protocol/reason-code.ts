/** Why a file is not taken, as a code that pages have words for. */
import { CmixError } from "../../../../codec/page.ts";

/** `details.reason` where the error names one, else its kind; undefined for what is no error of ours. */
export function reasonCode(error: Error): string | undefined {
  if (!(error instanceof CmixError)) return undefined;
  if (error.details.storageFull === true) return "storageFull";
  return typeof error.details.reason === "string" ? error.details.reason : error.code;
}
