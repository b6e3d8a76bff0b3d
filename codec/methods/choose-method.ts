import type { ByteSource } from "../bytes/bytes.ts";
import { recogniseSource } from "../containers/open-index.ts";
import { openMpeg } from "../containers/open-mpeg.ts";
import { UnsupportedError } from "../errors.ts";
import type { Method } from "../format/header.ts";

/**
 * What `auto` means for a file: as it is where that is possible, compressed where it has to be.
 * `compress` takes .y4m here, and in a browser whatever that decodes.
 *
 * @throws {@link UnsupportedError} no method takes the file
 */
export async function chooseMethod(source: ByteSource): Promise<Method> {
  const kind = await recogniseSource(source);
  if (kind === "y4m" || source.size === 0) return "compress";
  if ((kind === "annexb" || kind === "transport" || kind === "unknown") && (await openMpeg(source)) !== undefined)
    return "mpeg";
  if (kind !== "unknown") return "samples";
  throw new UnsupportedError(
    "not a YUV4MPEG2 (.y4m) file, MP4, MOV, WebM, Matroska, IVF, H.264, MPEG video, program or transport stream by its first bytes: convert it to one of these",
    { offsetBytes: 0 },
  );
}
