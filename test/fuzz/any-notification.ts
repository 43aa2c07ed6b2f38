import fc from 'fast-check';
import { FUZZ_SECRET } from './fuzz-run.ts';

/** The call of the entry that is meant. */
export const MEANT_CALL = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';

const PATHS = [
  `/app/calls/${MEANT_CALL}`,
  `/communications/calls/${MEANT_CALL}/participants`,
  `https://graph.microsoft.com/beta/app/calls/${MEANT_CALL}`,
  '/app/calls/5b1f8d0072c34e618d1b4f60917b82e5',
  '/app/calls/..',
  '/app/calls/aHR0cHM6Ly9jb252LmV4YW1wbGU',
  '',
];
/** Members whose values are not kept, wherever they stand. */
const SECRETS = {
  recordingAccessToken: FUZZ_SECRET,
  replacesContext: { token: FUZZ_SECRET },
  toneInfo: { tone: FUZZ_SECRET },
  unknown: [FUZZ_SECRET],
  meetingInfo: { '@odata.type': '#microsoft.graph.tokenMeetingInfo', token: FUZZ_SECRET },
};
const NAMES = [
  ...[
    'state',
    'id',
    '@odata.type',
    '@odata.id',
    'resultInfo',
    'targets',
    'source',
    'subject',
    'chatInfo',
    'meetingInfo',
  ],
  ...['callbackUri', 'mediaConfig', 'requestedModalities', 'direction', '__proto__', 'constructor', 'toString', 'then'],
];
const anyValue = fc.oneof(
  fc.constantFrom<fc.JsonValue>('established', 'Terminated', 'incoming', '#microsoft.graph.call', MEANT_CALL, 408, -1),
  fc.jsonValue({ maxDepth: 2 }),
);
const anyData = fc
  .tuple(fc.dictionary(fc.constantFrom(...NAMES), anyValue, { noNullPrototype: true }), fc.boolean())
  .map(([data, hasSecrets]) => (hasSecrets ? { ...data, ...SECRETS } : data));

const anyEntry = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.record(
    {
      changeType: fc.oneof(fc.constantFrom('created', 'updated', 'deleted'), fc.jsonValue({ maxDepth: 1 })),
      resource: fc.oneof(fc.constantFrom(...PATHS), fc.string()),
      resourceUrl: fc.oneof(fc.constantFrom(...PATHS), fc.jsonValue({ maxDepth: 1 })),
      resourceData: fc.oneof(anyData, fc.array(fc.oneof(anyData, fc.jsonValue({ maxDepth: 1 })), { maxLength: 4 })),
      clientState: fc.constant(FUZZ_SECRET),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
);

/** The entries before and after the one that is meant, which says `established`. */
export const anyEntries = fc.record({
  before: fc.array(anyEntry, { maxLength: 4 }),
  after: fc.array(anyEntry, { maxLength: 2 }),
});

export const MEANT_ENTRY = {
  changeType: 'updated',
  resource: `/app/calls/${MEANT_CALL}`,
  resourceData: { '@odata.type': '#microsoft.graph.call', state: 'established', ...SECRETS },
};
