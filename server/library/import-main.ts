import type { ByteSource } from "../../codec/index.ts";
import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import { inspectMedia } from "../media/inspect-media.ts";
import type { MainFacts } from "../media/inspections.ts";
import { Refusal } from "../refusal.ts";
import type { LibraryDeps } from "./deps.ts";
import type { Imported } from "./import-slave.ts";
import { PiecesHash } from "./pieces-hash.ts";
import type { GivenState } from "./states.ts";
import type { Main } from "./store.ts";

/**
 * Takes a main file into the library, for download; its slave must be there. Header, index and tags are verified against the slave's
 * hashes; the payloads are sealed and stay unread.
 *
 * @param state of its video from then on; unless told, a draft's first main makes it public
 * @throws FormatError it is cut, or was changed after the division
 * @throws PairingError it is another main than `mainId`, or of another division
 * @throws Refusal conflict: its slave is not here, or other bytes are here under its id
 */
export async function importMain(
  deps: LibraryDeps,
  mainId: string,
  body: ByteStream,
  state?: GivenState,
): Promise<Imported<Main>> {
  const { blobs, store, limits, importLock } = deps;
  const slaveId = await slaveOf(deps, mainId);
  const pieces = new PiecesHash();
  return receive(blobs, "mains", pieces.through(body), limits.mainFileMaxBytes, async (upload) => {
    const { source, sha256 } = await upload.finish();
    const facts = await checkMain(deps, source, { mainId, slaveId });
    return importLock.run("mains", async () => {
      const known = await store.videos.main(mainId);
      if (known?.url === null) {
        if (known.sha256 === sha256) {
          if (state !== undefined) await store.videos.setState(slaveId, state);
          return { fresh: false, value: known };
        }
        throw new Refusal("conflict", `main ${mainId} is here already, with other bytes`, { mainId });
      }
      const value: Main = {
        ...aboutMain(facts),
        mainId,
        bytes: source.size,
        sha256,
        piecesSha256: pieces.digest(),
        createdAt: deps.now(),
        url: null,
        playsInBrowser: true,
      };
      await upload.commit(mainId);
      await store.videos.putMain(value, state);
      deps.log("main", { mainId, bytes: value.bytes });
      return { fresh: true, value };
    });
  });
}

/** @throws Refusal conflict: the slave is not here, or was withdrawn */
export async function slaveOf({ store }: LibraryDeps, mainId: string): Promise<string> {
  const video = await store.videos.byMain(mainId);
  if (video === undefined || video.state === "withdrawn")
    throw new Refusal("conflict", `the slave of main ${mainId} is not here: upload the slave first`, { mainId });
  return video.slaveId;
}

/** @throws FormatError, PairingError as {@link importMain} */
export async function checkMain(
  { slaveReaders }: LibraryDeps,
  source: ByteSource,
  { mainId, slaveId }: { mainId: string; slaveId: string },
): Promise<MainFacts> {
  const { header, trailer } = await slaveReaders.open(slaveId);
  const slave = { id: header.id, mainId: header.mainId, trailer };
  return inspectMedia("main", "the main", source, { mainId, slave });
}

/** What a main's header tells the library. */
export function aboutMain({ poster, ...about }: MainFacts) {
  return { ...about, hasPoster: poster !== undefined };
}
