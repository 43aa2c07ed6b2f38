import type { HttpHandler, InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DurableHub } from '../adapters/durable-calls.ts';
import { createCallScan } from '../calls/call-scan.ts';
import type { KeepAliveNowEffects } from '../calls/keep-alive-now.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { getCall } from './get-call.ts';
import { type DashboardAssets, getDashboard } from './get-dashboard.ts';
import { getOpenApi } from './get-open-api.ts';
import { keepAliveNow } from './keep-alive-now.ts';
import { listCalls } from './list-calls.ts';
import { orUnavailable } from './or-unavailable.ts';
import { registerCall } from './register-call.ts';
import { stopCall } from './stop-call.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Registers one HTTP function with the durable client at hand. */
export type RegisterHttp = (
  name: string,
  method: HttpMethod,
  route: string,
  authLevel: 'anonymous' | 'function',
  handler: HttpHandler,
) => void;

export interface OperatorApiDependencies {
  readonly botAppId: string;
  readonly allowedTenantIds: readonly string[] | '*';
  readonly store: CallStore;
  readonly clock: Clock;
  readonly limits: KeepaliveLimits;
  readonly timeScale: number;
  readonly loadDashboard: () => Promise<DashboardAssets>;
  readonly durableOf: (context: InvocationContext) => DurableHub;
  readonly effectsOf: (context: InvocationContext) => KeepAliveNowEffects;
}

/** Registers what operators use: the calls behind the function key; the page and the API's description, which hold no data. */
export function registerOperatorApi(http: RegisterHttp, dependencies: OperatorApiDependencies): void {
  const scan = createCallScan(dependencies);
  /** What an operator has just done is to be seen in the next list. */
  const changing = (handler: HttpHandler): HttpHandler =>
    orUnavailable(async (request, context) => {
      try {
        return await handler(request, context);
      } finally {
        scan.forget();
      }
    });

  http('listCalls', 'GET', 'calls', 'function', orUnavailable(listCalls({ ...dependencies, scan })));
  http('getCall', 'GET', 'calls/{callId}', 'function', orUnavailable(getCall(dependencies)));
  http('registerCall', 'PUT', 'calls/{callId}', 'function', changing(registerCall(dependencies)));
  http('stopCall', 'DELETE', 'calls/{callId}', 'function', changing(stopCall(dependencies)));
  http('keepAliveNow', 'POST', 'calls/{callId}/keepAlive', 'function', changing(keepAliveNow(dependencies)));
  http('getDashboard', 'GET', 'dashboard/{asset?}', 'anonymous', getDashboard(dependencies.loadDashboard));
  http('getOpenApi', 'GET', 'openapi.json', 'anonymous', getOpenApi);
}
