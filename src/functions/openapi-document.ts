import { LARGEST_TOP } from '../core/operator-views/call-query.ts';
import { CALL_DANGERS, CALL_STATES } from '../core/operator-views/call-standing.ts';
import { API_SCHEMAS, type ApiSchemaName } from './openapi-schemas.ts';
import { CALL_ENDED_WEBHOOK } from './openapi-webhook.ts';

const KEY = [{ functionKey: [] }, { functionKeyInQuery: [] }];
const ANYBODY: readonly never[] = [];

const json = (description: string, schema: ApiSchemaName) => content(description, 'application/json', schema);
const problem = (description: string, schema: 'Problem' | 'KeepAliveProblem' = 'Problem') =>
  content(description, 'application/problem+json', schema);
const empty = (description: string) => ({ description });

function content(description: string, mediaType: string, schema: ApiSchemaName) {
  return { description, content: { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } } } };
}

const badCallId = problem('This is no call id.');
const unavailable = problem('The table or the engine does not answer; try again after Retry-After.');
const keyMissing = empty('The function key is missing or wrong.');
const notModified = empty('Still the same as the answer that If-None-Match names.');

const query = (name: string, description: string, schema: object) => ({ name, in: 'query', description, schema });
const choices = (values: readonly string[]) => ({ type: 'string', examples: values });
const header = (name: string, description: string) => ({ name, in: 'header', description, schema: { type: 'string' } });
const callIdParameter = {
  name: 'callId',
  in: 'path',
  required: true,
  description: 'The GUID of the call, with or without dashes, in any case.',
  schema: { type: 'string' },
};
const ifNoneMatch = header('If-None-Match', 'The ETag of the answer that the caller has.');

const listCalls = {
  operationId: 'listCalls',
  summary: 'The calls, the most endangered first.',
  security: KEY,
  parameters: [
    query('state', 'Only calls in these states, with commas between.', choices(CALL_STATES)),
    query('danger', 'Only calls in these dangers, with commas between.', choices(CALL_DANGERS)),
    query('tenant', 'Only calls of this tenant.', { type: 'string' }),
    query('text', 'Looked for in ids and subject.', { type: 'string' }),
    query('include', 'Also the calls that have ended.', { enum: ['ended'] }),
    query('top', 'Calls per page.', { type: 'integer', minimum: 1, maximum: LARGEST_TOP, default: 100 }),
    query('continuationToken', 'From the page before.', { type: 'string' }),
    ifNoneMatch,
  ],
  responses: {
    200: json('One page of calls. Read at most every 10 s.', 'CallList'),
    304: notModified,
    400: problem('The query.'),
    401: keyMissing,
    503: unavailable,
  },
};

const getCall = {
  operationId: 'getCall',
  summary: 'What is known of one call, read at this moment.',
  security: KEY,
  parameters: [ifNoneMatch],
  responses: {
    200: json('The call.', 'CallDetails'),
    304: notModified,
    400: badCallId,
    401: keyMissing,
    404: problem('The call is unknown here.'),
    503: unavailable,
  },
};

const registerCall = {
  operationId: 'registerCall',
  summary: 'Has a call kept alive without a notification.',
  security: KEY,
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Registration' } } },
  },
  responses: {
    200: json('It is kept alive already.', 'RegisteredCall'),
    202: json('It is kept alive from now on.', 'RegisteredCall'),
    400: problem('The id or the body.'),
    401: keyMissing,
    403: problem('The tenant is not allowed.'),
    404: problem('Graph does not know this call. It is not kept alive.'),
    409: problem('The call has ended for good, or (with Retry-After) is not free yet.'),
    413: problem('The body is too large.'),
    503: unavailable,
  },
};

const stopCall = {
  operationId: 'stopCall',
  summary: 'Stops keeping a call alive. The call is not hung up.',
  security: KEY,
  parameters: [
    query('reason', 'terminated: Graph has ended the call, as it told the bot.', {
      enum: ['stopped', 'terminated'],
      default: 'stopped',
    }),
    query('resultCode', 'With terminated: resultInfo.code.', { type: 'integer' }),
    query('resultSubcode', 'With terminated: resultInfo.subcode.', { type: 'integer' }),
    query('terminationReason', 'With terminated: as in the notification.', { type: 'string', maxLength: 256 }),
  ],
  responses: {
    202: json('It is kept alive no more.', 'StoppedCall'),
    400: problem('This is no call id, or the query is wrong.'),
    401: keyMissing,
    404: problem('The call is unknown here.'),
    503: unavailable,
  },
};

