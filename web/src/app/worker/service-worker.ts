/**
 * Keeps the built app on the device, so that it opens without a network (Cmix patent [0190]-[0193]: the installed player). Pages come from the network
 * where there is one. What the service answers is never kept: `/api/` is not touched.
 */

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
  if (request.method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  // Names under /assets/ hold the hash of the contents.
  const answer = pathname.startsWith("/assets/") ? keptFirst(request) : networkFirst(request);
  (event as RequestEvent).respondWith(answer);
});

async function removeOtherBuilds(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
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
