import type { ReactNode } from "react";
import { type ConditionEntry, loadConditionLog } from "../../shared/api/session.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { dayOf } from "../../shared/ui/form-values.ts";
import { type Column, LogTable, timeOf } from "./log-table.tsx";

/** Conditions that a provider set on videos, the past ones too. */
export function ConditionLog(): ReactNode {
  const { language } = useText();
  const columns: Column<ConditionEntry>[] = [
    { name: "log.at", show: ({ at }) => timeOf(at, language) },
    { name: "provider.video", show: ({ title }) => title },
    { name: "conditions.plays", show: ({ conditions }) => conditions.plays ?? "–" },
    { name: "conditions.playsPerViewer", show: ({ conditions }) => conditions.playsPerViewer ?? "–" },
    { name: "conditions.from", show: ({ conditions }) => dayOf(conditions.from) || "–" },
    { name: "conditions.until", show: ({ conditions }) => dayOf(conditions.until) || "–" },
    { name: "conditions.kindsAllowed", show: ({ conditions }) => conditions.kindsAllowed.join(", ") || "–" },
    { name: "conditions.kindsExcluded", show: ({ conditions }) => conditions.kindsExcluded.join(", ") || "–" },
  ];
  return <LogTable load={loadConditionLog} caption="log.conditions" columns={columns} />;
}
