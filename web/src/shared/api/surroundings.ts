/** Information, advertisement and guidance around videos (server/API.md, "Around a video"). */
import type { ShownSurrounding, Surrounding, SurroundingChange } from "../../../../server/surroundings/schemas.ts";
import { call } from "./call.ts";
import type { ViewerAttributes } from "./plays.ts";
import { change } from "./session.ts";

export type { ShownSurrounding, Surrounding, SurroundingChange };
export type SurroundingKind = Surrounding["kind"];
export const SURROUNDING_KINDS: readonly SurroundingKind[] = ["information", "advertisement", "guidance"];

/** What suits the viewer around a video of the play, by what this play told anyway. */
export async function chooseSurroundings(
  playId: string,
  number: number,
  attributes: ViewerAttributes,
  signal: AbortSignal,
): Promise<ShownSurrounding[]> {
  const body = { number, attributes };
  return (await call("POST /api/plays/{playId}/surroundings", { path: { playId }, body, signal })).surroundings;
}

export const listSurroundings = async (): Promise<Surrounding[]> => (await call("GET /api/surroundings")).surroundings;

export async function addSurrounding(fields: Pick<Surrounding, "kind" | "title" | "mainId">): Promise<void> {
  // Seen by nobody until it is written.
  await change("POST /api/surroundings", { body: { ...fields, active: false } });
}

export async function changeSurrounding(surroundingId: string, values: SurroundingChange, image?: Blob): Promise<void> {
  const path = { surroundingId };
  await change("PATCH /api/surroundings/{surroundingId}", { path, body: values });
  if (image !== undefined) await change("PUT /api/surroundings/{surroundingId}/image", { path, file: image });
}

export async function removeSurrounding(surroundingId: string): Promise<void> {
  await change("DELETE /api/surroundings/{surroundingId}", { path: { surroundingId } });
}
