/** A data folder with one video of 1 s segments and one short CM. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { PNG } from "pngjs";
import { MemorySink, toHex } from "../../codec/bytes/bytes.ts";
import { DivisionWriter } from "../../codec/division/division-writer.ts";
import { importCm } from "../../server/cm/import-cm.ts";
import { importSlave } from "../../server/library/import-slave.ts";
import { openDeps } from "../../server/open-deps.ts";
import { ROOT } from "../measure.ts";

export const SEGMENT_BYTES = 7500;
const VIDEO_SECONDS = 3600;

/** @returns the main's id */
export async function makeLoadData(dataDir: string): Promise<string> {
  const wasmPath = join(ROOT, "dist/wasm/kernels.wasm");
  const deps = await openDeps({ dataDir, wasmPath, webDir: dataDir }, { log: () => {} });
  try {
    const png = new PNG({ width: 320, height: 180 });
    randomBytes(png.data.length).copy(png.data);
    const cm = await importCm(deps, Readable.from([PNG.sync.write(png)]), {
      title: "Load",
      sponsor: "Bench",
      house: true,
      active: true,
    });
    await deps.store.cms.change(cm.id, { ...cm, durationMilliseconds: 3000 });
    const { slaveId, mainId, slave } = await makeSlave();
    await importSlave(deps, slaveId, Readable.from([slave]), null, "unlisted");
    return mainId;
  } finally {
    await deps.store.close();
  }
}

async function makeSlave(): Promise<{ slaveId: string; mainId: string; slave: Uint8Array }> {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const writer = await DivisionWriter.open(
    {
      method: "compress",
      protection: "sealed",
      parameters: {},
      tracks: [
        {
          ...{ id: 0, kind: "video", codec: "cmix-mpeg1", width: 16, height: 16, frameRate: [25, 1] },
          ...{ pixelAspect: [1, 1], rotation: 0, mirrored: false, matrix: "bt601", fullRange: false },
        },
      ],
      ...{ title: "Load", copyright: "", genre: "", mainName: "load.cmx", slaveName: "load.cms" },
    } as Parameters<typeof DivisionWriter.open>[0],
    sinks,
  );
  for (let second = 0; second < VIDEO_SECONDS; second++)
    await writer.add({
      ...{ layer: 0, track: 0, key: true, structure: false, pictures: 25 },
      ...{ startMicroseconds: second * 1e6, durationMicroseconds: 1e6 },
      publicBytes: new Uint8Array(16),
      withheld: new Uint8Array(randomBytes(SEGMENT_BYTES)),
    });
  const { mainId, slaveId } = await writer.finish();
  return { mainId: toHex(mainId), slaveId: toHex(slaveId), slave: sinks.slave.bytes() };
}
