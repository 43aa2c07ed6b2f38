import { randomUUID } from 'node:crypto';
import { checkBindings } from './check-bindings.ts';
import type { FunctionRegistry, RegisteredFunction } from './function-registry.ts';
import { FunctionsCoreError } from './functions-core-error.ts';
import type { CoreInvocationContext, HookCallback } from './functions-core-types.ts';
import type { InvocationLog, Invoke, RpcTypedData } from './invocation.ts';

export interface InvokeOptions {
  readonly registry: FunctionRegistry;
  /** Takes every line the app and the library log, and one error line for each invocation that failed. */
  readonly log?: (line: InvocationLog) => void;
  /** The JSON of the durable client binding, for functions that have one. */
  readonly clientBinding?: () => string;
}

/**
 * Runs functions of a registry as the real worker does; see `Invoke` for what goes in and out.
 *
 * Errors: FunctionsCoreError at once when the app uses a binding that the local host does not play, and on a call for
 * an unknown function; else what the function or a hook threw.
 * Source: Azure/azure-functions-nodejs-worker, src/eventHandlers/InvocationHandler.ts.
 */
export function createInvoke(options: InvokeOptions): Invoke {
  const { registry } = options;
  const byName = new Map<string, RegisteredFunction>();
  for (const registered of registry.functions.values()) {
    checkBindings(registered, options.clientBinding !== undefined);
    if (!byName.has(registered.name)) byName.set(registered.name, registered);
  }

  return async (functionName, trigger, triggerMetadata = {}) => {
    const invoked = byName.get(functionName);
    if (invoked === undefined)
      throw new FunctionsCoreError(`Function code for '${functionName}' is not loaded and cannot be invoked.`);
    const context = createInvocationContext(options, invoked, trigger, triggerMetadata);
    try {
      return await runInvocation(options, invoked, context);
    } catch (error) {
      context.log('error', 'system', `Function "${functionName}" failed: ${describe(error)}`);
      throw error;
    }
  };
}

/** The core context plus what the log hooks want to see of it. */
interface RunningInvocation extends CoreInvocationContext {
  invocationContext: unknown;
}

async function runInvocation(
  { registry }: InvokeOptions,
  registered: RegisteredFunction,
  core: RunningInvocation,
): Promise<unknown> {
  const { appHookData } = registry;
  const hookData = {};
  const model = registry.programmingModel.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  core.invocationContext = context;

  const before = { hookData, appHookData, invocationContext: context, functionCallback: registered.callback, inputs };
  await runHooks(core, 'preInvocationHooks', registry.hooks.preInvocation, before);

  const shared = { hookData, appHookData, invocationContext: context, inputs: before.inputs };
  const after: typeof shared & { result: unknown; error: unknown } = { ...shared, result: null, error: null };
  await inState(core, 'invocation', async () => {
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
  });
  await runHooks(core, 'postInvocationHooks', registry.hooks.postInvocation, after);

  // A hook may have replaced the error by none; anything but null and undefined counts as one, as in the worker.
  if (after.error !== null && after.error !== undefined) throw after.error;
  const { returnValue } = await model.getResponse(context, after.result);
  return fromTypedData(returnValue);
}

async function runHooks(
  core: CoreInvocationContext,
  state: CoreInvocationContext['state'],
  hooks: readonly HookCallback[],
  context: Record<string, unknown>,
): Promise<void> {
  if (hooks.length === 0) return;
  await inState(core, state, async () => {
    for (const hook of hooks) await hook(context);
  });
}

async function inState(core: CoreInvocationContext, state: CoreInvocationContext['state'], run: () => Promise<void>) {
  core.state = state;
  try {
    await run();
  } finally {
    core.state = undefined;
  }
}

function createInvocationContext(
  options: InvokeOptions,
  registered: RegisteredFunction,
  trigger: RpcTypedData,
  triggerMetadata: Readonly<Record<string, RpcTypedData>>,
): RunningInvocation {
  const invocationId = randomUUID();
  const hex = invocationId.replaceAll('-', '');
  const running: RunningInvocation = {
    invocationContext: undefined,
    invocationId,
    metadata: registered.metadata,
    request: {
      invocationId,
      functionId: registered.functionId,
      inputData: [
        { name: registered.triggerName, data: trigger },
        ...extraInputsOf(registered).map((name) => ({ name, data: { string: options.clientBinding?.() ?? null } })),
      ],
      triggerMetadata,
      traceContext: { traceParent: `00-${hex}-${hex.slice(0, 16)}-00`, traceState: '' },
    },
    state: undefined,
    log(level, category, message) {
      const line = { functionName: registered.name, invocationId, level, category, message };
      log(options, line, running.invocationContext);
    },
  };
  return running;
}

/** The bindings of its inputs besides the trigger. */
function extraInputsOf({ metadata, triggerName }: RegisteredFunction): readonly string[] {
  return Object.entries(metadata.bindings)
    .filter(([name, { direction }]) => direction === 'in' && name !== triggerName)
    .map(([name]) => name);
}

function log(options: InvokeOptions, line: InvocationLog, invocationContext: unknown): void {
  const { level, category, message } = line;
  const { appHookData, hooks } = options.registry;
  const context = { hookData: {}, appHookData, level, category, message, invocationContext };
  for (const hook of hooks.log) {
    try {
      hook(context);
    } catch {
      // A log hook must not change what the function does.
    }
  }
  options.log?.({ ...line, level: context.level, message: context.message });
}

function fromTypedData(data: RpcTypedData | null | undefined): unknown {
  if (data === null || data === undefined) return undefined;
  if (typeof data.json === 'string') return JSON.parse(data.json);
  return data.http ?? data.string ?? data.bytes ?? data.int ?? data.double ?? undefined;
}

/** An orchestrator's failure comes with its whole state behind this mark; what is wrong is the state's `error`. */
const ORCHESTRATOR_STATE_MARK = '$OutOfProcData$:';

function describe(error: unknown): string {
  const [, state] = error instanceof Error ? error.message.split(ORCHESTRATOR_STATE_MARK) : [];
  if (state !== undefined) return String(Object(JSON.parse(state)).error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
