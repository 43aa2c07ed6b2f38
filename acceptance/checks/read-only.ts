import type { Check } from '../check.ts';
import { at, expectEqual, expectStatus } from '../expect.ts';
import { ExpectationError } from '../expectation-error.ts';

/** What changes nothing: these also fit a deployed app. */
export const readOnlyChecks: readonly Check[] = [
  {
    title: 'health says that the app, its table and its engine answer',
    async run({ anonymous }) {
      const answer = await anonymous('GET', '/api/health');
      expectStatus('GET /api/health', answer, 200);
      expectEqual('GET /api/health, status', at(answer.body, 'status'), 'ok');
      return undefined;
    },
  },
  {
    title: 'doctor finds nothing wrong: settings, token, Graph, clock, signing keys, table, engine',
    async run({ operator }) {
      const answer = await operator('GET', '/api/doctor');
      expectStatus('GET /api/doctor', answer, 200);
      const checks = at(answer.body, 'checks');
      const failed = (Array.isArray(checks) ? checks : []).filter((check) => at(check, 'result') === 'failed');
      if (failed.length > 0) {
        const told = failed.map((check) => `${at(check, 'name')}: ${at(check, 'detail')}`);
        throw new ExpectationError(`doctor: expected no failed check, got ${told.join('; ')}`);
      }
      return undefined;
    },
  },
  {
    title: 'the dashboard is a page that loads nothing from elsewhere',
    async run({ anonymous }) {
      const answer = await anonymous('GET', '/api/dashboard');
      expectStatus('GET /api/dashboard', answer, 200);
      expectEqual('its type', answer.headers.get('content-type')?.split(';')[0], 'text/html');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expectEqual('its Content-Security-Policy begins', policy.split(';')[0], "default-src 'none'");
      return undefined;
    },
  },
  {
    title: 'openapi.json describes the API',
    async run({ anonymous }) {
      const answer = await anonymous('GET', '/api/openapi.json');
      expectStatus('GET /api/openapi.json', answer, 200);
      expectEqual('its version', String(at(answer.body, 'openapi')).slice(0, 3), '3.1');
      return undefined;
    },
  },
  {
    title: 'the list of calls and the status API answer',
    async run({ operator, durable }) {
      const list = await operator('GET', '/api/calls');
      expectStatus('GET /api/calls', list, 200);
      expectEqual('its value is a list', Array.isArray(at(list.body, 'value')), true);
      const instances = await durable('GET', '/instances?instanceIdPrefix=call-&runtimeStatus=Running&top=10');
      expectStatus('the status API of Durable Functions', instances, 200);
      return undefined;
    },
  },
  {
    title: 'calls and instances are shown to nobody without a key',
    needs: ['keys'],
    async run({ anonymous }) {
      expectStatus('GET /api/calls without a key', await anonymous('GET', '/api/calls'), 401);
      const instances = await anonymous('GET', '/runtime/webhooks/durabletask/instances');
      expectStatus('the status API without a key', instances, 401);
      return undefined;
    },
  },
  {
    title: 'a notification without a token is refused with 401',
    async run({ anonymous }) {
      expectStatus(
        'POST /api/notifications',
        await anonymous('POST', '/api/notifications', { body: { value: [] } }),
        401,
      );
      return undefined;
    },
  },
];
