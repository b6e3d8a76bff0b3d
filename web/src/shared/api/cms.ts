/** The administrator's CMs on the service (server/API.md, "CMs"). */
import { request } from "../net/request.ts";
import { change, changeHeaders } from "./session.ts";

export interface CmConditions {
  genres: string[];
  genders: string[];
  languages: string[];
  ageMin: number | null;
  ageMax: number | null;
  /** ISO 8601. */
  from: string | null;
  until: string | null;
  perViewerDay: number | null;
}

export interface AdminCm {
  id: string;
  type: string;
  house: boolean;
  title: string;
  sponsor: string;
  link: string;
  active: boolean;
  kinds: string[];
  ageLimit: number;
  conditions: CmConditions;
  seconds: number;
  bytes: number;
  deliveries: number;
  events: Record<string, number>;
  fileUrl: string;
  /** On its sponsor's own server, and why it was switched off; null where it was uploaded. */
  origin: { url: string; fault: "changed" | "gone" | "silent" | null } | null;
}

export type CmChange = Partial<
  Pick<AdminCm, "title" | "sponsor" | "link" | "active" | "kinds" | "ageLimit" | "seconds"> & {
    conditions: Partial<CmConditions>;
  }
>;

export async function listCms(): Promise<AdminCm[]> {
  return ((await (await request("/api/cms")).json()) as { cms: AdminCm[] }).cms;
}

/** Sends a video or image, which is off until it has a title and a sponsor. */
export async function addCm(file: Blob): Promise<AdminCm> {
  const headers = { ...(await changeHeaders()), "content-type": "application/octet-stream" };
  return (await (await request("/api/cms", { method: "POST", headers, body: file })).json()) as AdminCm;
}

/** Has the service fetch a video or image from its sponsor's server, which can take as long as the file takes to come. */
export async function addCmFrom(url: string): Promise<AdminCm> {
  return (await (await change("POST", "/api/cms/address", { url })).json()) as AdminCm;
}

export async function changeCm(id: string, values: CmChange): Promise<void> {
  await change("PATCH", `/api/cms/${id}`, values);
}

export async function removeCm(id: string): Promise<void> {
  await change("DELETE", `/api/cms/${id}`);
}
