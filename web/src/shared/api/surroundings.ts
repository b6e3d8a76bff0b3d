/** Information, advertisement and guidance around videos (server/API.md, "Around a video"). */
import { request } from "../net/request.ts";
import type { CmConditions } from "./cms.ts";
import type { ViewerAttributes } from "./service.ts";
import { change, changeHeaders } from "./session.ts";

export const SURROUNDING_KINDS = ["information", "advertisement", "guidance"] as const;
export type SurroundingKind = (typeof SURROUNDING_KINDS)[number];

/** As a viewer sees it. */
export interface ShownSurrounding {
  id: string;
  kind: SurroundingKind;
  title: string;
  text: string;
  link: string;
  imageUrl: string | null;
}

export type SurroundingConditions = Omit<CmConditions, "perViewerDay">;

/** As its owner sees it. */
export interface Surrounding extends ShownSurrounding {
  /** Null: any video. */
  mainId: string | null;
  active: boolean;
  kinds: string[];
  ageLimit: number;
  conditions: SurroundingConditions;
}

export type SurroundingChange = Partial<
  Omit<Surrounding, "id" | "imageUrl" | "conditions"> & { conditions: Partial<SurroundingConditions> }
>;

/** What suits the viewer around a video of the play, by what this play told anyway. */
export async function chooseSurroundings(
  playId: string,
  number: number,
  attributes: ViewerAttributes,
  signal: AbortSignal,
): Promise<ShownSurrounding[]> {
  const answer = await request(`/api/plays/${playId}/surroundings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ number, attributes }),
    signal,
  });
  return ((await answer.json()) as { surroundings: ShownSurrounding[] }).surroundings;
}

export async function listSurroundings(): Promise<Surrounding[]> {
  return ((await (await request("/api/surroundings")).json()) as { surroundings: Surrounding[] }).surroundings;
}

export async function addSurrounding(fields: Pick<Surrounding, "kind" | "title" | "mainId">): Promise<void> {
  // Seen by nobody until it is written.
  await change("POST", "/api/surroundings", { ...fields, active: false });
}

export async function changeSurrounding(id: string, values: SurroundingChange, image?: Blob): Promise<void> {
  await change("PATCH", `/api/surroundings/${id}`, values);
  if (image === undefined) return;
  const headers = { ...(await changeHeaders()), "content-type": "application/octet-stream" };
  await request(`/api/surroundings/${id}/image`, { method: "PUT", headers, body: image });
}

export async function removeSurrounding(id: string): Promise<void> {
  await change("DELETE", `/api/surroundings/${id}`);
}
