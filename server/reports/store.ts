import type { Report, ReportRow } from "./report-data.ts";

/** When an account's reports are made, and how they are sent. */
export interface ReportSettings {
  accountId: string;
  everyDeliveries: number | null;
  period: "none" | "weekly" | "monthly";
  byEmail: boolean;
  webhookUrl: string | null;
  /** Sealed with the master key. */
  webhookSecret: Uint8Array | null;
  /** When they began to hold. */
  since: number;
}

/** Where the counts of one CM or video are posted to, beside its account's own reports. */
export interface Webhook {
  /** By `subjectKey` of webhooks.ts. */
  subject: string;
  url: string;
  /** Sealed with the master key. */
  secret: Uint8Array;
  since: number;
}

export type ReportReason = "deliveries" | "weekly" | "monthly" | "daily";
export type SendingWay = "webhook" | "email";

/** What is counted: all of the service, an account's videos, one video, or one CM before whichever video. */
export type ReportScope = { all: true } | { ownerId: string } | { mainId: string } | { cmId: string };

export interface MadeReport {
  id: string;
  /** An account, or the subject of a webhook. */
  receiver: string;
  reason: ReportReason;
  from: number;
  to: number;
  report: Report;
}

/** A report on its way. */
export interface Sending {
  seq: number;
  reportId: string;
  receiver: string;
  by: SendingWay;
  attempts: number;
}

/** How far a report came on one way. */
export interface SendingState {
  by: SendingWay;
  sentAt: number | null;
  attempts: number;
  error: string | null;
}

/** Counts over the raw logs, the reports made of them, and their way to the providers. */
export interface ReportStore {
  /** Sums over `from <= time < to`. Of a CM's scope there are no videos. */
  lines(scope: ReportScope, from: number, to: number): Promise<ReportRow[]>;
  deliveries(ownerId: string, from: number, to: number): Promise<number>;
  settings(accountId: string): Promise<ReportSettings | undefined>;
  allSettings(): Promise<ReportSettings[]>;
  putSettings(settings: ReportSettings): Promise<void>;
  webhook(subject: string): Promise<Webhook | undefined>;
  webhooks(): Promise<Webhook[]>;
  putWebhook(webhook: Webhook): Promise<void>;
  removeWebhook(subject: string): Promise<void>;
  /** Where the receiver's last report of this kind ended. */
  lastEnd(receiver: string, reason: ReportReason): Promise<number | undefined>;
  /** Stores a report, and what is to be sent of it, both or neither. */
  insert(made: MadeReport, by: readonly SendingWay[], at: number): Promise<void>;
  /** Newest first, at most 500, with how each was sent. */
  list(receiver: string): Promise<(MadeReport & { sendings: SendingState[] })[]>;
  byId(id: string): Promise<MadeReport | undefined>;
  /** What is to be sent by `now`, the longest waiting first, at most 50. */
  due(now: number): Promise<Sending[]>;
  /** Counts an attempt. `nextAt` is null where it is not tried again. */
  tried(seq: number, outcome: { sentAt: number | null; error: string | null; nextAt: number | null }): Promise<void>;
  /** How many wait to be sent. */
  waiting(): Promise<number>;
}
