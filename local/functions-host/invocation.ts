/**
 * Data as the Functions host exchanges it with the Node worker (the useful part of `RpcTypedData`).
 *
 * Source: Azure/azure-functions-nodejs-worker, types-core/index.d.ts.
 */
export interface RpcTypedData {
  readonly string?: string | null;
  readonly json?: string | null;
  readonly bytes?: Uint8Array | null;
  readonly http?: unknown;
  readonly int?: number | null;
  readonly double?: number | null;
}

/** One line the app or the library logged during an invocation. */
export interface InvocationLog {
  readonly functionName: string;
  readonly invocationId: string;
  readonly level: 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
  readonly category: 'user' | 'system' | 'customMetric';
  readonly message: string;
}

/**
 * Runs one registered function the way the real worker does: getInvocationModel → getArguments → preInvocation
 * hooks → invokeFunction → postInvocation hooks → getResponse.
 *
 * The trigger's data is the first input. Other inputs (the durable client binding) are supplied by the invoker.
 * Resolves with the function's return value as plain data: for HTTP the RpcHttpData answer, else the decoded value.
 * Rejects with what the function (or a hook) threw.
 */
export type Invoke = (
  functionName: string,
  trigger: RpcTypedData,
  triggerMetadata?: Readonly<Record<string, RpcTypedData>>,
) => Promise<unknown>;
