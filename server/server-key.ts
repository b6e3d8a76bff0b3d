/** The key that tickets are signed with and viewers are made unrecognisable with; made at the first start. */
import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../codec/errors.ts";

const FILE = "server.key";
const KEY_BYTES = 32;

/** @throws {@link InputError} the file is there and holds something else */
export async function openServerKey(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, FILE);
  try {
    const file = await open(path, "wx", 0o600);
    try {
      const key = randomBytes(KEY_BYTES);
      await file.writeFile(key);
      await file.sync();
      return key;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const key = await readFile(path);
  if (key.length !== KEY_BYTES)
    throw new InputError(
      `${path} has ${key.length} bytes, ${KEY_BYTES} expected: put it back from a backup, or remove it; plays that are going on then end`,
    );
  return key;
}
