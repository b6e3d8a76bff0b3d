import { type ReactNode, useSyncExternalStore } from "react";
import type { LossWatch } from "../../player/page/loss-watch.ts";
import { useText } from "../../shared/i18n/text.tsx";
import type { Loss } from "../../shared/net/connection.ts";

export const useLoss = (watch: LossWatch): Loss | undefined => useSyncExternalStore(watch.subscribe, watch.snapshot);

/** The service cannot be reached: what happens about it, and the way not to wait. */
export function LossNotice({
  loss,
  keepsPlace,
  onTry,
}: {
  loss: Loss;
  /** The CM was watched: that need not be done again. */
  keepsPlace: boolean;
  onTry(): void;
}): ReactNode {
  const { t } = useText();
  return (
    <>
      <p className={loss.isTrying ? "waiting" : ""}>{t(loss.isTrying ? "loss.trying" : "loss.over")}</p>
      {keepsPlace && <p>{t("loss.kept")}</p>}
      <button type="button" className="button" data-takes-focus onClick={onTry}>
        {t("loss.tryNow")}
      </button>
    </>
  );
}
