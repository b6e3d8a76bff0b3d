/**
 * One SQLite file and its two connections. The process serves everybody in one thread, so nothing here waits inside of SQLite: a write
 * that meets another program's lock comes back to it later, and what was committed goes to the disk on a thread of the system's.
 */
import { closeSync, fdatasync, openSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import SqliteDatabase from "better-sqlite3";
import type { CompiledQuery, QueryResult } from "kysely";
import { onDisk } from "../full-disk.ts";
import { CHECKPOINT_MILLISECONDS, Checkpoints } from "./checkpoints.ts";
import { isBusy, storageError, translated } from "./storage-errors.ts";

type Connection = SqliteDatabase.Database;

/** A write is refused as busy when another program held the database for so long. */
const BUSY_SECONDS = 5;
const PAUSE_MILLISECONDS = 25;
/** SQLite's own waiting stops the process: only as long as a lock takes that is about to go. */
const LOCK_MILLISECONDS = 1;
/** 512 MiB in the log: what Checkpoints has not taken over until then, SQLite does itself, and stops the process for it. */
const LOG_MOST_PAGES = 131072;
const STATEMENTS_KEPT = 500;
/** Of the writer's pages: the upper ones of every index, with some hundred million rows. */
const CACHE_KIBIBYTES = 32 << 10;

export class SqliteFile {
  /** Sees what was committed, and waits for no writer. */
  readonly reader: Connection;
  /** Statements on it run within {@link write}, or as {@link readable}: another's transaction may be open. */
  readonly writer: Connection;
  private readonly log: LogFile;
  private readonly checkpoints: Checkpoints;
  private readonly beginning: SqliteDatabase.Statement;
  private readonly committing: SqliteDatabase.Statement;
  private readonly statements = new Map<
    string,
    { onReader?: SqliteDatabase.Statement; onWriter: SqliteDatabase.Statement }
  >();
  private lastWriter: Promise<void> = Promise.resolve();
  private readonly snapshots: Record<"onReader" | "onWriter", Snapshot>;
  private snapshot: Snapshot | undefined;
  /** A transaction is open on the writer. */
  private isWriting = false;

  /** Opens the file, or makes it. */
  constructor(path: string, { checkpointMilliseconds = CHECKPOINT_MILLISECONDS } = {}) {
    this.writer = new SqliteDatabase(path);
    this.writer.pragma("journal_mode = WAL");
    // Commits are brought to the disk by LogFile: an answer waits for that, the process does not.
    this.writer.pragma("synchronous = NORMAL");
    this.writer.pragma(`wal_autocheckpoint = ${LOG_MOST_PAGES}`);
    this.writer.pragma("foreign_keys = ON");
    this.writer.pragma(`cache_size = -${CACHE_KIBIBYTES}`);
    this.reader = new SqliteDatabase(path, { readonly: true });
    this.reader.prepare("select count(*) from sqlite_master").get(); // the log file is there from here on
    for (const connection of [this.writer, this.reader]) connection.pragma(`busy_timeout = ${LOCK_MILLISECONDS}`);
    this.log = new LogFile(`${path}-wal`);
    this.checkpoints = new Checkpoints(path, () => this.lock(), checkpointMilliseconds);
    this.beginning = this.writer.prepare("begin immediate");
    this.committing = this.writer.prepare("commit");
    const snapshotOf = (connection: Connection, on: Snapshot["on"]) => ({
      on,
      begin: connection.prepare("begin"),
      end: connection.prepare("commit"),
    });
    this.snapshots = {
      onReader: snapshotOf(this.reader, "onReader"),
      onWriter: snapshotOf(this.writer, "onWriter"),
    };
  }

  /**
   * Runs `work` on {@link writer} in a transaction: all of it or nothing. It must await nothing that others bring about.
   *
   * @param since when whoever waits for it began to wait (performance.now)
   * @returns when it is on the disk
   */
  async write<T>(work: () => T | Promise<T>, since = performance.now()): Promise<T> {
    const transaction = await this.begin(since);
    try {
      const result = await work();
      await transaction.commit();
      return result;
    } catch (error) {
      transaction.rollback();
      throw storageError(error);
    }
  }

  /** One statement outside of a transaction: what only reads does not wait for those that write. */
  async execute<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const since = performance.now();
    const prepared = this.prepare(sql);
    if (prepared.onReader !== undefined)
      return whenFree(() => resultOf<R>(this.readable(prepared as OnBoth), parameters), since);
    const unlock = await this.lock();
    let result: QueryResult<R>;
    try {
      result = await whenFree(() => {
        this.endSnapshot();
        return resultOf<R>(prepared.onWriter, parameters);
      }, since);
    } finally {
      unlock();
    }
    await this.flush();
    return result;
  }

  /** A transaction over several turns of the event loop. */
  async begin(since = performance.now()): Promise<SqliteTransaction> {
    const unlock = await this.lock();
    try {
      await whenFree(() => {
        this.endSnapshot();
        this.beginning.run();
        this.isWriting = true;
      }, since);
    } catch (error) {
      unlock();
      throw error;
    }
    let isOpen = true;
    const end = () => {
      isOpen = false;
      this.isWriting = false;
      unlock();
    };
    return {
      execute: ({ sql, parameters }) => translated(() => resultOf(this.prepare(sql).onWriter, parameters)),
      commit: async () => {
        translated(() => this.committing.run());
        this.endSnapshot();
        end();
        await this.flush();
      },
      rollback: () => {
        if (!isOpen) return; // the commit was done, but did not get to the disk
        if (this.writer.inTransaction) this.writer.exec("rollback"); // some errors have rolled back already
        end();
      },
    };
  }

  /** A query that is asked often, prepared once: kysely would cost more than it does. @param sql must only read */
  query<P extends unknown[], R>(sql: string): (...parameters: P) => Promise<R[]> {
    const prepared = { onReader: this.reader.prepare(sql), onWriter: this.writer.prepare(sql) };
    return (...parameters) => whenFree(() => this.readable(prepared).all(...parameters) as R[], performance.now());
  }

  async close(): Promise<void> {
    await this.checkpoints.close();
    await this.log.close();
    this.endSnapshot();
    this.reader.close();
    this.writer.close();
  }

  /**
   * The statement to read with now. The writer knows its pages from its own commits, behind each of which the reader has to read them anew;
   * but a transaction that is open on it is another's. What one turn of the event loop reads, it reads from one snapshot, unless the
   * process commits meanwhile: to begin one for each statement would cost more than most of them do.
   */
  private readable(prepared: OnBoth): SqliteDatabase.Statement {
    if (this.snapshot === undefined) {
      const snapshot = this.snapshots[this.isWriting ? "onReader" : "onWriter"];
      snapshot.begin.run();
      this.snapshot = snapshot;
      setImmediate(this.endSnapshot);
    }
    return prepared[this.snapshot.on];
  }

  private readonly endSnapshot = (): void => {
    const { snapshot } = this;
    this.snapshot = undefined;
    snapshot?.end.run();
  };

  private flush(): Promise<void> {
    this.checkpoints.wake();
    return this.log.flush();
  }

  /** @returns how to give the writer back */
  private async lock(): Promise<() => void> {
    const before = this.lastWriter;
    let unlock = () => {};
    this.lastWriter = new Promise((resolve) => {
      unlock = resolve;
    });
    await before;
    return unlock;
  }

  /** Prepared once: that costs more than most statements do. */
  private prepare(sql: string) {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const onWriter = this.writer.prepare(sql);
    const made = onWriter.readonly ? { onWriter, onReader: this.reader.prepare(sql) } : { onWriter };
    this.statements.set(sql, made);
    const [oldest] = this.statements.keys();
    if (this.statements.size > STATEMENTS_KEPT && oldest !== undefined) this.statements.delete(oldest);
    return made;
  }
}

