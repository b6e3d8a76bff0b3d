/** The hash of a main's pieces, by which the player checks what it keeps (row P2). */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { expect, it } from "vitest";
import { toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { DATABASE_FILE } from "../../server/config.ts";
import { PiecesHash } from "../../server/library/pieces-hash.ts";
import { hashPieces } from "../../web/src/shared/files/pieces-hash.ts";
import { sendFile } from "../support/upload.ts";
import { makePair, startTestServer } from "./harness.ts";
import { sendJson } from "./test-accounts.ts";

const PIECE_BYTES = 4 << 20;

it("P2 S2: service and browser hash a file's pieces to the same, whatever its length and however it comes", async () => {
  for (const bytes of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 77]) {
    const file = randomBytes(bytes);
    const hash = new PiecesHash();
    for (let done = 0; done < bytes; ) {
      const length = 1 + ((done * 31 + 999_983) % 3_000_000);
      hash.update(file.subarray(done, done + length));
      done += length;
    }
    expect(hash.digest(), `${bytes} bytes`).toBe(await hashPieces(new Blob([file])));
  }
});

it("P2 S2: the library tells a main's hash of its pieces, of one from before after a round of housekeeping, and nothing of a withdrawn one", async () => {
  const server = await startTestServer();
  try {
    const pair = await makePair({ seconds: 2 });
    const owner = await server.as("provider");
    await sendFile(server.url, "slave", pair.slaveId, pair.slave, owner);
    await sendFile(server.url, "main", pair.mainId, pair.main, owner);
    const url = () => `${server.url}/api/videos/${pair.mainId}`;
    const told = async () => (await (await fetch(url())).json()) as Record<string, unknown>;
    const mainPiecesSha256 = toHex(await sha256(await sha256(pair.main)));
    expect(await told()).toMatchObject({ mainId: pair.mainId, mainBytes: pair.main.length, mainPiecesSha256 });

    await server.stop();
    const database = new SqliteDatabase(join(server.folder, "data", DATABASE_FILE));
    database.exec("update mains set pieces_sha256 = null");
    database.close();
    await server.restart();
    expect(await told()).toMatchObject({ mainPiecesSha256: null });
    await server.houseKeep();
    expect(await told()).toMatchObject({ mainPiecesSha256 });

    expect((await sendJson(url(), "DELETE", undefined, owner)).status).toBe(204);
    expect((await fetch(url())).status).toBe(410);
  } finally {
    await server.close();
  }
});
