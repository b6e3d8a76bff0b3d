/** Rows of what is counted with each fact, so that no question has to count. */

import type { Sums } from "./report-sums.ts";

/** How many rows of deliveries and downloads there are; kept in the transactions that add them. */
export interface VideoCountsRow {
  main_id: string;
  deliveries: number;
  downloads: number;
}

export interface CmCountsRow {
  cm_id: string;
  deliveries: number;
  /** Of these, what is paid for. */
  billable: number;
}

export interface CmEventCountsRow {
  cm_id: string;
  kind: string;
  events: number;
}

/** What all plays of a viewer have in common of a video; JSON of plays/video-share.ts. */
export interface ViewerVideoRow {
  viewer: string;
  slave_id: string;
  seen_at: number;
  state: string;
}

/** What decides whether a delivery is paid for; forgotten with the plays of that time. */
export interface ViewerDeliveriesRow {
  viewer: string;
  /** Days since 1970, UTC. */
  day: number;
  cm_id: string;
  main_id: string;
  deliveries: number;
}

export interface NetworkDeliveriesRow {
  /** A keyed hash. */
  network: string;
  /** Hours since 1970. */
  hour: number;
  deliveries: number;
}

/** What was counted in a span of time, for reports. */
export interface ReportSumsRow extends Sums {
  main_id: string;
  /** Empty for downloads and seconds. */
  cm_id: string;
  /** 1 or 24. */
  hours: number;
  /** Which span of so many hours, counted since 1970. */
  start: number;
}