/** A statement, prepared on both connections. */
type OnBoth = Record<"onReader" | "onWriter", SqliteDatabase.Statement>;

interface Snapshot {
  on: keyof OnBoth;
  begin: SqliteDatabase.Statement;
  end: SqliteDatabase.Statement;
}

export interface SqliteTransaction {
  execute<R>(query: CompiledQuery): QueryResult<R>;
  /** Resolves when it is on the disk. */
  commit(): Promise<void>;
  rollback(): void;
}

/** Tries until no other program holds the database, with the event loop free in between. */
async function whenFree<T>(work: () => T, since: number): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() - since > BUSY_SECONDS * 1000) throw storageError(error);
    }
    await pause(PAUSE_MILLISECONDS);
  }
}

function resultOf<R>(statement: SqliteDatabase.Statement, parameters: readonly unknown[]): QueryResult<R> {
  if (statement.reader) return { rows: statement.all(parameters) as R[] };
  const { changes, lastInsertRowid } = statement.run(parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/**
 * SQLite's write-ahead log. With `synchronous = NORMAL` SQLite leaves commits in the system's memory; a flush behind them makes them
 * outlast a power cut, as FULL would, which waits for each in the process's own thread (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
class LogFile {
  private readonly file: number;
  private last: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(path: string) {
    this.file = openSync(path, "r+");
  }

  /** Brings to the disk what was committed before the call; calls while another flush is under way share the next one. */
  flush(): Promise<void> {
    if (this.next === undefined) {
      this.next = this.last.then(() => {
        this.next = undefined;
        return onDisk(() => flushFile(this.file));
      });
      this.last = this.next.catch(() => {});
    }
    return this.next;
  }

  async close(): Promise<void> {
    await this.last;
    closeSync(this.file);
  }
}

const flushFile = promisify(fdatasync);
