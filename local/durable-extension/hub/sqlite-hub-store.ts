import type { DatabaseSync as Database } from 'node:sqlite';
import {
  type HubChange,
  HubConflictError,
  type HubMessage,
  type HubNotice,
  type HubStore,
  type InstanceChange,
  type NewHubMessage,
} from './hub-store.ts';
import { createHubWatch } from './hub-watch.ts';
import { openHubFile } from './open-hub-file.ts';
import { parseHistoryEntry, parseHubMessage, parseInstanceRow } from './parse-hub-row.ts';

export interface SqliteHubStore extends HubStore {
  /** Writes what was asked for before, then gives the file free. Everything after it fails. */
  close(): void;
}

interface RequestedCommit {
  readonly change: HubChange;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps the task hub in one SQLite file: what a commit resolved for survives a crash of the process and of the machine.
 *
 * Commits that are requested in the same turn of the event loop are made durable together, with one fsync. A conflict
 * rejects its own commit only. Errors: HubFileError when the file is in use by another process, newer, or no hub; a commit
 * rejects with SQLite's error, and nothing of it is kept, when the disk fails.
 */
export function createSqliteHubStore({ path }: { readonly path: string }): SqliteHubStore {
  const database = openHubFile(path);
  const statements = prepareStatements(database);
  const { notify, ...watch } = createHubWatch();
  let requested: RequestedCommit[] = [];

  function flush(): void {
    const group = requested;
    requested = [];
    if (group.length === 0) return;
    let settle: readonly (() => void)[];
    try {
      settle = inTransaction(database, () => group.map(perform));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const tell of settle) tell();
  }

  /** Returns what to do once the transaction is durable. */
  function perform({ change, resolve, reject }: RequestedCommit): () => void {
    const conflict = findConflict(statements, change);
    if (conflict !== undefined) return () => reject(conflict);
    const notice = applyChange(statements, change);
    return () => {
      notify(notice);
      resolve();
    };
  }

  return {
    ...watch,
    load: async () => statements.allMessages.all().map(parseHubMessage),
    async readInstance(instanceId) {
      const columns = statements.instance.get(instanceId);
      return columns === undefined ? undefined : parseInstanceRow(columns);
    },
    readHistory: async (instanceId) => statements.history.all(instanceId).map(parseHistoryEntry),
    async queryInstances({ instanceIdPrefix, createdFromMs, createdToMs, statuses, afterInstanceId, limit }) {
      const found = statements.query.all({
        prefix: instanceIdPrefix ?? '',
        fromMs: createdFromMs ?? Number.MIN_SAFE_INTEGER,
        toMs: createdToMs ?? Number.MAX_SAFE_INTEGER,
        statuses: statuses === undefined ? null : JSON.stringify(statuses),
        after: afterInstanceId ?? '',
        limit,
      });
      return found.map(parseInstanceRow);
    },
    commit(change) {
      return new Promise((resolve, reject) => {
        if (requested.push({ change, resolve, reject }) === 1) setImmediate(flush);
      });
    },
    close() {
      flush();
      database.close();
    },
  };
}

function prepareStatements(database: Database) {
  return {
    instance: database.prepare('SELECT * FROM Instances WHERE instanceId = ?'),
    query: database.prepare(
      `SELECT * FROM Instances WHERE instanceId > :after AND substr(instanceId, 1, length(:prefix)) = :prefix
       AND createdAtMs BETWEEN :fromMs AND :toMs
       AND (:statuses IS NULL OR runtimeStatus IN (SELECT value FROM json_each(:statuses)))
       ORDER BY instanceId LIMIT :limit`,
    ),
    revision: database.prepare('SELECT revision FROM Instances WHERE instanceId = ?'),
    putInstance: database.prepare(
      `INSERT OR REPLACE INTO Instances VALUES (:instanceId, :executionId, :name, :version, :parentInstanceId,
       :runtimeStatus, :inputJson, :customStatusJson, :output, :createdAtMs, :lastUpdatedAtMs, :revision)`,
    ),
    deleteInstance: database.prepare('DELETE FROM Instances WHERE instanceId = ?'),
    history: database.prepare('SELECT json FROM History WHERE instanceId = ? ORDER BY position'),
    appendHistory: database.prepare('INSERT INTO History (instanceId, json) VALUES (?, ?)'),
    deleteHistory: database.prepare('DELETE FROM History WHERE instanceId = ?'),
    allMessages: database.prepare('SELECT * FROM Messages ORDER BY visibleAtMs, sequence'),
    message: database.prepare('SELECT 1 FROM Messages WHERE sequence = ?'),
    sendMessage: database.prepare(
      'INSERT INTO Messages (queue, instanceId, executionId, visibleAtMs, eventJson) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteMessage: database.prepare('DELETE FROM Messages WHERE sequence = ?'),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // After some errors, a full disk among them, SQLite has rolled back by itself, and there is nothing left to do.
  }
}

function findConflict(statements: Statements, change: HubChange): HubConflictError | undefined {
  for (const { row, expectedRevision } of change.instances ?? []) {
    const revision = statements.revision.get(row.instanceId)?.revision ?? 0;
    if (revision === expectedRevision) continue;
    return new HubConflictError(
      `instance '${row.instanceId}' is at revision ${revision}, not ${expectedRevision}; read it again`,
    );
  }
  for (const sequence of change.consume ?? []) {
    if (statements.message.get(sequence) === undefined) {
      return new HubConflictError(`message ${sequence} was already delivered; drop it`);
    }
  }
  return undefined;
}

function applyChange(statements: Statements, change: HubChange): HubNotice {
  for (const instance of change.instances ?? []) putInstance(statements, instance);
  for (const instanceId of change.purge ?? []) {
    statements.deleteInstance.run(instanceId);
    statements.deleteHistory.run(instanceId);
  }
  for (const sequence of change.consume ?? []) statements.deleteMessage.run(sequence);
  const added = (change.send ?? []).map((message) => send(statements, message));
  return { added, removed: change.consume ?? [], claimsReleased: false };
}

function putInstance(statements: Statements, { row, history }: InstanceChange): void {
  statements.putInstance.run({ ...row });
  if (history.kind === 'replace') statements.deleteHistory.run(row.instanceId);
  for (const event of history.entries) statements.appendHistory.run(row.instanceId, JSON.stringify(event));
}

function send(statements: Statements, message: NewHubMessage): HubMessage {
  const { queue, instanceId, executionId, visibleAtMs, event } = message;
  const sent = statements.sendMessage.run(queue, instanceId, executionId, visibleAtMs, JSON.stringify(event));
  return { ...message, sequence: Number(sent.lastInsertRowid) };
}
