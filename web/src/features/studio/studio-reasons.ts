/** Why a file is not taken or a division failed, in the reader's language: by code, not by the error's own English. */
import { reasonCode } from "../../division/protocol/reason-code.ts";
import type { TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";

const REASONS: Readonly<Record<string, TextKey>> = {
  noVideoFile: "studio.reason.noVideoFile",
  noVideo: "studio.reason.noVideo",
  noDecoder: "studio.reason.noDecoder",
  undecodedPicture: "studio.reason.undecodedPicture",
  unreadable: "studio.reason.unreadable",
  container: "studio.reason.container",
  noPicture: "studio.reason.noPicture",
  putIntoMp4: "studio.reason.putIntoMp4",
  storageFull: "studio.reason.storageFull",
  hiddenKept: "studio.reason.hiddenKept",
  trim: "studio.reason.trim",
  trimContainer: "studio.reason.trimContainer",
  // Kinds of error, where nothing closer is known.
  input: "studio.reason.unreadable",
  format: "studio.reason.unreadable",
  unsupported: "studio.reason.unsupported",
};

/** Of an error; what the service answers goes by its own codes. */
export function useStudioReason(): (error: Error) => string {
  const { t, reason } = useText();
  return (error) => {
    const code = reasonCode(error);
    if (code === undefined) return t("studio.reason.broke");
    const key = REASONS[code];
    return key === undefined ? reason(error) : t(key, { codec: codecOf(error) });
  };
}

/** Of a method that is not offered. @param refusal in English, for codes that have no words here */
export function useRefusalReason(): (refusal: string, code: string | undefined) => string {
  const { t } = useText();
  return (refusal, code) => {
    const key = REASONS[code ?? ""];
    return key === undefined ? refusal : t(key, { codec: "" });
  };
}

function codecOf(error: Error): string {
  const { details = {} } = error as { details?: { codec?: unknown } };
  return typeof details.codec === "string" ? details.codec : "";
}
