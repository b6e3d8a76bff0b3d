import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import { inspectMedia } from "../media/inspect-media.ts";
import { Refusal } from "../refusal.ts";
import { PackedTimeline } from "../timeline.ts";
import type { LibraryDeps } from "./deps.ts";
import type { GivenState } from "./states.ts";
import type { Video } from "./store.ts";

export interface Imported<T> {
  /** False where the same bytes were here already. */
  fresh: boolean;
  value: T;
}

/**
 * Takes a slave file into the library, after reading all of it. A withdrawn video comes back, as a draft, when its owner sends its slave
 * again.
 *
 * @param ownerId the account that the video belongs to from then on
 * @param state of a video that is new
 * @throws FormatError it is cut or damaged
 * @throws PairingError it is another slave than `slaveId`
 * @throws UnsupportedError it has too many segments for its length
 * @throws Refusal conflict: other bytes are here under its id or for its main
 */
export async function importSlave(
  deps: LibraryDeps,
  slaveId: string,
  body: ByteStream,
  ownerId: string | null,
  state: GivenState = "draft",
): Promise<Imported<Video>> {
  const { blobs, store, limits, importLock } = deps;
  return receive(blobs, "slaves", body, limits.slaveFileMaxBytes, async (upload) => {
    const { source, sha256 } = await upload.finish();
    const { timeline, ...about } = await inspectMedia("slave", "the slave", source, { slaveId });
    return importLock.run("slaves", async () => {
      const known = await store.videos.bySlave(slaveId);
      if (known !== undefined) {
        if (known.slaveSha256 === sha256 && known.state !== "withdrawn") return { fresh: false, value: known };
        if (known.slaveSha256 === sha256 && known.ownerId === ownerId) {
          await upload.commit(slaveId);
          await store.videos.bringBack(slaveId);
          return { fresh: true, value: { ...known, state: "draft", withdrawnAt: null } };
        }
        throw new Refusal(
          "conflict",
          `slave ${slaveId} is here already, with other bytes: divide the video again for a new id`,
          { slaveId },
        );
      }
      if ((await store.videos.byMain(about.mainId)) !== undefined) {
        throw new Refusal(
          "conflict",
          `main ${about.mainId} has another slave here: divide the video again for new ids`,
          { mainId: about.mainId },
        );
      }
      const value: Video = {
        ...about,
        slaveId,
        slaveBytes: source.size,
        slaveSha256: sha256,
        // Only the main tells these.
        copyright: "",
        genre: "",
        description: "",
        ageLimit: 0,
        createdAt: deps.now(),
        ownerId,
        state,
        withdrawnAt: null,
      };
      await upload.commit(slaveId);
      await store.videos.insert(value, new PackedTimeline(timeline));
      deps.log("slave", { slaveId, segments: value.segments, bytes: value.slaveBytes });
      return { fresh: true, value };
    });
  });
}
