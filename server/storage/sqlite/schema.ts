import type { Generated } from "kysely";
import type { AccountRole, AccountStatus } from "../../accounts/roles.ts";
import type { LedgerEntry } from "../../ledger/chain.ts";
import type { Unbilled } from "../../ledger/entries.ts";
import type { VideoState } from "../../library/states.ts";
import type { AttributeRequestRow, AttributeRow, CertifierRow } from "./attribute-rows.ts";
import type { ComplaintRow } from "./complaint-row.ts";
import type { ConditionLogRow } from "./condition-log-row.ts";
import type * as counts from "./count-rows.ts";
import type { ViewerGroupRow } from "./group-row.ts";
import type { JobRow } from "./job-row.ts";
import type { MemberPeriodRow, PointRow, PointRulesRow, VoucherRow } from "./membership-rows.ts";
import type { ReservationRow, RestrictionOptionsRow } from "./reservation-rows.ts";
import type { MarkRecordRow, RightsKeyRow } from "./rights-rows.ts";
import type { SurroundingRow } from "./surrounding-row.ts";

/** The tables as SQL sees them. Ids and hashes are lowercase hex, times milliseconds since 1970, lists JSON text. */
export interface Tables {
  videos: VideoRow;
  timelines: TimelineRow;
  mains: MainRow;
  extras: ExtraRow;
  downloads: DownloadRow;
  report_settings: ReportSettingsRow;
  reports: ReportRow;
  outbox: OutboxRow;
  webhooks: WebhookRow;
  cms: CmRow;
  plays: PlayRow;
  play_videos: PlayVideoRow;
  play_cms: PlayCmRow;
  deliveries: DeliveryRow;
  play_events: PlayEventRow;
  owed_cms: OwedCmRow;
  cm_views: CmViewsRow;
  video_views: VideoViewsRow;
  video_counts: counts.VideoCountsRow;
  cm_counts: counts.CmCountsRow;
  cm_event_counts: counts.CmEventCountsRow;
  viewer_videos: counts.ViewerVideoRow;
  viewer_deliveries: counts.ViewerDeliveriesRow;
  network_deliveries: counts.NetworkDeliveriesRow;
  report_sums: counts.ReportSumsRow;
  video_conditions: VideoConditionsRow;
  surroundings: SurroundingRow;
  ledger: LedgerRow;
  accounts: AccountRow;
  sessions: SessionRow;
  access_log: AccessLogRow;
  division_log: DivisionLogRow;
  account_links: AccountLinkRow;
  condition_log: ConditionLogRow;
  complaints: ComplaintRow;
  attributes: AttributeRow;
  attribute_requests: AttributeRequestRow;
  certifiers: CertifierRow;
  point_rules: PointRulesRow;
  points: PointRow;
  member_periods: MemberPeriodRow;
  vouchers: VoucherRow;
  viewer_groups: ViewerGroupRow;
  rights_keys: RightsKeyRow;
  mark_records: MarkRecordRow;
  restriction_options: RestrictionOptionsRow;
  reservations: ReservationRow;
  jobs: JobRow;
}

/** A slave that is here, and what its file tells of the video. */
export interface VideoRow {
  slave_id: string;
  main_id: string;
  main_name: string;
  title: string;
  duration_ms: number;
  segments: number;
  slave_bytes: number;
  slave_sha256: string;
  created_at: number;
  /** The account that uploaded the slave; null for the sample video. */
  owner_id: string | null;
  /** Title, copyright, genre, age_limit and description are what the library shows: from the files until `edited_at`. */
  copyright: string;
  genre: string;
  age_limit: number;
  description: string;
  /** library/search-text.ts; triggers keep the table video_search after it. */
  search_text: string;
  edited_at: number | null;
  state: VideoState;
  /** With the state `withdrawn`: not listed and not played any more from then on. */
  withdrawn_at: number | null;
  /** Its files are gone. */
  removed_at: number | null;
}

/** Apart from its video: it may be long, and few ask for it. */
export interface TimelineRow {
  slave_id: string;
  /** server/timeline.ts */
  timeline: Uint8Array;
}

/** A main that can be downloaded, and what only its header tells. */
export interface MainRow {
  main_id: string;
  bytes: number;
  sha256: string;
  copyright: string;
  genre: string;
  age_limit: number;
  has_poster: number;
  created_at: number;
  /** On its provider's own server; null where it lies here. */
  url: string | null;
  /** Whether that server lets pages of other sites read parts of it. */
  plays_in_browser: number;
  /** Of the hashes of its pieces (library/pieces-hash.ts); null where it was never read for that. */
  pieces_sha256: string | null;
}

/** Poster or teaser that the provider uploaded; the blob's id is the start of the hash. */
export interface ExtraRow {
  main_id: string;
  kind: "poster" | "teaser";
  type: string;
  bytes: number;
  sha256: string;
}

/** Append-only but for `account_id`, which is forgotten after a time. */
export interface DownloadRow {
  seq: Generated<number>;
  at: number;
  main_id: string;
  account_id: string | null;
  /** Stands for session or address, and day: of these, one download of a main counts. Forgotten as the account is. */
  once: string | null;
}

export interface ReportSettingsRow {
  account_id: string;
  every_deliveries: number | null;
  period: "none" | "weekly" | "monthly";
  by_email: number;
  webhook_url: string | null;
  /** Sealed with the master key. */
  webhook_secret: Uint8Array | null;
  since: number;
}

