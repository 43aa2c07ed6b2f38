import { registerHooks } from 'node:module';
import { type FunctionRegistry, type OpenRegistry, openFunctionRegistry } from './function-registry.ts';
import { FunctionsCoreError } from './functions-core-error.ts';
import type { FunctionCallback, FunctionMetadata, HookCallback, ProgrammingModel } from './functions-core-types.ts';

/**
 * The state behind `@azure/functions-core`. There is one per process: @azure/functions asks for the module once and
 * keeps it, whatever happens to the module cache of the code that loads apps (test runners have several).
 */
interface CoreState {
  /** The registry of the app that is being loaded at this moment. */
  active: OpenRegistry | undefined;
  /** Each copy of @azure/functions sets its model once per process; copies differ in nothing that matters here. */
  model: ProgrammingModel | undefined;
  /** Ends when the load before is done: apps load one after the other. */
  lastLoad: Promise<unknown>;
}

const specifier = '@azure/functions-core';
const stateKey = Symbol.for('azure-functions-core.state');
const apiKey = Symbol.for('azure-functions-core.api');

/**
 * Makes `@azure/functions-core` loadable, by `require` and by `import`, for everything loaded after this call.
 * Calling it again does nothing. It must run before the app's first `app.*` call, else @azure/functions stays in its
 * "test mode" for the life of the process.
 *
 * Effects: one module hook and two global symbols in this process.
 * Source: https://nodejs.org/api/module.html#moduleregisterhooksoptions; the real worker answers `require` in the same
 * way (Azure/azure-functions-nodejs-worker, src/setupCoreModule.ts).
 */
export function installFunctionsCore(): void {
  coreState();
}

/**
 * Loads an app and returns what it registered. `load` imports the app's entry file or calls its registration.
 *
 * The real worker's order: load, appStart hooks, lock. `app.setup` is open for the first app of a process only. A
 * function registered later, outside any load, is refused as the worker refuses it.
 *
 * Errors: what `load` or an appStart hook throws; FunctionsCoreError (see openFunctionRegistry, and for HTTP streaming).
 */
export function loadFunctionApp(
  load: () => unknown | Promise<unknown>,
  options: { readonly functionAppDirectory?: string } = {},
): Promise<FunctionRegistry> {
  const state = coreState();
  const result = state.lastLoad.then(() => loadOne(state, load, options));
  state.lastLoad = result.catch(() => undefined);
  return result;
}

async function loadOne(
  state: CoreState,
  load: () => unknown | Promise<unknown>,
  options: { readonly functionAppDirectory?: string },
): Promise<FunctionRegistry> {
  const registry = openFunctionRegistry();
  state.active = registry;
  try {
    await load();
    await registry.runAppStart(options.functionAppDirectory ?? process.cwd());
  } finally {
    state.active = undefined;
  }
  const locked = registry.lock(state.model);
  await lockSetup(locked.programmingModel);
  return locked;
}

/** Asking for the capabilities is what closes `app.setup`. */
async function lockSetup(model: ProgrammingModel): Promise<void> {
  const capabilities = await model.getCapabilities({});
  if (capabilities.HttpUri !== undefined) {
    throw new FunctionsCoreError(
      'The app turned HTTP streaming on (app.setup({ enableHttpStream: true })). The local host does not play it: turn it off.',
    );
  }
}

function coreState(): CoreState {
  const existing: CoreState | undefined = Reflect.get(globalThis, stateKey);
  if (existing) return existing;
  const state: CoreState = {
    active: undefined,
    model: undefined,
    lastLoad: Promise.resolve(),
  };
  Reflect.set(globalThis, stateKey, state);
  Reflect.set(globalThis, apiKey, createCoreApi(state));
  serveCoreModule();
  return state;
}

function createCoreApi(state: CoreState) {
  const whileLoading = (what: 'function' | 'hook'): OpenRegistry => {
    if (state.active) return state.active;
    throw new FunctionsCoreError(`A ${what} can only be registered during app startup.`);
  };
  return {
    version: '3.12.0',
    hostVersion: '4.1037.0',
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
      whileLoading('function').registerFunction(metadata, callback),
    registerHook: (hookName: string, callback: HookCallback) => whileLoading('hook').registerHook(hookName, callback),
    setProgrammingModel: (model: ProgrammingModel) => {
      state.model = model;
    },
    getProgrammingModel: () => state.model,
    log: () => undefined,
  };
}

/**
 * A real file, not a source made up in a `load` hook: with any `load` hook, CommonJS that was imported gets a `require`
 * that knows no hooks (seen on Node 24.9).
 */
function serveCoreModule(): void {
  const url = new URL('./functions-core-module.cjs', import.meta.url).href;
  registerHooks({
    resolve: (asked, context, next) =>
      asked === specifier ? { url, format: 'commonjs', shortCircuit: true } : next(asked, context),
  });
}
