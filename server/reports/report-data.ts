/** What a report holds, as data and as CSV (Cmix patent, [0090]-[0095]). */

/** Sums over a period of one main with its slave, or of one CM. */
export interface ReportRow {
  kind: "video" | "cm";
  /** Of the main, or of the CM. */
  id: string;
  /** Empty for a CM. */
  slaveId: string;
  title: string;
  /** Plays whose secret was released: the CM was watched, the video delivered. */
  deliveries: number;
  /** Of the deliveries: paid for; and by why they are not (ledger/entries.ts). */
  billable: number;
  repeats: number;
  overCap: number;
  overRate: number;
  /** Of the main; 0 for a CM. */
  downloads: number;
  /** Shown of the video, as the players told and the server's clock allowed; 0 for a CM. */
  secondsPlayed: number;
  /** Of the CM, in plays of these videos; 0 for a video. */
  impressions: number;
  completes: number;
  clicks: number;
}

export interface Report {
  /** ISO 8601; `to` itself is not in it. */
  from: string;
  to: string;
  videos: ReportRow[];
  cms: ReportRow[];
  deliveries: number;
  billable: number;
  downloads: number;
  secondsPlayed: number;
}

export function reportOf(from: number, to: number, rows: readonly ReportRow[]): Report {
  const videos = rows.filter(({ kind }) => kind === "video");
  const cms = rows.filter(({ kind }) => kind === "cm");
  // A delivery is in a video's row and in a CM's; a CM's own report has no videos.
  const counted = videos.length > 0 ? videos : cms;
  const sum = (field: "deliveries" | "billable" | "downloads" | "secondsPlayed") =>
    counted.reduce((total, row) => total + row[field], 0);
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    videos,
    cms,
    deliveries: sum("deliveries"),
    billable: sum("billable"),
    downloads: sum("downloads"),
    secondsPlayed: sum("secondsPlayed"),
  };
}

export function isEmpty({ videos, cms }: Report): boolean {
  return [...videos, ...cms].every((row) => COUNTS.every((count) => row[count] === 0));
}

const COUNTS = [
  ...["deliveries", "billable", "repeats", "overCap", "overRate"],
  ...["downloads", "secondsPlayed", "impressions", "completes", "clicks"],
] as const satisfies readonly (keyof ReportRow)[];

/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function reportCsv({ from, to, videos, cms }: Report): string {
  const head = ["from", "to", "kind", "id", "slave_id", "title", ...COUNTS];
  const rows = [...videos, ...cms].map((row) => [
    from,
    to,
    row.kind,
    row.id,
    row.slaveId,
    row.title,
    ...COUNTS.map((count) => row[count]),
  ]);
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** A spreadsheet would run a text that begins like a formula. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
