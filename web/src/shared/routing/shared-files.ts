/** Files that another app on the device shares with this one: the service worker lays them down, Watch takes them up. */

/** Where the system posts what is shared (app.webmanifest). */
export const SHARE_PATH = "/share";
/** Of the cache that they wait in; not one of a build's. */
export const SHARED_CACHE = "cmix-shared";
/** Of the page that takes them up. */
export const SHARED_PARAMETER = "shared";
/** As many as a playlist has. */
const FILES_MOST = 50;
const NAME_HEADER = "x-cmix-name";

const addressOf = (number: number): string => `${SHARE_PATH}/${number}`;

/** In the service worker. What was shared before and not taken up is given up. */
export async function layDown(files: readonly File[]): Promise<void> {
  await caches.delete(SHARED_CACHE);
  const cache = await caches.open(SHARED_CACHE);
  for (const [number, file] of files.slice(0, FILES_MOST).entries())
    await cache.put(
      addressOf(number),
      new Response(file, { headers: { [NAME_HEADER]: encodeURIComponent(file.name), "content-type": file.type } }),
    );
}

/** In the page, once. */
export async function takeUp(): Promise<File[]> {
  const cache = await caches.open(SHARED_CACHE);
  const files: File[] = [];
  for (let number = 0; number < FILES_MOST; number++) {
    const kept = await cache.match(addressOf(number));
    if (kept === undefined) break;
    const name = decodeURIComponent(kept.headers.get(NAME_HEADER) ?? "");
    files.push(new File([await kept.blob()], name));
  }
  await caches.delete(SHARED_CACHE);
  return files;
}
