/** The key that slaves and secrets are encrypted with where they lie on the disk, and what is derived from it. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../codec/index.ts";
import { randomBytes } from "./random-bytes.ts";

/** In the data folder; the first is left out of backups unless asked for. */
export const KEY_FILE = "cmix.key";
export const KEY_CHECK_FILE = "cmix.key-check";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export class MasterKey {
  private readonly key: Uint8Array;
  private readonly sealing: Uint8Array;

  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new RangeError(`key of ${key.length} bytes: ${KEY_BYTES} expected`);
    this.key = key;
    this.sealing = this.derive("database secrets");
  }

  /** 32 bytes for one purpose (HKDF-SHA-256); the same purpose and salt give the same bytes. */
  derive(purpose: string, salt: Uint8Array = new Uint8Array(0)): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.key, salt, `cmix/1 ${purpose}`, KEY_BYTES));
  }

  /**
   * Encrypts a small secret for the database (AES-256-GCM).
   *
   * @param purpose what and whose it is; `open` needs the same
   * @returns IV, ciphertext and tag: 28 bytes longer than `plain`
   */
  seal(plain: Uint8Array, purpose: string): Uint8Array {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.sealing, iv);
    cipher.setAAD(Buffer.from(purpose));
    return new Uint8Array(Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  }

  /** @throws Error it was sealed with another key or for another purpose, or was changed */
  open(sealed: Uint8Array, purpose: string): Uint8Array {
    const decipher = createDecipheriv("aes-256-gcm", this.sealing, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const body = sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  }

  /** Says nothing about the key, and tells it from any other. */
  checkValue(): string {
    return createHmac("sha256", this.key).update("cmix/1 key check").digest("hex");
  }

  hex(): string {
    return Buffer.from(this.key).toString("hex");
  }
}

/**
 * The key of a data folder: from `CMIX_KEY` (64 hexadecimal digits), else from its key file, which the first start makes.
 *
 * @returns `isNew` where the folder had no key before: what lies there is not encrypted yet
 * @throws InputError the key is missing, is not the one that the folder was encrypted with, or others may read its file
 */
export async function openMasterKey(
  dataDir: string,
  fromEnvironment: string | undefined,
): Promise<{ key: MasterKey; isNew: boolean }> {
  const [path, checkPath] = [join(dataDir, KEY_FILE), join(dataDir, KEY_CHECK_FILE)];
  const check = await readText(checkPath);
  const text = fromEnvironment ?? (await readKeyFile(path));
  if (text === undefined && check !== undefined)
    throw new InputError(
      `the key of ${dataDir} is missing: put ${KEY_FILE} back, or set CMIX_KEY; without it the slaves there cannot be read`,
    );
  const where = fromEnvironment === undefined ? path : "CMIX_KEY";
  if (text !== undefined && !/^[0-9a-f]{64}$/.test(text))
    throw new InputError(`${where}: 64 lowercase hexadecimal digits expected; make a key with openssl rand -hex 32`);
  const key = new MasterKey(text === undefined ? randomBytes(KEY_BYTES) : Buffer.from(text, "hex"));
  if (check !== undefined && !equal(check, key.checkValue()))
    throw new InputError(`${where} is not the key that ${dataDir} is encrypted with: give the key it was made with`);
  if (text === undefined) await writeFile(path, `${key.hex()}\n`, { mode: 0o600, flag: "wx", flush: true });
  return { key, isNew: check === undefined };
}

/** Called when all that lay in the folder before its key is encrypted. */
export function keepKeyCheck(dataDir: string, key: MasterKey): Promise<void> {
  return writeFile(join(dataDir, KEY_CHECK_FILE), `${key.checkValue()}\n`, { mode: 0o600, flush: true });
}

async function readKeyFile(path: string): Promise<string | undefined> {
  const text = await readText(path);
  if (text !== undefined && ((await stat(path)).mode & 0o077) !== 0)
    throw new InputError(`${path} may be read by others: chmod 600 ${path}`);
  return text;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function equal(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
