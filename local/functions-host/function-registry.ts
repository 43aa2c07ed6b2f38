import { FunctionsCoreError } from './functions-core-error.ts';
import {
  type CoreDisposable,
  type FunctionBinding,
  type FunctionCallback,
  type FunctionMetadata,
  type HookCallback,
  type HookName,
  hookNames,
  type ProgrammingModel,
} from './functions-core-types.ts';

/** One function as the app registered it. */
export interface RegisteredFunction {
  readonly functionId: string;
  readonly name: string;
  /** Name of the trigger's binding: the first input of an invocation goes to it. */
  readonly triggerName: string;
  readonly trigger: FunctionBinding;
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** All that one app registered while it was loaded; several of them live side by side in one process. */
export interface FunctionRegistry {
  /** By function id, in the order of registration. */
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly hooks: Readonly<Record<HookName, readonly HookCallback[]>>;
  readonly programmingModel: ProgrammingModel;
  /** Shared by all hooks of the app. */
  readonly appHookData: Record<string, unknown>;
  /** Shared by appStart and appTerminate only. */
  readonly appLevelOnlyHookData: Record<string, unknown>;
}

/** The registering side of a registry, open until `lock`. */
export interface OpenRegistry {
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): CoreDisposable;
  registerHook(hookName: string, callback: HookCallback): CoreDisposable;
  /** Closes the registration and returns what was registered. */
  lock(programmingModel: ProgrammingModel | undefined): FunctionRegistry;
  runAppStart(functionAppDirectory: string): Promise<void>;
}

/**
 * Takes the registrations of one app, with the real worker's rules and error texts.
 *
 * Errors: FunctionsCoreError (duplicate id, late registration, no trigger, nothing registered); RangeError for an
 * unknown hook.
 * Source: Azure/azure-functions-nodejs-worker, src/coreApi/registerFunction.ts, src/hooks/.
 */
export function openFunctionRegistry(): OpenRegistry {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = createHookLists();
  const appHookData = {};
  const appLevelOnlyHookData = {};
  let locked = false;

  return {
    registerFunction(metadata, callback) {
      if (locked) throw new FunctionsCoreError('A function can only be registered during app startup.');
      const registered = toRegisteredFunction(metadata, callback);
      const { functionId } = registered;
      if (functions.has(functionId)) {
        throw new FunctionsCoreError(`A function with id "${functionId}" has already been registered.`);
      }
      functions.set(functionId, registered);
      return {
        dispose() {
          if (locked) throw new FunctionsCoreError('A function can only be disposed during app startup.');
          functions.delete(functionId);
        },
      };
    },
    registerHook(hookName, callback) {
      const list = hooks[toHookName(hookName)];
      list.push(callback);
      return {
        dispose() {
          const index = list.indexOf(callback);
          if (index >= 0) list.splice(index, 1);
        },
      };
    },
    async runAppStart(functionAppDirectory) {
      const context = { hookData: appLevelOnlyHookData, appHookData, functionAppDirectory };
      for (const hook of hooks.appStart) await hook(context);
    },
    lock(programmingModel) {
      locked = true;
      if (functions.size === 0 || programmingModel === undefined) {
        throw new FunctionsCoreError(
          'The app registered no function. Either it registers none, or its module was already loaded in this ' +
            'process, or it called app.* before the host was there; start a new process and load the app through the host.',
        );
      }
      return { functions, hooks, programmingModel, appHookData, appLevelOnlyHookData };
    },
  };
}

/** Runs the app's appTerminate hooks, as the worker does before it stops. */
export async function terminateFunctionApp(registry: FunctionRegistry): Promise<void> {
  const context = { hookData: registry.appLevelOnlyHookData, appHookData: registry.appHookData };
  for (const hook of registry.hooks.appTerminate) await hook(context);
}

function createHookLists(): Record<HookName, HookCallback[]> {
  return { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] };
}

function toHookName(text: string): HookName {
  const known = hookNames.find((name) => name === text);
  if (known) return known;
  throw Object.assign(new RangeError(`Unrecognized hook "${text}"`), { isAzureFunctionsSystemError: true });
}

function toRegisteredFunction(metadata: FunctionMetadata, callback: FunctionCallback): RegisteredFunction {
  const functionId = metadata.functionId || metadata.name;
  const found = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
  if (!found) throw new FunctionsCoreError(`Function "${metadata.name}" has no trigger binding.`);
  const [triggerName, trigger] = found;
  return { functionId, name: metadata.name, triggerName, trigger, metadata: { ...metadata, functionId }, callback };
}
