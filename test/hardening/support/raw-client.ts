import { expect } from 'vitest';
import { isPlainObject } from '../../../src/core/values/plain-object.ts';
import { eventually } from '../../support/eventually.ts';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-request.ts';
import type { RawHost } from './start-raw-host.ts';

export interface RawClient {
  /** A callback token with claims put over the good ones. */
  signToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Posts a notification as it is, but for a good token. */
  notify(request: RawRequest): Promise<RawAnswer>;
  /** Sends a request to the app with the function key. */
  operate(method: string, path: string, request?: Partial<RawRequest>): Promise<RawAnswer>;
  /** Sends a request to the app as it is. */
  send(path: string, request: RawRequest): Promise<RawAnswer>;
  /** The phase of the call's record; undefined when there is neither record nor instance. */
  phaseOf(callId: string): Promise<string | undefined>;
  /** Of every instance of a call. */
  instanceIds(): Promise<readonly string[]>;
  /** Resolves when the log holds a rejection for this reason after that position. */
  expectLogged(from: number, reason: string): Promise<void>;
}

export function createRawClient(host: RawHost): RawClient {
  const signToken: RawClient['signToken'] = async (claims = {}) => {
    const url = `${host.graphOrigin}/control/callback-tokens`;
    const { body } = await sendRaw(url, { headers: [], body: JSON.stringify(claims) });
    return String(Object(JSON.parse(body)).token);
  };
  const send: RawClient['send'] = (path, request) => sendRaw(`${host.origin}${path}`, request);
  const operate: RawClient['operate'] = (method, path, { headers = [], ...request } = {}) =>
    send(path, { ...request, method, headers: ['x-functions-key', host.functionKey, ...headers] });
  let goodToken: Promise<string> | undefined;
  return {
    signToken,
    send,
    operate,
    async notify(request) {
      goodToken ??= signToken();
      const headers = [...request.headers, 'Authorization', `Bearer ${await goodToken}`];
      return send('/api/notifications', { ...request, headers });
    },
    async phaseOf(callId) {
      const { status, body } = await operate('GET', `/api/calls/${callId}`);
      if (status === 404) return undefined;
      const record: unknown = Object(JSON.parse(body)).record;
      return isPlainObject(record) ? String(record.phase) : 'instance without record';
    },
    async instanceIds() {
      const path = `/runtime/webhooks/durabletask/instances?instanceIdPrefix=call-&top=5000&code=${host.durableKey}`;
      const instances: unknown = JSON.parse((await send(path, { method: 'GET', headers: [] })).body);
      if (!Array.isArray(instances)) throw new Error('the status API lists no instances');
      return instances.map(({ instanceId }) => String(instanceId));
    },
    expectLogged: (from, reason) =>
      eventually(() => {
        const rejections = host
          .output()
          .slice(from)
          .split('\n')
          .filter((line) => line.includes('notification.rejected'));
        const reasons = rejections.map((line) => Object(JSON.parse(line.slice(line.indexOf('{')))).reason);
        expect(reasons).toEqual([reason]);
      }),
  };
}