/** Where the counts of one CM or video are posted to, beside its account's own reports. */
export interface WebhookRow {
  /** reports/webhooks.ts */
  subject: string;
  url: string;
  /** Sealed with the master key. */
  secret: Uint8Array;
  since: number;
}

export interface ReportRow {
  id: string;
  /** Whose report: of an account, or of the subject of a webhook. */
  account_id: string;
  reason: "deliveries" | "weekly" | "monthly" | "daily";
  from_at: number;
  to_at: number;
  /** JSON: reports/report-data.ts. */
  body: string;
}

/** A report on its way; `next_at` is null when it is sent or given up. */
export interface OutboxRow {
  seq: Generated<number>;
  report_id: string;
  account_id: string;
  by: "webhook" | "email";
  attempts: number;
  next_at: number | null;
  sent_at: number | null;
  error: string | null;
}

export interface CmRow {
  id: string;
  title: string;
  sponsor: string;
  link: string;
  house: number;
  duration_ms: number;
  bytes: number;
  sha256: string;
  kinds: string;
  genres: string;
  genders: string;
  languages: string;
  age_min: number | null;
  age_max: number | null;
  created_at: number;
  type: string;
  active: number;
  age_limit: number;
  per_viewer_day: number | null;
  from_at: number | null;
  until_at: number | null;
  removed_at: number | null;
  sponsor_account_id: string | null;
  /** On its sponsor's own server, of which the blob is a copy; null where it was uploaded. */
  origin_url: string | null;
  /** The strong entity tag there; empty for none. */
  origin_tag: string;
  /** When it is asked for next; counted on while it is switched on. */
  origin_check_at: number;
  /** Checks in a row to which the address did not answer. */
  origin_failures: number;
  /** Why it was switched off. */
  origin_fault: "changed" | "gone" | "silent" | null;
}

export interface PlayRow {
  id: string;
  session_id: string;
  viewer: string;
  created_at: number;
  seen_at: number;
  over: number;
  key: Uint8Array;
  /** JSON of plays/play.ts: PlayVideo[], PlayCm[] and PlayState. */
  videos: string;
  cms: string;
  state: string;
}

/** Slaves and CMs of a play, by which they are looked up: as in its JSON, and gone with it. */
export interface PlayVideoRow {
  play_id: string;
  /** From 1. */
  number: number;
  slave_id: string;
}

export interface PlayCmRow {
  play_id: string;
  number: number;
  cm_id: string;
}

/** Who got which CM before which slave, without a person: one row a video of a play, written when its secret was first released. */
export interface DeliveryRow {
  play_id: string;
  /** From 1, in the play's list. */
  video: number;
  slave_id: string;
  main_id: string;
  cm_id: string;
  released_at: number;
  /** Null: it is paid for. */
  unbilled: Unbilled | null;
}

/** What a player told and the server's clock found possible. */
export interface PlayEventRow {
  play_id: string;
  event_id: string;
  kind: string;
  /** Of the CM or video in the play, from 1. */
  number: number;
  /** Empty for an event of a CM, as `cm_id` is for one of a video. */
  main_id: string;
  cm_id: string;
  /** Shown of the video in this play so far; 0 for other events. */
  seconds: number;
  /** The video that it counts for in reports; of a CM's event, the one behind the CM. */
  sum_main_id: string;
  /** What it adds to the seconds shown. */
  sum_seconds: number;
  at: number;
}

/** A CM that was missed and comes first next time. */
export interface OwedCmRow {
  play_id: string;
  viewer: string;
  cm_id: string;
  at: number;
}

export interface CmViewsRow {
  viewer: string;
  cm_id: string;
  /** Days since 1970, UTC. */
  day: number;
  views: number;
}

export interface VideoViewsRow {
  viewer: string;
  main_id: string;
  views: number;
}

/** A provider's conditions on a video; null is none. */
export interface VideoConditionsRow {
  main_id: string;
  plays: number | null;
  plays_per_viewer: number | null;
  from_at: number | null;
  until_at: number | null;
  kinds_allowed: string;
  kinds_excluded: string;
}

/** Append-only; what counts of it stands in the other tables too, for questions that go by their columns. */
export type LedgerRow = LedgerEntry;

export interface AccountRow {
  id: string;
  /** Lower case; null once the account is deleted. */
  email: string | null;
  /** argon2id in PHC form; empty once the account is deleted. */
  password_hash: string;
  role: AccountRole;
  status: AccountStatus;
  company: string;
  section: string;
  responsible_person: string;
  address: string;
  created_at: number;
}

export interface SessionRow {
  id: string;
  token_hash: string;
  /** Null for a visitor without an account. */
  account_id: string | null;
  created_at: number;
  /** To the hour; accounts/sessions.ts */
  seen_at: number;
  /** Stands for the network that it was used from last (accounts/known-browsers.ts); null for a visitor's. */
  network: string | null;
}

export interface AccessLogRow {
  seq: Generated<number>;
  at: number;
  event: string;
  /** Whose account; null where a sign-in named none that exists. */
  account_id: string | null;
  /** The administrator who did it to someone else's account. */
  by_account_id: string | null;
  address_hash: string | null;
}

/** One row for each slave and each main that was taken in. */
export interface DivisionLogRow {
  seq: Generated<number>;
  at: number;
  account_id: string;
  file: "slave" | "main";
  main_id: string;
  slave_id: string;
  method: string;
  protection: string;
  parameters: string;
  bytes: number;
}

/** A link that works once. */
export interface AccountLinkRow {
  token_hash: string;
  /** Whose password it sets anew; null for the link that makes an administrator's account. */
  account_id: string | null;
  /** Null for never. */
  expires_at: number | null;
}
