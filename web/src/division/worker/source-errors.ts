/** What a file that cannot be read is said to be, with what to do. */
import { CmixError, type ErrorDetails, InputError, UnsupportedError } from "../../../../codec/page.ts";

export function notDecodedError(hasDecoder: boolean, codec = "unknown codec"): CmixError {
  if (hasDecoder)
    return new InputError("no picture of this file can be decoded: it is cut or damaged; choose another one", {
      codec,
      reason: "undecodedPicture",
    });
  return new UnsupportedError(
    `this browser has no decoder for the video (${codec}): convert it to H.264, or try another browser`,
    { codec, reason: "noDecoder" },
  );
}

/** What mediabunny and the browser's decoders throw at a damaged file says little by itself. */
export function inputError(error: unknown, what: string, details: ErrorDetails = {}): Error {
  if (error instanceof CmixError) return error;
  const reason = (error as Error).message.replace(/[.\s]+$/, "");
  return new InputError(
    `${what} (${reason}): the file is damaged, or of a kind that is not known here; choose another one`,
    { reason: "unreadable", ...details },
  );
}