const keepAliveNow = {
  operationId: 'keepAliveNow',
  summary: 'Sends one keepAlive at once. The schedule stays as it is.',
  security: KEY,
  parameters: [
    query('dryRun', 'true: say what would be sent, and send nothing.', { enum: ['true', 'false'], default: 'false' }),
    header('client-request-id', 'Handed on to Graph.'),
    header('Scenario-Id', 'Handed on to Graph.'),
  ],
  responses: {
    200: {
      description: 'The call is alive, or the dry run.',
      content: {
        'application/json': {
          schema: {
            oneOf: [
              { $ref: '#/components/schemas/KeepAliveResult' },
              { $ref: '#/components/schemas/KeepAliveDescription' },
            ],
          },
        },
      },
    },
    400: problem('The id, a header, or dryRun.'),
    401: keyMissing,
    404: problem('Graph knows the call no more; if it was known here, it is ended.', 'KeepAliveProblem'),
    502: problem('Graph refuses, fails, or cannot be reached.', 'KeepAliveProblem'),
    503: {
      description: 'Graph asks to come back later; or the table or the engine does not answer.',
      content: {
        'application/problem+json': {
          schema: {
            oneOf: [{ $ref: '#/components/schemas/KeepAliveProblem' }, { $ref: '#/components/schemas/Problem' }],
          },
        },
      },
    },
    504: problem('Graph does not answer in time.', 'KeepAliveProblem'),
  },
};

const receiveNotifications = {
  operationId: 'receiveNotifications',
  summary: "The bot's callbackUri: takes Graph's call notifications.",
  security: [{ callbackToken: [] }],
  requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
  responses: {
    202: empty('Accepted: what the notifications say is durable.'),
    204: empty('Legacy Skype format; Graph then sends its own.'),
    400: empty('Not JSON, or no array "value".'),
    401: empty('The callback token is missing or wrong.'),
    413: empty('The body is over 4 MiB, or holds over 5,000 notifications or 200,000 values.'),
    415: empty('The body is not declared as JSON.'),
    503: empty('Not durable: Graph sends it again.'),
    default: empty('With BOT_NOTIFICATION_URL set: whatever the bot answers.'),
  },
};

const getDashboard = {
  operationId: 'getDashboard',
  summary: 'The page that shows the calls; it asks for the function key itself.',
  security: ANYBODY,
  responses: { 200: empty('The page or one of its parts.'), 304: notModified, 404: problem('No such part.') },
};

const getDoctor = {
  operationId: 'getDoctor',
  summary: 'Looks at everything that the app needs from outside, and says what is wrong and what to do.',
  security: KEY,
  responses: { 200: json('What was found, also when nothing works.', 'Doctor'), 401: keyMissing },
};

const getReport = {
  operationId: 'getReport',
  summary: 'What was kept alive, day by day. Outlives the purge of the calls.',
  security: KEY,
  parameters: [query('since', 'The first day, in UTC; default: 30 days ago.', { type: 'string', format: 'date' })],
  responses: {
    200: json('The days, and their total.', 'Report'),
    400: problem('since.'),
    401: keyMissing,
    503: unavailable,
  },
};

const asset = { name: 'asset', in: 'path', required: true, schema: { type: 'string' } };

/** The HTTP functions as OpenAPI 3.1. Source: https://spec.openapis.org/oas/v3.1.1.html */
export const OPENAPI_DOCUMENT = {
  openapi: '3.1.1',
  info: {
    title: 'Call keepalive for Microsoft Graph',
    version: '1',
    description: 'Keeps the calls of a Teams bot alive. Errors are problem details (RFC 9457).',
  },
  servers: [{ url: '/api' }],
  paths: {
    '/notifications': { post: receiveNotifications },
    '/calls': { get: listCalls },
    '/calls/{callId}': { parameters: [callIdParameter], get: getCall, put: registerCall, delete: stopCall },
    '/calls/{callId}/keepAlive': { parameters: [callIdParameter], post: keepAliveNow },
    '/dashboard': { get: getDashboard },
    '/dashboard/{asset}': { parameters: [asset], get: { ...getDashboard, operationId: 'getDashboardAsset' } },
    '/health': {
      get: {
        operationId: 'getHealth',
        summary: 'Whether app, engine and table are up.',
        security: ANYBODY,
        responses: { 200: json('All are up.', 'Health'), 503: json('Which is down.', 'Health') },
      },
    },
    '/doctor': { get: getDoctor },
    '/report': { get: getReport },
    '/openapi.json': {
      get: {
        operationId: 'getOpenApi',
        summary: 'This document.',
        security: ANYBODY,
        responses: { 200: empty('OpenAPI 3.1.') },
      },
    },
  },
  webhooks: { callEnded: { post: CALL_ENDED_WEBHOOK } },
  components: {
    schemas: API_SCHEMAS,
    securitySchemes: {
      functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
      functionKeyInQuery: { type: 'apiKey', in: 'query', name: 'code' },
      callbackToken: { type: 'http', scheme: 'bearer', description: "Graph's own token." },
    },
  },
} as const;
