/** What plays read of slaves and CMs, kept for those that are asked for now. */
import { type ByteSource, fromHex, type SlaveReader } from "../../codec/index.ts";
import { Recent } from "../recent.ts";
import type { Timeline } from "../timeline.ts";
import type { PlayDeps } from "./deps.ts";

const KEPT = 64;

export interface PlaySlave {
  slaveId: string;
  id: Uint8Array;
  reader: SlaveReader;
  timeline: Timeline;
}

export interface PlayCmBytes {
  id: Uint8Array;
  hash: Uint8Array;
  source: ByteSource;
}

export class PlayMedia {
  private readonly deps: Pick<PlayDeps, "store" | "blobs" | "slaveReaders">;
  private readonly slaves = new Recent<Promise<PlaySlave>>(KEPT);
  private readonly cms = new Recent<Promise<PlayCmBytes>>(KEPT);

  constructor(deps: Pick<PlayDeps, "store" | "blobs" | "slaveReaders">) {
    this.deps = deps;
  }

  slave(slaveId: string): Promise<PlaySlave> {
    const { store, slaveReaders } = this.deps;
    return this.slaves.get(slaveId, async () => ({
      slaveId,
      id: fromHex(slaveId),
      reader: await slaveReaders.open(slaveId),
      timeline: await store.videos.timeline(slaveId),
    }));
  }

  cm(cmId: string): Promise<PlayCmBytes> {
    const { store, blobs } = this.deps;
    return this.cms.get(cmId, async () => {
      const cm = await store.cms.byId(cmId);
      if (cm === undefined) throw new Error(`CM ${cmId} of a play is not in the database`);
      return { id: fromHex(cmId), hash: fromHex(cm.sha256), source: await blobs.source("cms", cmId) };
    });
  }
}
