import { given, timeOf } from "../http/schemas.ts";
import type { CmConditions } from "./choose-cm.ts";

type ConditionsChange = { [K in keyof Omit<CmConditions, "fromAt" | "untilAt">]?: CmConditions[K] | undefined } & {
  from?: string | null | undefined;
  until?: string | null | undefined;
};

/** What is left out stays. */
export function changedConditions(before: CmConditions, { from, until, ...others }: ConditionsChange): CmConditions {
  return {
    ...before,
    ...given(others),
    ...(from !== undefined && { fromAt: timeOf(from) }),
    ...(until !== undefined && { untilAt: timeOf(until) }),
  };
}
