import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { callIdOfInstance } from '../../src/core/call-record/call-id.ts';
import { KEEP_ALIVE_ACTIVITY } from '../../src/core/keepalive/durable-names.ts';
import { EventType } from '../durable-extension/hub/history-event.ts';
import type { HubMessage } from '../durable-extension/hub/hub-store.ts';
import { createSqliteHubStore } from '../durable-extension/hub/sqlite-hub-store.ts';

/** What a killed host had begun, or could have begun, and not committed. */
export interface WorkInFlight {
  /** Calls whose keepAlive activity has no result yet: Graph may have been asked, and is asked again. */
  readonly keepAlives: readonly string[];
  /** Orchestrator turns whose messages were due. */
  readonly turns: number;
}

/** Copies the hub file of a host that is dead: the file itself is left to the next host, crashed as it is. */
export function copyHub(folder: string): string {
  const copy = join(folder, 'killed.sqlite');
  for (const suffix of ['', '-wal']) {
    rmSync(`${copy}${suffix}`, { force: true });
    const source = join(folder, `hub.sqlite${suffix}`);
    if (existsSync(source)) copyFileSync(source, `${copy}${suffix}`);
  }
  return copy;
}

/** Reads it from such a copy. */
export async function readWorkInFlight(copy: string, killedAtMs: number): Promise<WorkInFlight> {
  const hub = createSqliteHubStore({ path: copy });
  try {
    const messages = await hub.load();
    const due = messages.filter(({ queue, visibleAtMs }) => queue === 'control' && visibleAtMs <= killedAtMs);
    return {
      keepAlives: messages.filter(isKeepAlive).flatMap(({ instanceId }) => callIdOfInstance(instanceId) ?? []),
      turns: new Set(due.map(({ instanceId }) => instanceId)).size,
    };
  } finally {
    hub.close();
  }
}

function isKeepAlive({ queue, event }: HubMessage): boolean {
  return queue === 'work' && event.EventType === EventType.TaskScheduled && event.Name === KEEP_ALIVE_ACTIVITY;
}
