import {
  type ByteSource,
  FormatError,
  PairingError,
  SlaveReader,
  type SlaveSegmentHead,
  toHex,
} from "../../codec/index.ts";
import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import { Refusal } from "../refusal.ts";
import type { LibraryDeps } from "./deps.ts";
import type { Video } from "./store.ts";
import { type Timeline, timelineOf } from "./timeline.ts";

export interface Imported<T> {
  /** False where the same bytes were here already. */
  fresh: boolean;
  value: T;
}

/**
 * Takes a slave file into the library, after reading all of it. A withdrawn video comes back when its owner sends its slave again.
 *
 * @param ownerId the account that the video belongs to from then on
 * @throws FormatError it is cut or damaged
 * @throws PairingError it is another slave than `slaveId`
 * @throws Refusal conflict: other bytes are here under its id or for its main
 */
export async function importSlave(
  deps: LibraryDeps,
  slaveId: string,
  body: ByteStream,
  ownerId: string | null,
): Promise<Imported<Video>> {
  const { blobs, store, limits, importLock } = deps;
  return receive(blobs, "slaves", body, limits.slaveFileMaxBytes, async (upload) => {
    const { source, sha256 } = await upload.finish();
    const { video, timeline } = await checkSlave(source, slaveId);
    return importLock.run("slaves", async () => {
      const known = await store.videos.bySlave(slaveId);
      if (known !== undefined) {
        if (known.slaveSha256 === sha256 && known.withdrawnAt === null) return { fresh: false, value: known };
        if (known.slaveSha256 === sha256 && known.ownerId === ownerId) {
          await upload.commit(slaveId);
          await store.videos.withdraw(slaveId, null);
          return { fresh: true, value: { ...known, withdrawnAt: null } };
        }
        throw new Refusal(
          "conflict",
          `slave ${slaveId} is here already, with other bytes: divide the video again for a new id`,
          { slaveId },
        );
      }
      if (await store.videos.isMainKnown(video.mainId)) {
        throw new Refusal(
          "conflict",
          `main ${video.mainId} has another slave here: divide the video again for new ids`,
          { mainId: video.mainId },
        );
      }
      const value = { ...video, slaveSha256: sha256, createdAt: deps.now(), ownerId, withdrawnAt: null };
      await upload.commit(slaveId);
      await store.videos.insert(value, timeline);
      deps.log("slave", { slaveId, segments: value.segments, bytes: value.slaveBytes });
      return { fresh: true, value };
    });
  });
}

type CheckedVideo = Omit<Video, "slaveSha256" | "createdAt" | "ownerId" | "withdrawnAt">;

async function checkSlave(source: ByteSource, slaveId: string): Promise<{ video: CheckedVideo; timeline: Timeline }> {
  const reader = await SlaveReader.open(source);
  const { header, trailer, segments } = reader;
  const id = toHex(header.id);
  if (id !== slaveId)
    throw new PairingError(`this is slave ${id}, not ${slaveId}: send it under its own id`, { slaveId: id });
  if (segments === 0) throw new FormatError("slave file without segments: nothing could be played");
  const endMilliseconds = Math.ceil(trailer.durationMicroseconds / 1000);
  if (endMilliseconds >= 2 ** 32)
    throw new FormatError(
      `slave file claims ${endMilliseconds} ms, at most ${2 ** 32 - 1} are allowed: the file is damaged`,
    );
  const layers = new Set(header.layers.map((layer) => layer.id));
  const heads: SlaveSegmentHead[] = [];
  for (let number = 0; number < segments; number++) {
    const { head } = await reader.readSegment(number);
    const wrong =
      head.last !== (number === segments - 1) || !layers.has(head.layer) || head.startMilliseconds > endMilliseconds;
    if (wrong)
      throw new FormatError(
        `slave segment ${number} has a last mark, a layer or a time that cannot be: the file is damaged`,
        { segment: number },
      );
    heads.push(head);
  }
  const video = {
    slaveId,
    mainId: toHex(header.mainId),
    mainName: header.mainName,
    title: header.title,
    // Only the main tells these.
    copyright: "",
    genre: "",
    description: "",
    ageLimit: 0,
    durationSeconds: trailer.durationMicroseconds / 1e6,
    segments,
    slaveBytes: source.size,
  };
  return { video, timeline: timelineOf(heads, endMilliseconds) };
}
