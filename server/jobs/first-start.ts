/** What a new data folder gets: the house CM, and the sample video so that a newcomer sees the whole chain at once. */
import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, SlaveReader, sourceFromBytes, toHex } from "../../codec/index.ts";
import type { CmDeps } from "../cm/deps.ts";
import { importCm } from "../cm/import-cm.ts";
import type { LibraryDeps } from "../library/deps.ts";
import { importMain } from "../library/import-main.ts";
import { importSlave } from "../library/import-slave.ts";

/** @throws InputError there is no house CM, neither in the data folder nor among the samples */
export async function importSamples(deps: CmDeps & LibraryDeps, samplesDir: string): Promise<void> {
  if (!(await deps.store.cms.hasHouseCm())) {
    const path = join(samplesDir, "house-cm.mp4");
    if (!existsSync(path))
      throw new InputError(`house CM ${path} is missing: make it with node scripts/make-samples.mjs`);
    await importCm(deps, createReadStream(path), {
      title: "This free video is brought to you by Cmix",
      sponsor: "Cmix",
      link: "/", // the service's own first page
      house: true,
      active: true,
    });
  }
  const pair = { main: join(samplesDir, "scene.cmx"), slave: join(samplesDir, "scene.cms") };
  if ((await deps.store.videos.count()) > 0 || !existsSync(pair.main) || !existsSync(pair.slave)) return;
  const { header } = await SlaveReader.open(sourceFromBytes(await readFile(pair.slave)));
  await importSlave(deps, toHex(header.id), createReadStream(pair.slave), null);
  await importMain(deps, toHex(header.mainId), createReadStream(pair.main));
}
