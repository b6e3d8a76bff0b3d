/** The share of the CM after which each may be told. */
export const CM_EVENTS = {
  impression: 0,
  start: 0,
  quartile_1: 0.25,
  quartile_2: 0.5,
  quartile_3: 0.75,
  complete: 1,
  click: 0,
} as const;
export type CmEventKind = keyof typeof CM_EVENTS;
