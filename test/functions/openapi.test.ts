import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { FunctionRegistry } from '../../local/functions-host/function-registry.ts';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import { toCallEndedMessage } from '../../src/core/call-end/call-ended-message.ts';
import { DELIVERY_TIMEOUT_MS } from '../../src/core/call-end/delivery-timeout.ts';
import { TEAMS_HOSTS } from '../../src/core/call-end/join-url.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import { type CallRecord, toEndReason } from '../../src/core/call-record/call-record.ts';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import { OPENAPI_DOCUMENT } from '../../src/functions/openapi-document.ts';
import { API_SCHEMAS } from '../../src/functions/openapi-schemas.ts';
import { CALL_ENDED_WEBHOOK } from '../../src/functions/openapi-webhook.ts';
import { startVirtualWorld } from '../support/virtual-world.ts';

/** An HTTP function: as `GET /calls/{callId}`, by its name, and who may call it. */
interface Operation {
  readonly name: string;
  readonly route: string;
  readonly isKeyNeeded: boolean;
}

let registry: FunctionRegistry;

beforeAll(async () => {
  vi.stubEnv('BOT_APP_ID', '11111111-2222-3333-4444-555555555555');
  vi.stubEnv('BOT_TENANT_ID', '66666666-7777-8888-9999-000000000000');
  vi.stubEnv('MANAGED_IDENTITY_CLIENT_ID', 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff');
  vi.stubEnv('AzureWebJobsStorage', 'UseDevelopmentStorage=true');
  registry = await loadFunctionApp(() => import('../../src/main.ts'));
});

/** A route with an optional part is two paths. */
function registeredOperations(): readonly Operation[] {
  return [...registry.functions.values()].flatMap(({ name, trigger }) => {
    if (trigger.type !== 'httpTrigger') return [];
    const template = `/${String(trigger.route)}`;
    const methods = Array.isArray(trigger.methods) ? trigger.methods : [];
    const optional = /\/\{(\w+)\?\}$/;
    const paths = optional.test(template)
      ? [template.replace(optional, ''), template.replace(optional, '/{$1}')]
      : [template];
    return paths.flatMap((path) =>
      methods.map((method) => ({
        name,
        route: `${String(method).toUpperCase()} ${path}`,
        isKeyNeeded: trigger.authLevel === 'function',
      })),
    );
  });
}

function documentedOperations(): readonly (Operation & {
  readonly operation: PlainObject;
  readonly path: PlainObject;
})[] {
  return Object.entries(OPENAPI_DOCUMENT.paths).flatMap(([path, item]: readonly [string, PlainObject]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      method === 'parameters' || !isPlainObject(operation)
        ? []
        : [
            {
              name: String(operation.operationId).replace(/Asset$/, ''),
              route: `${method.toUpperCase()} ${path}`,
              isKeyNeeded: JSON.stringify(operation.security).includes('functionKey'),
              operation,
              path: item,
            },
          ],
    ),
  );
}

const byRoute = (one: Operation, other: Operation) => (one.route < other.route ? -1 : 1);
const asPlain = ({ name, route, isKeyNeeded }: Operation): Operation => ({ name, route, isKeyNeeded });

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: { uuid: true, 'date-time': true },
  });
  ajv.addKeyword('components');
  ajv.addSchema({ $id: 'api', components: OPENAPI_DOCUMENT.components }, 'api', false, false);
  return ajv;
}

describe('the description of the API', () => {
  test('names every HTTP function with its method, route and key, and no other', () => {
    const registered = registeredOperations();
    expect(registered.length).toBeGreaterThan(8);
    expect(documentedOperations().map(asPlain).toSorted(byRoute)).toEqual(registered.toSorted(byRoute));
  });

  test('describes every parameter of a path', () => {
    for (const { route, operation, path } of documentedOperations()) {
      const parameters = [path.parameters, operation.parameters].flat().filter(isPlainObject);
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${String(name)}}`);
      expect(inPath, route).toEqual(route.match(/\{\w+\}/g) ?? []);
    }
  });

  test('says of every operation behind a key that it answers 401 without one', () => {
    const guarded = documentedOperations().filter(({ isKeyNeeded }) => isKeyNeeded);
    expect(guarded.length).toBeGreaterThan(4);
    for (const { route, operation } of guarded) {
      expect(isPlainObject(operation.responses) && Object.keys(operation.responses), route).toContain('401');
    }
  });

  test('shows the webhook for each end reason, and as it is sent', () => {
    const { schema, examples } = CALL_ENDED_WEBHOOK.requestBody.content['application/json'];
    const isValid = createAjv().compile({ $ref: `api${schema.$ref}` });
    const { data } = JSON.parse(JSON.stringify(API_SCHEMAS.CallEnded.properties));
    expect(Object.keys(examples).toSorted()).toEqual(data.properties.endReason.enum.toSorted());
    for (const { value } of Object.values(examples)) {
      expect(isValid(value), JSON.stringify(isValid.errors)).toBe(true);
      const { endReason, resultInfo, keepAlives, lastKeepAliveAt, callId } = value.data;
      const { endedAt, firstSeenAt, establishedAt, tenantId, direction } = value.data;
      const { requestedModalities, chatInfo, meetingInfo } = value.data;
      const record: CallRecord = {
        callId: parseCallId(callId) ?? expect.unreachable(),
        graphCallId: callId,
        appId: '',
        phase: 'ended',
        endReason,
        firstSeenAtMs: Date.parse(firstSeenAt),
        establishedAtMs: Date.parse(establishedAt),
        endedAtMs: Date.parse(endedAt),
        lastKeepAliveAtMs: Date.parse(lastKeepAliveAt),
        facts: { tenantId, direction, requestedModalities, chatInfo, meetingInfo },
      };
      const ended = { reason: toEndReason(endReason), ...(resultInfo === undefined ? {} : { resultInfo }) };
      const outcome = { callId: record.callId, ended, keepAlives, lastKeepAliveAtMs: Date.parse(lastKeepAliveAt) };
      const sent = toCallEndedMessage(record, outcome, {
        nowMs: 0,
        teamsHost: TEAMS_HOSTS.global,
        maximumGapMs: 2_700_000,
      });
      expect(sent).toEqual(value);
    }
    expect(isValid({ type: 'call.ended' })).toBe(false);
  });

  test('tells the receiver of the webhook how long it may take', () => {
    expect(DELIVERY_TIMEOUT_MS).toBe(5_000);
    expect(CALL_ENDED_WEBHOOK.responses.default.description).toMatch(/ no answer within 5 s\.$/);
  });

  test('holds schemas that compile and references that lead somewhere', () => {
    const ajv = createAjv();
    const references = [...JSON.stringify(OPENAPI_DOCUMENT).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) =>
      String(ref),
    );
    expect(references.length).toBeGreaterThan(10);
    for (const reference of new Set(references)) expect(() => ajv.compile({ $ref: `api${reference}` })).not.toThrow();
  });

  test('is served to anybody', async () => {
    const world = await startVirtualWorld();
    const { status, headers, body } = await world.request('GET', '/api/openapi.json');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('application/json');
    expect(body).toEqual(JSON.parse(JSON.stringify(OPENAPI_DOCUMENT)));
  });
});
