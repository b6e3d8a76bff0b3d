/**
 * Keeps the built app on the device, so that it opens without a network (Cmix patent [0190]-[0193]: the installed player). Pages come from the network
 * where there is one. What the service answers is never kept: `/api/` is not touched.
 */

import { sharedLink } from "../../shared/routing/other-service.ts";
import { layDown, SHARE_PATH, SHARED_CACHE, SHARED_PARAMETER } from "../../shared/routing/shared-files.ts";

/** Addresses of all files of this build, and a hash of them; put in by vite.config.ts. */
declare const BUILT_FILES: readonly string[];
declare const BUILT_VERSION: string;

interface WaitingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const CACHE = `cmix-app-${BUILT_VERSION}`;

addEventListener("install", (event) => {
  (event as WaitingEvent).waitUntil(caches.open(CACHE).then((cache) => cache.addAll(BUILT_FILES)));
});

/** Runs once no page of the build before is open. */
addEventListener("activate", (event) => {
  (event as WaitingEvent).waitUntil(removeOtherBuilds());
});

addEventListener("fetch", (event) => {
  const { request } = event as RequestEvent;
  const { origin, pathname } = new URL(request.url);
  if (request.method === "POST" && origin === location.origin && pathname === SHARE_PATH)
    return (event as RequestEvent).respondWith(takeShared(request));
  if (request.method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  // Names under /assets/ hold the hash of the contents.
  const answer = pathname.startsWith("/assets/") ? keptFirst(request) : networkFirst(request);
  (event as RequestEvent).respondWith(answer);
});

async function removeOtherBuilds(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE && name !== SHARED_CACHE).map((name) => caches.delete(name)));
}

/** Files open in the player; of a text, the video that it links to. What is neither leads to the player alone. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData();
  const files = form.getAll("files").filter((file) => file instanceof File);
  if (files.length > 0) {
    await layDown(files);
    return Response.redirect(`/watch?${SHARED_PARAMETER}`, 303);
  }
  const link = sharedLink(
    ["url", "text", "title"].map((name) => String(form.get(name) ?? "")),
    location.origin,
  );
  if (link?.kind === "own") return Response.redirect(link.path, 303);
  return Response.redirect(link === undefined ? "/watch" : `/watch?link=${encodeURIComponent(link.address)}`, 303);
}

async function keptFirst(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function networkFirst(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    const kept = await caches.match(request.mode === "navigate" ? "/" : request);
    if (kept === undefined) throw cause;
    return kept;
  }
}
