/** The library of the service (server/API.md, "The library"). */
import { queryOptions } from "@tanstack/react-query";
import { CmixError } from "../../../../codec/page.ts";
import type { LibraryPage, LibraryVideo } from "../../../../server/library/schemas.ts";
import { call } from "./call.ts";

export type { LibraryPage, LibraryVideo };

export interface LibrarySearch {
  query: string;
  genre: string;
  /** Years; empty for any. */
  age: string;
  page: number;
}

export async function listVideos(search: LibrarySearch, signal?: AbortSignal): Promise<LibraryPage> {
  const { query: q, genre, age, page } = search;
  const wanted = { q, page, genre: genre === "" ? undefined : genre, age: age === "" ? undefined : age };
  return call("GET /api/videos", { query: wanted, signal });
}

/** One page of the library, for react-query; known once to all who show it. */
export const videosQuery = (search: LibrarySearch) =>
  queryOptions({ queryKey: ["videos", search], queryFn: ({ signal }) => listVideos(search, signal) });

export const fetchVideo = (mainId: string): Promise<LibraryVideo> =>
  call("GET /api/videos/{mainId}", { path: { mainId } });

/** Its provider took the video away. */
export const isWithdrawn = (error: Error): boolean =>
  error instanceof CmixError && error.details.serviceCode === "withdrawn";

/** No main is known by the name that was asked for: it was withdrawn, or never was. */
export const isGone = ({ error }: { error: Error }): boolean =>
  error instanceof CmixError && error.code === "delivery" && [400, 404, 410].includes(Number(error.details.status));
