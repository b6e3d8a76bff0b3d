import type { ReactNode } from "react";
import { CmixError } from "../../../../codec/page.ts";
import { isGone } from "../../shared/api/library.ts";
import { type Translate, useText } from "../../shared/i18n/text.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { formatBytes } from "../../shared/ui/text-format.ts";

/** Why a main could not be kept, and what can be done. */
export function KeepError({ error }: { error: Error }): ReactNode {
  const { t, reason } = useText();
  return <ErrorNotice help={helpFor(error, t)} message={reason(error)} />;
}

/** @returns undefined where the error says enough itself */
function helpFor(error: Error, t: Translate): string | undefined {
  if (!(error instanceof CmixError)) return undefined;
  const { storageFull, neededBytes, freeBytes, status } = error.details;
  if (storageFull === true) {
    const needed = formatBytes(Number(neededBytes));
    return freeBytes === undefined
      ? t("shelf.full", { needed })
      : t("shelf.tooLarge", { needed, free: formatBytes(Number(freeBytes)) });
  }
  if (isGone({ error })) return t("watch.help.gone");
  return status === 0 ? t("shelf.unreachable") : undefined;
}
