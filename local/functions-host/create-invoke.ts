import { randomUUID } from 'node:crypto';
import { checkBindings } from './check-bindings.ts';
import type { FunctionRegistry, RegisteredFunction } from './function-registry.ts';
import { FunctionsCoreError } from './functions-core-error.ts';
import type { CoreInvocationContext } from './functions-core-types.ts';
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
  for (const registered of registry.functions.values()) checkBindings(registered, options.clientBinding !== undefined);

  return async (functionName, trigger, triggerMetadata = {}) => {
    const registered = findFunction(registry, functionName);
    const context = createInvocationContext(options, registered, trigger, triggerMetadata);
    try {
      return await runInvocation(registry, registered, context);
    } catch (error) {
      context.log('error', 'system', `Function "${registered.name}" failed: ${describe(error)}`);
      throw error;
    }
  };
}

/** The core context plus what the log hooks want to see of it. */
interface RunningInvocation extends CoreInvocationContext {
  invocationContext: unknown;
}

async function runInvocation(
  registry: FunctionRegistry,
  registered: RegisteredFunction,
  core: RunningInvocation,
): Promise<unknown> {
  const { appHookData } = registry;
  const hookData = {};
  const model = registry.programmingModel.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const [trigger] = core.request.inputData;
  const isInProcess = trigger !== undefined && 'value' in trigger.data;
  // As a preInvocation hook may do.
  if (isInProcess) inputs[0] = trigger.data.value;
  core.invocationContext = context;

  const before = { hookData, appHookData, invocationContext: context, functionCallback: registered.callback, inputs };
  await inState(core, 'preInvocationHooks', async () => {
    for (const hook of registry.hooks.preInvocation) await hook(before);
  });

  const shared = { hookData, appHookData, invocationContext: context, inputs: before.inputs };
  const after: typeof shared & { result: unknown; error: unknown } = { ...shared, result: null, error: null };
  await inState(core, 'invocation', async () => {
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
  });
  await inState(core, 'postInvocationHooks', async () => {
    for (const hook of registry.hooks.postInvocation) await hook(after);
  });

  if (isInProcess && trigger.data.onContext !== undefined) {
    trigger.data.onContext(context);
    // Else @azure/functions takes what is logged from now on for a forgotten await.
    core.state = 'postInvocationHooks';
  }

  // A hook may have replaced the error by none; anything but null and undefined counts as one, as in the worker.
  if (after.error !== null && after.error !== undefined) throw after.error;
  if (isInProcess) return after.result;
  const { returnValue } = await model.getResponse(context, after.result);
  return fromTypedData(returnValue);
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
      inputData: [{ name: registered.triggerName, data: trigger }, ...extraInputs(registered, options.clientBinding)],
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

function extraInputs(registered: RegisteredFunction, clientBinding: (() => string) | undefined) {
  return Object.entries(registered.metadata.bindings)
    .filter(([name, { direction }]) => direction === 'in' && name !== registered.triggerName)
    .map(([name]) => ({ name, data: { string: clientBinding?.() ?? null } }));
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

function findFunction(registry: FunctionRegistry, functionName: string): RegisteredFunction {
  for (const registered of registry.functions.values()) if (registered.name === functionName) return registered;
  throw new FunctionsCoreError(`Function code for '${functionName}' is not loaded and cannot be invoked.`);
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
