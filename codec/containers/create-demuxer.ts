import type { Demuxer, MpegContainer, RunSink } from "./demuxer.ts";
import { ProgramDemuxer } from "./mpeg-ps/program-demuxer.ts";
import { SectorDemuxer } from "./mpeg-ps/sectors.ts";
import { TransportDemuxer } from "./mpeg-ts/transport-demuxer.ts";
import { packetFormIn } from "./mpeg-ts/transport-packets.ts";

/** @param pid of a transport stream's video, where it is known: the demuxer may begin anywhere in the file */
export function createDemuxer(container: MpegContainer, pid?: number): Demuxer {
  if (container === "es") return new ElementaryDemuxer();
  if (container === "ps") return new ProgramDemuxer();
  return container === "cdxa" ? new SectorDemuxer() : new TransportDemuxer(packetFormIn(container), pid);
}

class ElementaryDemuxer implements Demuxer {
  push(bytes: Uint8Array, _last: boolean, run: RunSink): number {
    run(true, 0, bytes.length);
    return bytes.length;
  }
}
