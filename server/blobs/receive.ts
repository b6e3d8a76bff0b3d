import type { ByteStream } from "../byte-stream.ts";
import { tooLarge } from "../refusal.ts";
import type { BlobKind, Blobs, BlobUpload } from "./store.ts";

/**
 * Writes a stream to a temporary file and calls `use` with it. Whatever `use` does not commit is removed.
 *
 * @throws {@link Refusal} too_large, as soon as the stream is longer than `maxBytes`
 */
export async function receive<T>(
  blobs: Blobs,
  kind: BlobKind,
  body: ByteStream,
  maxBytes: number,
  use: (upload: BlobUpload) => Promise<T>,
): Promise<T> {
  const upload = await blobs.upload(kind);
  try {
    let size = 0;
    for await (const bytes of body) {
      size += bytes.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      await upload.write(bytes);
    }
    return await use(upload);
  } finally {
    await upload.discard();
  }
}
