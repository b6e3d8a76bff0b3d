import type { Demuxer, MpegContainer, RunSink } from "./demuxer.ts";
import { ProgramDemuxer } from "./mpeg-ps/program-demuxer.ts";
import { TransportDemuxer } from "./mpeg-ts/transport-demuxer.ts";

export function createDemuxer(container: MpegContainer): Demuxer {
  if (container === "es") return new ElementaryDemuxer();
  return container === "ps" ? new ProgramDemuxer() : new TransportDemuxer(container === "ts" ? 0 : 4);
}

class ElementaryDemuxer implements Demuxer {
  push(bytes: Uint8Array, _last: boolean, run: RunSink): number {
    run(true, 0, bytes.length);
    return bytes.length;
  }
}
