import type { ReactNode } from "react";
import type { Membership } from "../api/memberships.ts";
import { useText } from "../i18n/text.tsx";

/** Periods of a membership. @param onEnd for who may end those that go on */
export function PeriodList({
  periods,
  onEnd,
}: {
  periods: Membership["periods"];
  onEnd?: (number: number) => void;
}): ReactNode {
  const { t, language } = useText();
  const day = (iso: string) => new Date(iso).toLocaleDateString(language);
  if (periods.length === 0) return null;
  return (
    <ul>
      {periods.map(({ number, from, until, mainId, source, ended }) => (
        <li key={number}>
          {t("members.period", { from: day(from), until: until === null ? "…" : day(until) })}{" "}
          <span className="quiet">
            {t(`members.source.${source}`)} {mainId} {ended !== null && t("members.ended", { at: day(ended) })}
          </span>{" "}
          {onEnd !== undefined && ended === null && (
            <button
              type="button"
              className="button"
              aria-label={t("members.endOf", { number })}
              onClick={() => onEnd(number)}
            >
              {t("members.end")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
