import { callNotification } from '../support/call-notification.ts';
import type { Attack } from './support/attack.ts';

const OTHER_CALL = '11111111-2222-4333-8444-555555555555';

/** Ids that are none, made around that of a real call, with the reason why a notification that names them is dropped. */
const HOSTILE_IDS: ReadonlyArray<{
  readonly what: string;
  readonly id: (callId: string) => string;
  readonly reason?: string;
}> = [
  { what: 'a traversal', id: () => '../../users', reason: 'noCallId' },
  { what: 'an encoded traversal', id: () => '..%2f..%2fusers', reason: 'noCallId' },
  // A path below a call is none of a call's life.
  { what: 'a traversal to another call', id: (callId) => `${callId}/../${OTHER_CALL}` },
  { what: 'a line break', id: (callId) => `${callId}\r\nX-Injected: 1`, reason: 'noCallId' },
  { what: 'a line break at its end', id: (callId) => `${callId}\n`, reason: 'noCallId' },
  { what: 'NUL', id: (callId) => `${callId}\0`, reason: 'noCallId' },
  { what: 'a backslash', id: (callId) => `${callId}\\..`, reason: 'noCallId' },
  { what: 'a fragment', id: (callId) => `${callId}#x`, reason: 'notACallPath' },
  { what: 'a query', id: (callId) => `${callId}?x=1`, reason: 'notACallPath' },
  { what: 'a slash before it', id: (callId) => `/${callId}`, reason: 'noCallId' },
  { what: "an instance's prefix", id: (callId) => `call-${callId}`, reason: 'unknownIdForm' },
  { what: 'a bidi override', id: (callId) => `\u202e${callId}`, reason: 'noCallId' },
  { what: 'full-width digits', id: () => '\uff11'.repeat(32), reason: 'noCallId' },
  { what: '33 hex digits', id: () => 'a'.repeat(33), reason: 'unknownIdForm' },
  { what: '1,900 characters', id: () => 'a'.repeat(1_900), reason: 'noCallId' },
  { what: '5,000 characters', id: () => 'a'.repeat(5_000), reason: 'pathTooLong' },
  { what: 'nothing', id: () => '', reason: 'noCallId' },
];

const pathAttack = (attack: string, path: (callId: string, trapOrigin: string) => string, reason: string): Attack => ({
  attack,
  request: ({ callId, trapOrigin }) => {
    const resource = path(callId, trapOrigin);
    const data = { '@odata.type': '#microsoft.graph.call', state: 'established' };
    return {
      body: JSON.stringify({ value: [{ changeType: 'updated', resource, resourceUrl: resource, resourceData: data }] }),
    };
  },
  status: 202,
  reason,
});

/** What a notification says about where its call is, or about where to turn. */
export const ID_ATTACKS: readonly Attack[] = [
  ...HOSTILE_IDS.map(({ what, id, reason }) => ({
    attack: `whose call id holds ${what}`,
    request: ({ callId }: { readonly callId: string }) => ({
      body: JSON.stringify(callNotification(id(callId), 'established')),
    }),
    status: 202,
    ...(reason === undefined ? {} : { reason }),
  })),
  pathAttack(
    'whose path names another host',
    (callId, trap) => `${trap}/v1.0/communications/calls/${callId}`,
    'foreignHost',
  ),
  pathAttack(
    'whose host only begins like that of Graph',
    (callId) => `https://graph.microsoft.com.example/v1.0/communications/calls/${callId}`,
    'foreignHost',
  ),
  pathAttack(
    'whose host has a user name',
    (callId) => `https://graph.microsoft.com@evil.example/v1.0/communications/calls/${callId}`,
    'foreignHost',
  ),
  pathAttack('whose path names no scheme', (callId) => `//evil.example/communications/calls/${callId}`, 'notACallPath'),
  pathAttack("whose path is another app's", (callId) => `/applications/${OTHER_CALL}/calls/${callId}`, 'foreignApp'),
  {
    attack: 'whose data are of another host',
    request: ({ callId, trapOrigin }) => ({
      body: JSON.stringify(callNotification(callId, 'established')).replace(
        '"resourceData":{',
        `"resourceData":{"@odata.id":"${trapOrigin}/v1.0/communications/calls/${callId}",`,
      ),
    }),
    status: 202,
    reason: 'differentCallIds',
  },
  {
    attack: 'whose data are of another call',
    request: ({ callId }) => ({
      body: JSON.stringify(callNotification(callId, 'established')).replace(
        '"resourceData":{',
        `"resourceData":{"id":"${OTHER_CALL}",`,
      ),
    }),
    status: 202,
    reason: 'differentCallIds',
  },
  {
    attack: 'with addresses to turn to in its data and headers',
    request: ({ callId, trapOrigin }) => ({
      body: JSON.stringify(callNotification(callId, 'established')).replace(
        '"resourceData":{',
        `"callbackUri":"${trapOrigin}/a","resourceData":{"callbackUri":"${trapOrigin}/b","mediaConfig":{"removeFromDefaultAudioGroup":"${trapOrigin}/c"},`,
      ),
      headers: [
        ...[
          'Content-Type',
          'application/json',
          'X-Forwarded-Host',
          new URL(trapOrigin).host,
          'Forwarded',
          `host=${new URL(trapOrigin).host}`,
        ],
        ...['X-Original-URL', `${trapOrigin}/d`, 'Referer', `${trapOrigin}/e`],
      ],
    }),
    status: 202,
    starts: true,
  },
];
