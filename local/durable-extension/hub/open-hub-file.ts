import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync as Database } from 'node:sqlite';
import { DatabaseSync } from './node-sqlite.ts';

/** The file cannot serve as a task hub. The message names it and says what to do. */
export class HubFileError extends Error {
  readonly code: 'HubFileInUse' | 'HubFileNewer' | 'HubFileUnusable';
  override readonly name = 'HubFileError';

  constructor(code: HubFileError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Marks a SQLite file as a task hub of this host ("dHub"). Source: https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x64_48_75_62;
const SCHEMA_VERSION = 1;
/** Inputs and histories tell who calls whom. SQLite gives its log the mode of the file. */
const OWNER_ONLY = 0o600;
/** Result code of SQLite. Source: https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Tables and columns are named as in the port. Sequences are never used twice, so AUTOINCREMENT. The history has one
 * row per event; an instance holds that of its current generation only.
 */
const SCHEMA = `
  CREATE TABLE Instances (
    instanceId TEXT PRIMARY KEY,
    executionId TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT,
    parentInstanceId TEXT,
    runtimeStatus TEXT NOT NULL,
    inputJson TEXT,
    customStatusJson TEXT,
    output TEXT,
    createdAtMs REAL NOT NULL,
    lastUpdatedAtMs REAL NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE History (
    position INTEGER PRIMARY KEY,
    instanceId TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX HistoryOfInstance ON History (instanceId, position);
  CREATE TABLE Messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    instanceId TEXT NOT NULL,
    executionId TEXT,
    visibleAtMs REAL NOT NULL,
    eventJson TEXT NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens the file for this process alone, and makes it and its folder when they are not there.
 *
 * The lock is SQLite's own and ends with the process, however that ends. Commits are on the disk when they return.
 * Source: https://www.sqlite.org/pragma.html#pragma_locking_mode, https://www.sqlite.org/wal.html#noshm
 * Errors: HubFileError.
 */
export function openHubFile(path: string): Database {
  let database: Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a', OWNER_ONLY));
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const isNew = checkIdentity(database, path);
    for (const file of [path, `${path}-wal`]) if (existsSync(file)) chmodSync(file, OWNER_ONLY);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    if (isNew) database.exec(SCHEMA);
    database.exec('COMMIT');
    return database;
  } catch (cause) {
    database?.close();
    throw cause instanceof HubFileError ? cause : toHubFileError(path, cause);
  }
}

/** True for an empty file. Reads only: a file that is no hub of this version stays as it is. */
function checkIdentity(database: Database, path: string): boolean {
  if (database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) return true;
  if (readPragma(database, 'application_id') !== APPLICATION_ID) {
    throw new HubFileError('HubFileUnusable', `${path} is a SQLite file, but no task hub of this host. ${ADVICE}`);
  }
  const version = readPragma(database, 'user_version');
  if (version === SCHEMA_VERSION) return false;
  const text = `The task hub ${path} was written by a newer version of this host (schema ${version}; this one knows ${SCHEMA_VERSION}).`;
  throw new HubFileError('HubFileNewer', `${text} Use that version. ${ADVICE}`);
}

const ADVICE = 'Otherwise name another folder with --data, delete the file, or use --storage memory.';

function readPragma(database: Database, name: 'user_version' | 'application_id'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function toHubFileError(path: string, cause: unknown): HubFileError {
  if (cause instanceof Error && Reflect.get(cause, 'errcode') === SQLITE_BUSY) {
    const text = `The task hub ${path} is in use by another process, and only one can run on it. Stop that one,`;
    return new HubFileError('HubFileInUse', `${text} name another folder with --data, or use --storage memory.`, {
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new HubFileError('HubFileUnusable', `The task hub ${path} cannot be used: ${reason}. ${ADVICE}`, { cause });
}
