/** A provider's own videos, counts and reports (server/API.md). */
import type {
  OwnVideo,
  OwnVideoPage,
  UnfinishedUploads,
  VideoChange,
  VideoConditions,
} from "../../../../server/library/schemas.ts";
import type {
  GivenReportSettings,
  MadeReport,
  Report,
  ReportRow,
  ReportSettings,
} from "../../../../server/reports/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type {
  GivenReportSettings,
  MadeReport,
  OwnVideo,
  OwnVideoPage,
  Report,
  ReportRow,
  ReportSettings,
  VideoChange,
  VideoConditions,
};

export type UnfinishedUpload = UnfinishedUploads["uploads"][number];

export const ownVideos = (page: number): Promise<OwnVideoPage> => call("GET /api/videos?mine=1", { query: { page } });

export async function changeVideo(mainId: string, values: VideoChange): Promise<void> {
  await change("PATCH /api/videos/{mainId}", { path: { mainId }, body: values });
}

export async function withdrawVideo(mainId: string): Promise<void> {
  await change("DELETE /api/videos/{mainId}", { path: { mainId } });
}

export async function putExtra(mainId: string, kind: "poster" | "teaser", file: Blob): Promise<void> {
  await change("PUT /api/videos/{mainId}/{kind}", { path: { mainId, kind }, file });
}

export async function removeTeaser(mainId: string): Promise<void> {
  await change("DELETE /api/videos/{mainId}/teaser", { path: { mainId } });
}

/** Can take as long as the file takes to come. */
export const registerAddress = (mainId: string, url: string, sha256: string): Promise<{ playsInBrowser: boolean }> =>
  changeAnswered("PUT /api/mains/{mainId}/address", { path: { mainId }, body: { url, sha256 } });

export const loadConditions = (mainId: string): Promise<VideoConditions> =>
  call("GET /api/videos/{mainId}/conditions", { path: { mainId } });

export async function putConditions(mainId: string, values: VideoConditions): Promise<void> {
  await change("PATCH /api/videos/{mainId}/conditions", { path: { mainId }, body: values });
}

/** @param from and @param to days, `to` included; empty for no limit */
const countsQuery = (from: string, to: string): Record<string, string> => ({
  ...(from !== "" && { from: new Date(`${from}T00:00:00Z`).toISOString() }),
  ...(to !== "" && { to: new Date(Date.parse(`${to}T00:00:00Z`) + 24 * 3600 * 1000).toISOString() }),
});

/** Where the counts are had as a table. @param from as {@link loadCounts} */
export const countsTableAddress = (from: string, to: string): string =>
  `/api/reports/summary?${new URLSearchParams({ format: "csv", ...countsQuery(from, to) })}`;

/** @param from and @param to days, `to` included; empty for no limit */
export const loadCounts = (from: string, to: string): Promise<Report> =>
  call("GET /api/reports/summary", { query: { format: "json", ...countsQuery(from, to) } });

export const loadReportSettings = (): Promise<GivenReportSettings> => call("GET /api/reports/settings");

export const putReportSettings = (settings: ReportSettings): Promise<GivenReportSettings> =>
  changeAnswered("PUT /api/reports/settings", { body: settings });

export const loadReports = async (): Promise<MadeReport[]> => (await call("GET /api/reports")).reports;

/** The account's own that did not come to their end, the oldest first. */
export const loadUploads = async (): Promise<UnfinishedUpload[]> => (await call("GET /api/uploads")).uploads;

/** Gives an unfinished upload up; what is here of it goes. */
export async function removeUpload(uploadId: string): Promise<void> {
  await change("DELETE /api/uploads/{uploadId}", { path: { uploadId }, headers: { "tus-resumable": "1.0.0" } });
}
