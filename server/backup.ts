/** A data folder in one file, and back: the database as of one moment, and every file that it names. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InputError } from "../codec/index.ts";
import { BLOB_KINDS } from "./blobs/store.ts";
import { DATABASE_FILE } from "./config.ts";
import { KEY_CHECK_FILE, KEY_FILE } from "./security/master-key.ts";
import { snapshotDatabase } from "./storage/sqlite/snapshot.ts";

/**
 * A backup is a list of files: a line of JSON {"name","bytes","sha256"} before each one's bytes; the first line is MAGIC, and the last
 * names the SHA-256 of all lines before it.
 */
const MAGIC = "cmix-backup 1";
const LINE_MOST_BYTES = 4096;
const NAME = new RegExp(
  `^(?:${[DATABASE_FILE, KEY_FILE, KEY_CHECK_FILE].join("|").replaceAll(".", "\\.")}|(?:${BLOB_KINDS.join("|")})/[0-9a-f]{32})$`,
);

export interface BackupFacts {
  files: number;
  bytes: number;
}

interface Entry {
  name: string;
  bytes: number;
  sha256: string;
}

/**
 * Writes a backup while the server may run. The database is copied first: files are written before their rows and removed after
 * them, so each that the copy names is there; one that was withdrawn meanwhile is left out, as its video then is.
 *
 * @param options.withKey puts the key in, too: whoever has the backup can then read the slaves
 * @throws InputError there is no database, or the file is there already
 */
export async function backUp(dataDir: string, out: string, options: { withKey: boolean }): Promise<BackupFacts> {
  if (!existsSync(join(dataDir, DATABASE_FILE)))
    throw new InputError(`${dataDir} holds no ${DATABASE_FILE}: name the server's data folder`);
  if (existsSync(out)) throw new InputError(`${out} is there already: name a new file`);
  const scratch = await mkdtemp(join(dirname(resolve(out)), ".cmix-backup-"));
  const facts: BackupFacts = { files: 0, bytes: 0 };
  try {
    const database = join(scratch, DATABASE_FILE);
    await snapshotDatabase(join(dataDir, DATABASE_FILE), database);
    const files: [string, string][] = [[DATABASE_FILE, database]];
    for (const name of options.withKey ? [KEY_FILE, KEY_CHECK_FILE] : [KEY_CHECK_FILE])
      if (existsSync(join(dataDir, name))) files.push([name, join(dataDir, name)]);
    for (const kind of BLOB_KINDS)
      for (const id of (await readdir(join(dataDir, kind)).catch(() => [])).sort())
        files.push([`${kind}/${id}`, join(dataDir, kind, id)]);
    const temporary = join(scratch, "backup");
    await pipeline(Readable.from(pieces(files, facts)), createWriteStream(temporary, { mode: 0o600, flush: true }));
    await rename(temporary, out);
    return facts;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function* pieces(files: readonly [string, string][], facts: BackupFacts): AsyncGenerator<Uint8Array> {
  const list = createHash("sha256");
  const line = (text: string): Uint8Array => {
    const bytes = Buffer.from(`${text}\n`);
    list.update(bytes);
    return bytes;
  };
  yield line(MAGIC);
  for (const [name, path] of files) {
    const hash = createHash("sha256");
    // Open from the hash to the last byte: what is removed meanwhile stays readable.
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) continue;
    try {
      const { size } = await file.stat();
      for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk as Uint8Array);
      yield line(JSON.stringify({ name, bytes: size, sha256: hash.digest("hex") } satisfies Entry));
      for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) yield chunk as Uint8Array;
      facts.files++;
      facts.bytes += size;
    } finally {
      await file.close();
    }
  }
  yield Buffer.from(`end ${list.digest("hex")}\n`);
}

/**
 * Makes a data folder of a backup, after every byte of it was verified against its hash.
 *
 * @throws InputError the folder is not empty, or the backup is cut or damaged; nothing is left then
 */
export async function restore(from: string, dataDir: string): Promise<BackupFacts> {
  if (existsSync(dataDir) && (await readdir(dataDir)).length > 0)
    throw new InputError(`${dataDir} is not empty: restore into a new folder`);
  await stat(from).catch(() => {
    throw new InputError(`${from}: no such file; check the name`);
  });
  const target = resolve(dataDir);
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), ".cmix-restore-"));
  try {
    for (const kind of BLOB_KINDS) await mkdir(join(scratch, kind), { mode: 0o700 });
    const facts = await unpack(new ByteLines(createReadStream(from)), scratch);
    if (!existsSync(join(scratch, DATABASE_FILE))) throw damaged("there is no database in it");
    await rm(target, { recursive: true, force: true }); // an empty folder at most
    await rename(scratch, target);
    return facts;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function unpack(input: ByteLines, folder: string): Promise<BackupFacts> {
  const facts: BackupFacts = { files: 0, bytes: 0 };
  const list = createHash("sha256");
  for (let number = 0; ; number++) {
    const line = await input.line();
    if (line.startsWith("end ")) {
      if (line !== `end ${list.digest("hex")}` || !(await input.isAtEnd()))
        throw damaged("its list of files was changed");
      return facts;
    }
    list.update(`${line}\n`);
    if (number === 0) {
      if (line !== MAGIC) throw new InputError("this is no backup of Cmix: make one with cmix backup");
      continue;
    }
    const { name, bytes, sha256 } = entryOf(line);
    const hash = createHash("sha256");
    const file = await open(join(folder, name), "wx", 0o600);
    try {
      for await (const chunk of input.bytes(bytes)) {
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (hash.digest("hex") !== sha256) throw damaged(`${name} has other bytes than it had`);
    facts.files++;
    facts.bytes += bytes;
  }
}

function entryOf(line: string): Entry {
  try {
    const { name, bytes, sha256 } = JSON.parse(line) as Entry;
    if (NAME.test(name) && Number.isSafeInteger(bytes) && bytes >= 0 && /^[0-9a-f]{64}$/.test(sha256))
      return { name, bytes, sha256 };
  } catch {
    // Said below.
  }
  throw damaged("a line of its list cannot be read");
}

const damaged = (what: string) => new InputError(`the backup is damaged: ${what}; use another one`);

/** Lines and counted bytes out of one stream. */
class ByteLines {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let text = Buffer.alloc(0);
    for (;;) {
      const end = this.rest.indexOf(10);
      text = Buffer.concat([text, this.rest.subarray(0, end < 0 ? LINE_MOST_BYTES : end)]);
      if (text.length >= LINE_MOST_BYTES) throw damaged("a line of its list is too long");
      if (end >= 0) {
        this.rest = this.rest.subarray(end + 1);
        return text.toString();
      }
      if (!(await this.more())) throw damaged("it was cut");
    }
  }

  async *bytes(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      if (this.rest.length === 0 && !(await this.more())) throw damaged("it was cut");
      const part = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.rest.length === 0 && !(await this.more());
  }

  /** Called when nothing of the last chunk is left that is wanted. */
  private async more(): Promise<boolean> {
    const { value, done } = await this.chunks.next();
    this.rest = done === true ? new Uint8Array(0) : value;
    return done !== true;
  }
}
