import type { HarmlessChanges } from './mutants-report.ts';

const ONLY_A_COPY = 'the same state, copied once more';

/** Changes that no unit test can or need notice. One that is missing here makes `npm run mutants` fail. */
export const HARMLESS_CHANGES: HarmlessChanges = {
  'src/core/keepalive/keepalive-machine.ts': {
    '`tenantId === state.tenantId` → `false`': ONLY_A_COPY,
    '`state.firstUnclearAtMs === undefined` → `false`': ONLY_A_COPY,
    '`state.failingSinceMs === undefined` → `false`': ONLY_A_COPY,
    '`lastSuccessAtMs === undefined` → `false`':
      'no number is later than a proof of life: the next line returns the state',
  },
  'src/core/tokens/callback-token-policy.ts': {
    "`typeof issuer !== 'string'` → `false`": 'what is no text is in no list of texts',
    '`tenantId === undefined` → `false`': 'the caller refuses a token that names no tenant in either case',
  },
};
