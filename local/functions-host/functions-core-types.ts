import type { InvocationLog, RpcTypedData } from './invocation.ts';

/**
 * The part of the `@azure/functions-core` contract that @azure/functions 4.16 uses. The package is not on npm: the
 * worker provides it at run time.
 *
 * Source: Azure/azure-functions-nodejs-worker, types-core/index.d.ts.
 */
export interface FunctionBinding {
  readonly type: string;
  readonly direction?: 'in' | 'out' | 'inout';
  readonly [option: string]: unknown;
}

/** What a function of the app looks like to the host: any number of inputs, then the invocation context. */
export type FunctionCallback = (...args: unknown[]) => unknown;

export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, FunctionBinding>>;
}

export const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];

/** A hook gets one plain, mutable context object; @azure/functions wraps it before the app sees it. */
export type HookCallback = (context: Record<string, unknown>) => unknown;

/** `undo` of a registration. */
export interface CoreDisposable {
  dispose(): void;
}

/** What the worker hands the programming model for one invocation. */
export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: {
    readonly invocationId: string;
    readonly functionId: string;
    readonly inputData: readonly { readonly name: string; readonly data: RpcTypedData }[];
    readonly triggerMetadata: Readonly<Record<string, RpcTypedData>>;
    readonly traceContext: { readonly traceParent: string; readonly traceState: string };
  };
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: InvocationLog['level'], category: InvocationLog['category'], message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ readonly returnValue?: RpcTypedData | null }>;
}

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities(workerCapabilities: Record<string, string>): Promise<Record<string, string>>;
}
