import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import { type KeyPolicy, refuseAdmin } from './authorize.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { Invoke } from './invocation.ts';

const PATH = /^\/admin\/functions\/([^/]+)$/;

/**
 * `POST /admin/functions/{name}`: runs a timer function at once, with the master key; of the other triggers the local
 * host plays none here.
 *
 * Shape: → 202, before the function has run | 401, 403 the key | 404 no such timer function; undefined for other requests.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http; statuses seen on host 4.1037.
 */
export function createRunTimerNow(host: {
  readonly registry: FunctionRegistry;
  readonly invoke: Invoke;
  readonly keys: KeyPolicy;
}) {
  const timers = [...host.registry.functions.values()].filter(
    ({ trigger }) => trigger.type.toLowerCase() === 'timertrigger',
  );
  return (request: HttpMessageRequest): HttpMessageResponse | undefined => {
    const [, name] = PATH.exec(request.url.pathname) ?? [];
    if (name === undefined || request.method !== 'POST') return undefined;
    const refusal = refuseAdmin(request, host.keys);
    if (refusal !== undefined) return { status: refusal };
    const timer = timers.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (timer === undefined) return { status: 404 };
    const info = { Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false };
    // The invocation logs its own failure.
    host.invoke(timer.name, { json: JSON.stringify(info) }).catch(() => undefined);
    return { status: 202 };
  };
}
