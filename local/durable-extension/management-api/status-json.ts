import type { InstanceRow } from '../hub/hub-store.ts';

/** JSON text as it is; anything else (a reason, an error) as a JSON string. */
function toJsonText(text: string | null): string {
  if (text === null) return 'null';
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** Whole seconds, as the HTTP API writes times. */
function toSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * One instance as the HTTP API shows it.
 *
 * Source: Azure/azure-functions-durable-extension, HttpApiHandler.cs, ConvertFrom; StatusResponsePayload.cs.
 */
export function buildStatusJson(
  row: InstanceRow,
  options: {
    readonly showInput: boolean;
    readonly extensionVersion: '3.19' | '2.13';
    /** JSON of `historyEvents`. */
    readonly history?: string | undefined;
  },
): string {
  const isNewer = options.extensionVersion === '3.19';
  const version = isNewer && row.version !== null ? `"version":${JSON.stringify(row.version)},` : '';
  const parent =
    isNewer && row.parentInstanceId !== null ? `"parentInstanceId":${JSON.stringify(row.parentInstanceId)},` : '';
  const history = options.history === undefined ? '' : `,"historyEvents":${options.history}`;
  return (
    `{"name":${JSON.stringify(row.name)},${version}"instanceId":${JSON.stringify(row.instanceId)},${parent}` +
    `"runtimeStatus":"${row.runtimeStatus}","input":${options.showInput ? (row.inputJson ?? 'null') : 'null'},` +
    `"customStatus":${row.customStatusJson ?? 'null'},"output":${toJsonText(row.output)},` +
    `"createdTime":"${toSeconds(row.createdAtMs)}","lastUpdatedTime":"${toSeconds(row.lastUpdatedAtMs)}"${history}}`
  );
}
