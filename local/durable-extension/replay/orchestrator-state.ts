/** `retryOptions` of an action, as durable-functions' RetryOptions serialises. */
export interface RetryOptions {
  readonly firstRetryIntervalMs: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient: number;
  readonly maxRetryIntervalMs: number;
  readonly retryTimeoutMs: number;
}

/** What the orchestrator function asks for, in the order of its yields. Inputs are JSON texts. */
export type OrchestratorAction =
  | { readonly kind: 'callActivity'; readonly name: string; readonly input: string; readonly retry?: RetryOptions }
  | {
      readonly kind: 'callSubOrchestrator';
      readonly name: string;
      readonly input: string;
      readonly instanceId: string | undefined;
      readonly version: string | undefined;
      readonly retry?: RetryOptions;
    }
  | { readonly kind: 'continueAsNew'; readonly input: string }
  | { readonly kind: 'createTimer'; readonly fireAtMs: number; readonly isCanceled: boolean }
  | { readonly kind: 'waitForExternalEvent'; readonly name: string }
  | { readonly kind: 'whenAny' | 'whenAll'; readonly children: readonly OrchestratorAction[] }
  | { readonly kind: 'unsupported'; readonly what: string };

/** The state that one call of the orchestrator function returned. */
export interface OrchestratorState {
  readonly isDone: boolean;
  readonly actions: readonly OrchestratorAction[];
  /** JSON text. */
  readonly output: string | null;
  readonly error: string | undefined;
  /** JSON text; null when the function set none, or a falsy one. */
  readonly customStatus: string | null;
}

/** Source: Azure/azure-functions-durable-extension, RetryOptions.cs and RetryOptionsConverter.cs. */
const maxRetryIntervalMs = 6 * 24 * 3_600_000;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readString(object: Json, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') throw new TypeError(`the orchestrator's action has no text '${key}'`);
  return value;
}

function readNumber(object: Json, key: string, ifAbsent?: number): number {
  const value = object[key];
  if (typeof value === 'number') return value;
  if (ifAbsent === undefined || (value !== undefined && value !== null)) {
    throw new TypeError(`the orchestrator's action has no number '${key}'`);
  }
  return ifAbsent;
}

function toText(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** durable-functions turns string inputs of activities and continueAsNew into JSON itself (Utils.processInput). */
function toProcessedInput(value: unknown): string {
  return typeof value === 'string' ? value : toText(value);
}

function readRetryOptions(action: Json): RetryOptions {
  const options = action.retryOptions;
  if (!isObject(options)) throw new TypeError("the orchestrator's action has no 'retryOptions'");
  return {
    firstRetryIntervalMs: readNumber(options, 'firstRetryIntervalInMilliseconds'),
    maxNumberOfAttempts: readNumber(options, 'maxNumberOfAttempts'),
    backoffCoefficient: readNumber(options, 'backoffCoefficient', 1),
    maxRetryIntervalMs: readNumber(options, 'maxRetryIntervalInMilliseconds', maxRetryIntervalMs),
    retryTimeoutMs: readNumber(options, 'retryTimeoutInMilliseconds', Number.POSITIVE_INFINITY),
  };
}

function readSubOrchestrator(action: Json): Extract<OrchestratorAction, { kind: 'callSubOrchestrator' }> {
  const { instanceId, version } = action;
  return {
    kind: 'callSubOrchestrator',
    name: readString(action, 'functionName'),
    input: toText(action.input),
    instanceId: typeof instanceId === 'string' && instanceId.trim() !== '' ? instanceId : undefined,
    version: typeof version === 'string' ? version : undefined,
  };
}

function readFireAt(action: Json): number {
  const { fireAt } = action;
  const fireAtMs = fireAt instanceof Date ? fireAt.getTime() : Date.parse(readString(action, 'fireAt'));
  if (Number.isNaN(fireAtMs)) throw new TypeError("the orchestrator's timer has no valid 'fireAt'");
  return fireAtMs;
}

function readChildren(action: Json): readonly OrchestratorAction[] {
  const children = action.compoundActions;
  if (!Array.isArray(children)) throw new TypeError("the orchestrator's action has no 'compoundActions'");
  return children.map(parseAction);
}

/** Numbers: npm durable-functions, lib/src/actions/ActionType.js. */
function parseAction(action: unknown): OrchestratorAction {
  if (!isObject(action)) throw new TypeError('the orchestrator returned an action that is not an object');
  switch (action.actionType) {
    case 0:
    case 1: {
      const name = readString(action, 'functionName');
      const call = { kind: 'callActivity', name, input: toProcessedInput(action.input) } as const;
      return action.actionType === 0 ? call : { ...call, retry: readRetryOptions(action) };
    }
    case 2:
      return readSubOrchestrator(action);
    case 3:
      return { ...readSubOrchestrator(action), retry: readRetryOptions(action) };
    case 4:
      return { kind: 'continueAsNew', input: toProcessedInput(action.input) };
    case 5:
      return { kind: 'createTimer', fireAtMs: readFireAt(action), isCanceled: action.isCanceled === true };
    case 6:
      return { kind: 'waitForExternalEvent', name: readString(action, 'externalEventName') };
    case 11:
      return { kind: 'whenAny', children: readChildren(action) };
    case 12:
      return { kind: 'whenAll', children: readChildren(action) };
    case 7:
    case 9:
    case 13:
    case 14:
      return { kind: 'unsupported', what: 'durable entities' };
    case 8:
      return { kind: 'unsupported', what: 'callHttp' };
    default:
      return { kind: 'unsupported', what: `action type ${String(action.actionType)}` };
  }
}

/**
 * Reads what an orchestrator function returned.
 *
 * Shape: OrchestratorState of durable-functions, or its JSON text → the state.  Errors: TypeError when it is neither.
 */
export function parseOrchestratorState(returned: unknown): OrchestratorState {
  const state: unknown = typeof returned === 'string' ? JSON.parse(returned) : returned;
  if (!isObject(state)) throw new TypeError('Out of proc orchestrators must return a valid JSON schema.');
  const { actions, error } = state;
  if (!Array.isArray(actions) || actions.length !== 1 || !Array.isArray(actions[0])) {
    throw new TypeError('expected the actions array to be of length 1 in the outer layer');
  }
  const { output, customStatus } = state;
  return {
    isDone: state.isDone === true,
    actions: actions[0].map(parseAction),
    output: output === undefined ? null : toText(output),
    error: typeof error === 'string' && error !== '' ? error : undefined,
    customStatus: customStatus === undefined || customStatus === null ? null : toText(customStatus),
  };
}

/** Stands between the message and the state in what durable-functions throws (error/OrchestrationFailureError.js). */
const outOfProcDataLabel = '\n\n$OutOfProcData$:';

/** The state inside what a failed orchestrator function threw, or undefined when the throw is not of that kind. */
export function parseThrownState(thrown: unknown): OrchestratorState | undefined {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const at = message.indexOf(outOfProcDataLabel);
  return at < 0 ? undefined : parseOrchestratorState(message.slice(at + outOfProcDataLabel.length));
}
