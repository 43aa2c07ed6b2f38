import { bug, type PlantedBug } from './planted-bug.ts';

const RECORD = 'src/core/call-record/call-record.ts';

const LATE_START = "  if (stored.phase === 'ended') return asEstablished(stored);\n";

/** In the record of a call, and in how it is written. */
export const RECORD_BUGS: readonly PlantedBug[] = [
  bug('the first sight is overwritten at established', 'j', 200, {
    file: RECORD,
    find: "  return { ...(known ?? stored), phase: 'starting', establishedAtMs: nowMs };\n",
    replace: "  return { ...(known ?? stored), phase: 'starting', firstSeenAtMs: nowMs, establishedAtMs: nowMs };\n",
  }),
  bug('a heartbeat is written with the phase', 'g', 200, {
    file: 'src/core/call-record/heartbeat.ts',
    find: '      return { lastKeepAliveAtMs, nextLookAtMs, ...countSuccess(sender, lastKeepAliveAtMs) };\n',
    replace:
      "      const all = { lastKeepAliveAtMs, nextLookAtMs, phase: 'active', ...countSuccess(sender, lastKeepAliveAtMs) };\n      return all;\n",
  }),
  bug('the end of an unknown call is not remembered', 'f', 50, {
    file: RECORD,
    find: "  const record = stored ?? firstSight(seen, 'observed', nowMs);\n",
    replace: '  const record = stored;\n  if (record === undefined) return undefined;\n',
  }),
  bug(
    'a late established brings an ended call back',
    'g',
    50,
    { file: RECORD, find: LATE_START, replace: '' },
    {
      file: RECORD,
      find: "  if (stored.phase !== 'observed') return known;\n",
      replace: "  if (stored.phase !== 'observed' && stored.phase !== 'ended') return known;\n",
    },
  ),
  bug('a late established is forgotten', 'f', 50, {
    file: RECORD,
    find: LATE_START,
    replace: "  if (stored.phase === 'ended') return undefined;\n",
  }),
  bug('an ended record is activated', 'g', 200, {
    file: RECORD,
    find: "  return stored?.phase === 'starting' ? { ...stored, phase: 'active' } : undefined;\n",
    replace: "  return stored === undefined ? undefined : { ...stored, phase: 'active' };\n",
  }),
  bug('clean-up takes effect each time', 'd', 50, {
    file: RECORD,
    find: '  if (stored?.cleanedUpAtMs !== undefined) return undefined;\n',
    replace: '',
  }),
  bug('a conflict counts as written', 'f', 50, {
    file: 'src/calls/update-record.ts',
    find: "if (result !== 'conflict') return { before: stored?.record, after: next, stored: result };",
    replace: 'return { before: stored?.record, after: next, stored };',
  }),
  bug('a call is written by what is remembered of it, whoever wrote since', 'g', 200, {
    file: 'src/adapters/remembering-call-store.ts',
    find: '    replace: (record, etag) => write(record.callId, () => store.replace(record, etag)),\n',
    replace: `    async replace(record) {
      const etag = (await store.read(record.callId))?.etag ?? '';
      return write(record.callId, () => store.replace(record, etag));
    },
`,
  }),
];
