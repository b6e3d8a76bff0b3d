import { createHash } from "node:crypto";
import type { ByteStream } from "../byte-stream.ts";
import type { LibraryDeps } from "./deps.ts";

/** A browser hashes files of any length a piece at a time only (WebCrypto). */
const PIECE_BYTES = 4 << 20;

/** SHA-256 of the SHA-256 hashes of a file's pieces of 4 MiB, one behind another (server/API.md, "Uploads"). */
export class PiecesHash {
  private readonly pieces = createHash("sha256");
  private piece = createHash("sha256");
  private filled = 0;

  /** Passes a file on, and hashes it on the way. */
  async *through(bytes: ByteStream): ByteStream {
    for await (const chunk of bytes) {
      this.update(chunk);
      yield chunk;
    }
  }

  update(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const part = bytes.subarray(done, done + PIECE_BYTES - this.filled);
      this.piece.update(part);
      done += part.length;
      this.filled += part.length;
      if (this.filled === PIECE_BYTES) this.endPiece();
    }
  }

  /** Once, at the end. @returns hexadecimal */
  digest(): string {
    if (this.filled > 0) this.endPiece();
    return this.pieces.digest("hex");
  }

  private endPiece(): void {
    this.pieces.update(this.piece.digest());
    [this.piece, this.filled] = [createHash("sha256"), 0];
  }
}

const READ_BYTES = 1 << 20;

/** Reads one main that was taken in before its pieces were hashed, if there is one. */
export async function readForPieces({ store, blobs }: Pick<LibraryDeps, "store" | "blobs">): Promise<void> {
  const mainId = await store.videos.mainWithoutPieces();
  if (mainId === undefined) return;
  const source = await blobs.source("mains", mainId);
  const pieces = new PiecesHash();
  for (let offset = 0; offset < source.size; offset += READ_BYTES)
    pieces.update(await source.read(offset, Math.min(READ_BYTES, source.size - offset)));
  await store.videos.putPieces(mainId, pieces.digest());
}
