import type { ReactNode } from "react";
import type { Player } from "../../player/page/player.ts";
import type { MissingItem } from "../../player/page/playlist.ts";
import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { isAtRest } from "../../player/page/state.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { Link } from "../../shared/routing/router.tsx";
import { ErrorNotice } from "../../shared/ui/notices.tsx";
import { canOpenLater, helpForOpening } from "./error-help.ts";

const DIGITS_SHOWN = 8;

/** What a main is called that tells no title. */
export function missingName({ source }: MissingItem): string {
  if (source instanceof File) return source.name;
  return typeof source === "string" ? `${source.split("/").at(-1)?.slice(0, DIGITS_SHOWN)}…` : "";
}

/** The way on from a video that does not play. */
export function ToLibrary(): ReactNode {
  const { t } = useText();
  return (
    <Link href="/" data-takes-focus>
      {t("error.toLibrary")}
    </Link>
  );
}

interface MissingNoticeProps {
  player: Player;
  snapshot: PlayerSnapshot;
  /** Whether a way to the library is shown. */
  leadsToLibrary?: boolean;
}

/** Which videos could not be opened, and what the viewer can do about it. */
export function MissingNotice({ player, snapshot, leadsToLibrary = false }: MissingNoticeProps): ReactNode {
  const { t, reason } = useText();
  const { missing, state } = snapshot;
  const [first] = missing;
  if (first === undefined || !isAtRest(state)) return null;
  const messages = missing.map(({ source, error }) =>
    source instanceof File ? t("watch.missing.file", { name: source.name, why: reason(error) }) : reason(error),
  );
  return (
    <ErrorNotice
      help={helpForOpening(first.error, t)}
      message={messages.join(" · ")}
      onRetry={missing.some(canOpenLater) ? () => void player.openMissing() : undefined}
    >
      {leadsToLibrary && <ToLibrary />}
    </ErrorNotice>
  );
}
