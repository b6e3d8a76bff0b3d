/** The methods, in the order in which `auto` asks them: a file is kept as it is where that is possible, compressed where it has to be. */
import type { ByteSource } from "../bytes/bytes.ts";
import { emptyFileError, UnsupportedError } from "../errors.ts";
import type { Method } from "../format/header.ts";
import type { CodecWorkerApi } from "./codec-worker.ts";
import { compress } from "./compress/compress.ts";
import type { DivisionMethod } from "./method.ts";
import { mpeg } from "./mpeg/mpeg.ts";
import { samples } from "./samples/samples.ts";

/** The methods by name. */
export const METHODS: Readonly<Record<Method, DivisionMethod<CodecWorkerApi>>> = { mpeg, samples, compress };

/**
 * What `auto` means for a file.
 *
 * @throws {@link UnsupportedError} no method takes it; {@link InputError} it is empty
 */
export async function chooseMethod(source: ByteSource): Promise<Method> {
  if (source.size === 0) throw emptyFileError();
  for (const method of Object.values(METHODS)) if (await method.takes(source)) return method.name;
  throw new UnsupportedError(
    "not a YUV4MPEG2 (.y4m) file, MP4, MOV, WebM, Matroska, IVF, H.264, MPEG video, program or transport stream by its first bytes: convert it to one of these",
    { offsetBytes: 0 },
  );
}
