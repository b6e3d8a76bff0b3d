/** Mains on their provider's own server (Cmix patent, claim 3): checked here, downloaded there. */
import { CmixError, PairingError } from "../../codec/index.ts";
import { receive } from "../blobs/receive.ts";
import { Refusal } from "../refusal.ts";
import { fetchFile } from "../security/fetch-file.ts";
import type { LibraryDeps } from "./deps.ts";
import { importExtra } from "./import-extra.ts";
import { aboutMain, checkMain } from "./import-main.ts";
import { PiecesHash } from "./pieces-hash.ts";
import type { GivenState } from "./states.ts";
import type { Main, Video } from "./store.ts";

export interface RemoteAddress {
  url: string;
  /** What the provider says it is. */
  sha256: string;
  /** Of this service's pages, which are to read the file there. */
  origin: string;
  /** Of its video from then on; unless told, a draft's first main makes it public. */
  state?: GivenState | undefined;
}

const IDLE_SECONDS = 20;
/** 64 GiB at 5 MB/s. */
const MOST_SECONDS = 4 * 3600;

/**
 * Fetches a main from its address, holds all of it against its slave, and lets the library give that address from then on. The file
 * itself is not kept.
 *
 * @throws InputError the address is not allowed, or does not answer with a file; FormatError, PairingError, Refusal as an upload
 */
export async function registerRemoteMain(deps: LibraryDeps, video: Video, address: RemoteAddress): Promise<Main> {
  // One at a time for a video's owner: each may take gigabytes of the disk for a while.
  return deps.importLock.run(`remote ${video.ownerId}`, () => fetchAndCheck(deps, video, address));
}

async function fetchAndCheck(deps: LibraryDeps, video: Video, address: RemoteAddress): Promise<Main> {
  const { mainId, slaveId } = video;
  const { limits, store, blobs, outbound } = deps;
  const maxBytes = limits.mainFileMaxBytes;
  const request = {
    headers: { Origin: address.origin },
    maxBytes,
    idleSeconds: IDLE_SECONDS,
    mostSeconds: MOST_SECONDS,
  };
  return fetchFile(address.url, request, outbound, async (answer) => {
    const pieces = new PiecesHash();
    const main = await receive(blobs, "mains", pieces.through(answer.body), maxBytes, async (upload) => {
      const { source, sha256 } = await upload.finish();
      if (sha256 !== address.sha256)
        throw new PairingError(`the file at ${address.url} has SHA-256 ${sha256}, not ${address.sha256} as given`, {
          mainId,
        });
      const facts = await checkMain(deps, source, { mainId, slaveId });
      if (facts.poster !== undefined) await keepPoster(deps, mainId, facts.poster.data);
      return { ...aboutMain(facts), bytes: source.size, sha256, piecesSha256: pieces.digest() };
    });
    const value: Main = {
      ...main,
      mainId,
      createdAt: deps.now(),
      url: address.url,
      playsInBrowser: answer.url.origin === new URL(address.url).origin && allowsPages(answer.headers, address.origin),
    };
    const before = await store.videos.main(mainId);
    await store.videos.putMain(value, address.state);
    if (before?.url === null) await blobs.remove("mains", mainId);
    await deps.mainOrigins.refresh();
    deps.log("remote-main", { mainId, bytes: value.bytes, playsInBrowser: value.playsInBrowser });
    return value;
  });
}

/** The library shows it from here, unless the provider gave another; one that cannot be decoded is left out. */
async function keepPoster(deps: LibraryDeps, mainId: string, data: Uint8Array): Promise<void> {
  if ((await deps.store.library.extra(mainId, "poster")) !== undefined) return;
  try {
    await importExtra(
      deps,
      mainId,
      "poster",
      (async function* () {
        yield data;
      })(),
    );
  } catch (error) {
    if (!(error instanceof CmixError || error instanceof Refusal)) throw error;
  }
}

/** The player reads ranges, so the file's server must take them, allow this origin, and let it see Content-Range. */
function allowsPages(headers: Record<string, string | string[] | undefined>, origin: string): boolean {
  const allowed = headers["access-control-allow-origin"];
  const exposed = String(headers["access-control-expose-headers"] ?? "")
    .toLowerCase()
    .split(/\s*,\s*/);
  return (
    (allowed === "*" || allowed === origin) &&
    headers["accept-ranges"] === "bytes" &&
    (exposed.includes("content-range") || exposed.includes("*"))
  );
}
