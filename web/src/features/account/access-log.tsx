import type { ReactNode } from "react";
import type { AccessEntry } from "../../shared/api/session.ts";
import { en, type TextKey } from "../../shared/i18n/en.ts";
import { useText } from "../../shared/i18n/text.tsx";
import { type Column, LogTable, timeOf } from "./log-table.tsx";

/** What happened to accounts. @param load of the log of one account, or of all */
export function AccessLog({ load }: { load: (before?: number) => Promise<AccessEntry[]> }): ReactNode {
  const { t, language } = useText();
  const nameOf = (event: string): string => {
    const key = `access.${event}`;
    return key in en ? t(key as TextKey) : event;
  };
  const columns: Column<AccessEntry>[] = [
    { name: "log.at", show: ({ at }) => timeOf(at, language) },
    { name: "log.event", show: ({ event }) => nameOf(event) },
    { name: "log.account", show: ({ accountId }) => accountId ?? "–" },
    { name: "log.by", show: ({ byAccountId }) => byAccountId ?? "" },
    { name: "log.address", show: ({ addressHash }) => addressHash ?? "–" },
  ];
  return <LogTable load={load} caption="log.access" columns={columns} />;
}
