/** Reports of videos (server/API.md). */
import type { Complaint, NewComplaint } from "../../../../server/complaints/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type { Complaint, NewComplaint };
export type ComplaintReason = NewComplaint["reason"];

/** With an account or without. */
export async function reportVideo(mainId: string, complaint: NewComplaint): Promise<void> {
  await change("POST /api/videos/{mainId}/complaints", { path: { mainId }, body: complaint });
}

// ---- The administrator's ----

/** Part by part, newest first. @param before number of the last one of the part before */
export const listComplaints = async (state: "open" | "settled", before?: number): Promise<Complaint[]> =>
  (await call("GET /api/admin/complaints", { query: { state, before } })).complaints;

export const settleComplaint = (number: number, note: string): Promise<Complaint> =>
  changeAnswered("PATCH /api/admin/complaints/{number}", { path: { number: String(number) }, body: { note } });
