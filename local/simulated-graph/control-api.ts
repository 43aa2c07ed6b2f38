import { ZodError, z } from 'zod';
import type { HttpMessageRequest } from '../http-message.ts';
import { callOptionsSchema } from './call-options.ts';
import { isLoopbackHost } from './callback-uri.ts';
import type { SimulatedGraphControl } from './control.ts';
import { ControlError } from './control-error.ts';
import { faultSchema } from './faults.ts';
import { graphError, jsonAnswer, type RequestContext, type SimulatedAnswer } from './graph-answer.ts';
import { parseJsonBody } from './json-body.ts';
import { rosterSchema } from './roster-body.ts';

const tokenSchema = z.looseObject({ $header: z.record(z.string(), z.unknown()).default({}) });
const resultInfoSchema = z.strictObject({ code: z.int(), subcode: z.int(), message: z.string() });
const keysSchema = z.strictObject({ dropOld: z.boolean().default(false) });
const callState = z.enum(['incoming', 'establishing', 'ringing', 'established', 'terminating', 'terminated']);
const stateNotificationSchema = z.strictObject({ callId: z.string(), state: callState });
const rawNotificationSchema = z.strictObject({ callId: z.string(), body: z.json() });

interface ControlRequest {
  readonly control: SimulatedGraphControl;
  /** The JSON that came; undefined when the body was empty. */
  readonly body: unknown;
  /** The call id of the path, when it has one. */
  readonly callId: string;
}
interface ControlAnswer {
  readonly status: number;
  readonly content?: unknown;
}

const HANDLERS: Readonly<Record<string, (request: ControlRequest) => ControlAnswer | Promise<ControlAnswer>>> = {
  'POST /control/callback-tokens': ({ control, body = {} }) =>
    ok({ token: control.signCallbackToken(tokenSchema.parse(body)) }),
  'POST /control/keys': ({ control, body = {} }) => ok(control.rotateKeys(keysSchema.parse(body))),
  'GET /control/calls': ({ control }) => ok({ value: control.calls() }),
  'POST /control/calls': ({ control, body }) => created(control.createCall(callOptionsSchema.parse(body))),
  'GET /control/calls/{id}': ({ control, callId }) => {
    const call = control.call(callId);
    if (call === undefined) throw new ControlError(404, `The simulated Graph knows no call ${callId}.`);
    return ok(call);
  },
  'DELETE /control/calls/{id}': ({ control, body, callId }) => {
    const ended = control.hangUp(callId, body === undefined ? undefined : resultInfoSchema.parse(body));
    if (!ended) throw new ControlError(409, `Call ${callId} had ended before.`);
    return { status: 204 };
  },
  'POST /control/notifications': async ({ control, body }) => ok(await sendNotification(control, body)),
  'POST /control/rosters': async ({ control, body }) => ok(await control.sendRoster(rosterSchema.parse(body))),
  'GET /control/faults': ({ control }) => ok({ value: control.faults() }),
  'POST /control/faults': ({ control, body }) => created(control.addFault(faultSchema.parse(body))),
  'DELETE /control/faults': ({ control }) => {
    control.clearFaults();
    return { status: 204 };
  },
  'GET /control/log': ({ control }) => ok({ value: control.keepAliveLog() }),
};

const CODES = { 400: 'BadRequest', 404: 'NotFound', 409: 'Conflict' } as const;

/**
 * The control API: JSON over HTTP, only for this machine.
 *
 * Shape: request → answer; undefined for other paths.  Errors: 400 naming the field, 403 for another host name,
 * 404, 405, 409, all in Graph's format.
 */
export function createControlApi(control: SimulatedGraphControl) {
  return async (request: HttpMessageRequest, context: RequestContext): Promise<SimulatedAnswer | undefined> => {
    const path = request.url.pathname.replace(/\/$/, '');
    if (path !== '/control' && !path.startsWith('/control/')) return undefined;
    const refuse = (status: number, code: string, message: string) => graphError(context, { status, code, message });
    // A page in a browser can reach loopback under a name of its own (DNS rebinding).
    if (!isLoopbackHost(request.url.hostname)) return refuse(403, 'Forbidden', 'The control API is for loopback only.');
    const [, pattern = '', callId = ''] = /^(\/control\/calls\/)([^/]+)$/.exec(path) ?? [undefined, path];
    const handler = HANDLERS[`${request.method} ${callId === '' ? pattern : `${pattern}{id}`}`];
    if (handler === undefined) {
      return refuse(404, 'NotFound', `The control API offers: ${Object.keys(HANDLERS).join(', ')}.`);
    }
    const body = request.body.length === 0 ? undefined : parseJsonBody(request.body);
    if (body === undefined && request.body.length > 0) return refuse(400, 'BadRequest', 'The body is not JSON.');
    try {
      const { status, content } = await handler({ control, body, callId });
      return content === undefined ? { status } : jsonAnswer(status, content);
    } catch (error) {
      if (error instanceof ZodError) return refuse(400, 'BadRequest', describe(error));
      if (error instanceof ControlError) return refuse(error.status, CODES[error.status], error.message);
      throw error;
    }
  };
}

function sendNotification(control: SimulatedGraphControl, body: unknown) {
  const byState = stateNotificationSchema.safeParse(body);
  if (byState.success) return control.sendNotification(byState.data);
  const raw = rawNotificationSchema.safeParse(body);
  if (!raw.success) throw new ControlError(400, 'body: use { callId, state } or { callId, body }.');
  const text = typeof raw.data.body === 'string' ? raw.data.body : JSON.stringify(raw.data.body);
  return control.sendNotification({ callId: raw.data.callId, body: text });
}

/** One line naming each field that is wrong. */
function describe(error: ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}

function ok(content: unknown): ControlAnswer {
  return { status: 200, content };
}

function created(content: unknown): ControlAnswer {
  return { status: 201, content };
}
