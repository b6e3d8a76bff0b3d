/** The administrator's CMs on the service (server/API.md, "CMs"). */
import type { AdminCm, CmChange, CmConditions } from "../../../../server/cm/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type { AdminCm, CmChange, CmConditions };

export const listCms = async (): Promise<AdminCm[]> => (await call("GET /api/cms")).cms;

/** Sends a video or image, which is off until it has a title and a sponsor. */
export const addCm = (file: Blob): Promise<AdminCm> => changeAnswered("POST /api/cms", { file });

/** Has the service fetch a video or image from its sponsor's server, which can take as long as the file takes to come. */
export const addCmFrom = (url: string): Promise<AdminCm> => changeAnswered("POST /api/cms/address", { body: { url } });

export async function changeCm(cmId: string, values: CmChange): Promise<void> {
  await change("PATCH /api/cms/{cmId}", { path: { cmId }, body: values });
}

export async function removeCm(cmId: string): Promise<void> {
  await change("DELETE /api/cms/{cmId}", { path: { cmId } });
}
