/** A provider's own videos, counts and reports (server/API.md). */
import { request } from "../net/request.ts";
import type { LibraryPage, LibraryVideo } from "./service.ts";
import { change, changeHeaders } from "./session.ts";

export interface OwnVideo extends LibraryVideo {
  downloads: number;
  deliveries: number;
  withdrawnAt: string | null;
}

export interface VideoChange {
  title: string;
  copyright: string;
  genre: string;
  description: string;
  ageLimit: number;
}

export interface CountRow {
  id: string;
  title: string;
  deliveries: number;
  downloads: number;
  secondsPlayed: number;
}

export interface Counts {
  videos: CountRow[];
  cms: CountRow[];
  deliveries: number;
  downloads: number;
  secondsPlayed: number;
}

export interface ReportSettings {
  everyDeliveries: number | null;
  period: "none" | "weekly" | "monthly";
  byEmail: boolean;
  webhookUrl: string | null;
}

export interface GivenReportSettings extends ReportSettings {
  webhookSecret: string | null;
  canMail: boolean;
}

export interface MadeReport {
  id: string;
  reason: "deliveries" | "weekly" | "monthly";
  from: string;
  to: string;
  deliveries: number;
  downloads: number;
  sendings: { by: "webhook" | "email"; sentAt: string | null; error: string | null }[];
}

export async function ownVideos(page: number): Promise<LibraryPage<OwnVideo>> {
  return (await (await request(`/api/videos?mine=1&page=${page}`)).json()) as LibraryPage<OwnVideo>;
}

export async function changeVideo(mainId: string, values: VideoChange): Promise<void> {
  await change("PATCH", `/api/videos/${mainId}`, values);
}

export async function withdrawVideo(mainId: string): Promise<void> {
  await change("DELETE", `/api/videos/${mainId}`);
}

export async function putExtra(mainId: string, kind: "poster" | "teaser", file: Blob): Promise<void> {
  await request(`/api/videos/${mainId}/${kind}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream", ...(await changeHeaders()) },
    body: file,
  });
}

export async function removeTeaser(mainId: string): Promise<void> {
  await change("DELETE", `/api/videos/${mainId}/teaser`);
}

/** Can take as long as the file takes to come. */
export async function registerAddress(
  mainId: string,
  url: string,
  sha256: string,
): Promise<{ playsInBrowser: boolean }> {
  const response = await change("PUT", `/api/mains/${mainId}/address`, { url, sha256 });
  return (await response.json()) as { playsInBrowser: boolean };
}

/** A provider's conditions on a video; null and empty lists are none. */
export interface VideoConditions {
  plays: number | null;
  playsPerViewer: number | null;
  /** ISO 8601. */
  from: string | null;
  until: string | null;
  kindsAllowed: string[];
  kindsExcluded: string[];
}

export async function loadConditions(mainId: string): Promise<VideoConditions> {
  return (await (await request(`/api/videos/${mainId}/conditions`)).json()) as VideoConditions;
}

export async function putConditions(mainId: string, values: VideoConditions): Promise<void> {
  await change("PATCH", `/api/videos/${mainId}/conditions`, values);
}

/** @param from and @param to days, `to` included; empty for no limit */
export function countsAddress(from: string, to: string, format: "json" | "csv"): string {
  const query = new URLSearchParams({ format });
  if (from !== "") query.set("from", new Date(`${from}T00:00:00Z`).toISOString());
  if (to !== "") query.set("to", new Date(Date.parse(`${to}T00:00:00Z`) + 24 * 3600 * 1000).toISOString());
  return `/api/reports/summary?${query}`;
}

export async function loadCounts(from: string, to: string): Promise<Counts> {
  return (await (await request(countsAddress(from, to, "json"))).json()) as Counts;
}

export async function loadReportSettings(): Promise<GivenReportSettings> {
  return (await (await request("/api/reports/settings")).json()) as GivenReportSettings;
}

export async function putReportSettings(settings: ReportSettings): Promise<GivenReportSettings> {
  return (await (await change("PUT", "/api/reports/settings", settings)).json()) as GivenReportSettings;
}

export async function loadReports(): Promise<MadeReport[]> {
  return ((await (await request("/api/reports")).json()) as { reports: MadeReport[] }).reports;
}
