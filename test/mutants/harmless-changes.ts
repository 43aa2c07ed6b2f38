import type { HarmlessChanges } from './mutants-report.ts';

const NO_NUMBER = 'what never was is no number, and neither less nor more than any';

/** Changes that no unit test can or need notice. One that is missing here makes `npm run mutants` fail. */
export const HARMLESS_CHANGES: HarmlessChanges = {
  'src/core/keepalive/keepalive-machine.ts': {
    '`lastSuccessAtMs === undefined` → `false`':
      'no number is later than a proof of life: the next line returns the state',
  },
  'src/core/call-record/call-record.ts': {
    '`closed === undefined` → `false`': 'never so: an end is written of every call that has none',
    '`record === undefined` → `false`': 'never so: a call without a record is given one',
  },
  'src/core/call-record/heartbeat.ts': {
    '`lastFailureAtMs === undefined` → `false`': NO_NUMBER,
  },
  'src/core/reconcile/instance-facts.ts': {
    "`typeof value === 'number'` → `true`": 'what is finite or an integer is a number',
  },
  'src/core/reconcile/reconcile-call.ts': {
    '`instance === undefined` → `false`':
      'an instance that is not there is none that lives: the next operand says the same',
    '`lastKeepAliveAtMs !== undefined` → `true`': NO_NUMBER,
  },
  'src/core/reconcile/stuck-call.ts': {
    '`record.lastRescueAtMs !== undefined` → `true`': NO_NUMBER,
  },
  'src/core/tokens/callback-token-policy.ts': {
    "`typeof issuer !== 'string'` → `false`": 'what is no text is in no list of texts',
    '`tenantId === undefined` → `false`': 'the caller refuses a token that names no tenant in either case',
  },
};
