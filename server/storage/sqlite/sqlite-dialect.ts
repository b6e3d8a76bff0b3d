/** kysely on a {@link SqliteFile}. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { SqliteFile, SqliteTransaction } from "./sqlite-file.ts";

export function sqliteDialect(file: SqliteFile): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteFileDriver(file),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SqliteFileDriver implements Driver {
  private readonly file: SqliteFile;

  constructor(file: SqliteFile) {
    this.file = file;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.file);
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    connection.transaction = await this.file.begin();
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.transaction?.commit();
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.transaction?.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.file.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  transaction: SqliteTransaction | undefined;
  private readonly file: SqliteFile;

  constructor(file: SqliteFile) {
    this.file = file;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.transaction === undefined ? this.file.execute<R>(query) : this.transaction.execute<R>(query);
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}
