import { dateOf } from "../http/schemas.ts";
import type { AdminCm } from "./schemas.ts";
import type { Cm } from "./store.ts";

export function cmToJson(cm: Cm, events: Record<string, number>): AdminCm {
  const { fromAt, untilAt, ...conditions } = cm.conditions;
  const { id, type, house, title, sponsor, link, active, kinds, ageLimit, bytes, deliveries, billable } = cm;
  return {
    ...{ id, type, house, title, sponsor, link, active, kinds, ageLimit, bytes, deliveries, billable, events },
    conditions: { ...conditions, from: dateOf(fromAt), until: dateOf(untilAt) },
    seconds: cm.durationMilliseconds / 1000,
    createdAt: new Date(cm.createdAt).toISOString(),
    fileUrl: `/api/cms/${id}/file`,
    origin: cm.origin && { url: cm.origin.url, fault: cm.origin.fault },
  };
}
