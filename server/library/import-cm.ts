import { createReadStream } from "node:fs";
import { ALL_FORMATS, FilePathSource, Input } from "mediabunny";
import { InputError } from "../../codec/errors.ts";
import type { Deps } from "../deps.ts";
import type { Cm } from "../store/cms.ts";
import { receive } from "./receive.ts";

const CM_MAX_BYTES = 256 << 20;

/**
 * Takes a CM in MP4 from a file of this machine. Its id is the start of its hash.
 *
 * @throws InputError it is no video
 */
export async function importCm(
  deps: Deps,
  path: string,
  about: Pick<Cm, "title" | "sponsor" | "link" | "house" | "kinds" | "conditions">,
): Promise<string> {
  const durationMilliseconds = await videoMilliseconds(path);
  return receive(deps.blobs, "cms", createReadStream(path), CM_MAX_BYTES, async (upload) => {
    const { source, sha256 } = await upload.finish();
    const id = sha256.slice(0, 32);
    await upload.commit(id);
    await deps.store.cms.insert({
      ...about,
      id,
      durationMilliseconds,
      bytes: source.size,
      sha256,
      createdAt: deps.now(),
    });
    deps.log("cm", { cmId: id, durationSeconds: durationMilliseconds / 1000, bytes: source.size });
    return id;
  });
}

/** Running time as the container tells it, rounded up. */
async function videoMilliseconds(path: string): Promise<number> {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    if ((await input.getPrimaryVideoTrack()) === null)
      throw new InputError(`${path}: no video track; a CM is an MP4 video`);
    return Math.ceil((await input.computeDuration()) * 1000);
  } finally {
    input.dispose();
  }
}
